package expressions

import (
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Functions that PostgreSQL marks STABLE only because of settings, and for which
// ours are fixed: UTC, ISO dates, postgres intervals, hex bytea, one database encoding. By name, all that
// take the types given ("" for any).
var pinned = map[string]string{
	"anytextcat": "", "textanycat": "", "concat": "", "concat_ws": "", "format": "", "array_to_string": "", "quote_literal": "", "quote_nullable": "",
	"to_json": "", "to_jsonb": "", "array_to_json": "", "row_to_json": "", "json_build_array": "", "json_build_object": "", "jsonb_build_array": "", "jsonb_build_object": "",
	"json_populate_record": "", "jsonb_populate_record": "",
	"to_char": "", "to_date": "", "to_timestamp": "", "to_number": "",
	"date": "timestamptz", "time": "timestamptz", "timestamp": "timestamptz", "timestamptz": "", "timetz": "",
	"date_part": "timestamptz", "date_trunc": "timestamptz", "extract": "timestamptz", "timezone": "timetz", "overlaps": "timestamptz",
	"make_timestamptz": "", "timestamptz_pl_interval": "", "timestamptz_mi_interval": "", "interval_pl_timestamptz": "", "in_range": "",
	"enum_first": "", "enum_last": "", "enum_range": "",
	"convert": "", "convert_from": "", "convert_to": "", "length": "bytea", "pg_client_encoding": "",
	"jsonb_path_exists_tz": "", "jsonb_path_match_tz": "", "jsonb_path_query_array_tz": "", "jsonb_path_query_first_tz": "",
	"money": "", "numeric": "money", "xml": "", "xml_is_well_formed": "",
}

// permitted tells functions whose value depends on their arguments alone.
func permitted(f *signature) bool {
	if f.volatility == 'i' {
		return true
	}
	types, ok := pinned[f.name]
	if ok && f.volatility == 's' && f.key != "age(timestamptz)" {
		return types == "" || strings.Contains(f.key, types)
	}
	// Comparisons of dates and timestamps with timestamptz rest on the time zone alone.
	return f.volatility == 's' && timeComparisons()[f.name]
}

var timeComparisons = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, relation := range []string{"eq", "ne", "lt", "le", "gt", "ge", "cmp"} {
		for _, other := range []string{"date", "timestamp"} {
			names[other+"_"+relation+"_timestamptz"] = true
			names["timestamptz_"+relation+"_"+other] = true
		}
	}
	return names
})

// folding are functions that know letters, of which the collation C has those of ASCII only.
var folding = regexp.MustCompile(`^(lower|upper|initcap|regexp_.*|.*iclike|.*icnlike|.*regexeq|.*regexne|.*icregex.*)$`)

// refuseFolding refuses what would map other letters under COLLATE "C" than it does without.
func refuseFolding(f *signature, args []*operand, what string, at int) *Error {
	if !slices.ContainsFunc(args, func(o *operand) bool { return o.collated }) || !folding.MatchString(f.name) {
		return nil
	}
	return failure(at, `write collate "C" behind the call, where texts are compared`, `%s knows ASCII letters only under collate "C"`, what)
}

// total tells strict functions that never give NULL for arguments that are none:
// those behind the usual operators, and some by name.
func total(f *signature) bool { return totals()[f] }

var totals = sync.OnceValue(func() map[*signature]bool {
	set := map[*signature]bool{}
	for _, name := range []string{"=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "||", "~~", "!~~", "~~*", "!~~*", "~", "!~", "~*", "!~*", "@>", "<@", "&&", "?", "?|", "?&"} {
		for _, o := range known().operators[name] {
			set[o.function] = true
		}
	}
	for _, name := range []string{"lower", "upper", "length", "char_length", "octet_length", "btrim", "ltrim", "rtrim", "initcap", "abs", "round", "floor", "ceil", "trunc", "md5", "replace", "left", "right", "substring", "substr", "split_part", "reverse", "repeat", "lpad", "rpad", "to_char", "date_trunc", "cardinality", "to_jsonb", "to_json", "concat", "timezone"} {
		for _, f := range known().functions[name] {
			rangeBound := len(f.args) == 1 && (f.args[0].Name == "anyrange" || f.args[0].Name == "anymultirange")
			if !rangeBound {
				set[f] = true
			}
		}
	}
	for _, entry := range known().casts {
		if entry.function != nil {
			set[entry.function] = true
		}
	}
	delete(set, nil)
	return set
})

var windowFunctions = map[string]bool{
	"row_number": true, "rank": true, "dense_rank": true, "percent_rank": true, "cume_dist": true, "ntile": true,
	"lag": true, "lead": true, "first_value": true, "last_value": true, "nth_value": true,
}
