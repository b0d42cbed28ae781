package strings

import (
	"strings"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// insensitive are the functions that the extension citext defines in SQL, by
// others, with its two arguments compared without regard to case.
func insensitive() []function.Function {
	always := func(signature string, call patternCall) function.Function {
		needed, from := argument(1, -1, "i")
		return patterned(signature, needed, from, call)
	}
	unlessSaid := func(signature string, options int, call patternCall) function.Function {
		return patterned(signature, []int{1, options}, func(args []any) (source, error) {
			letters := args[options].(string)
			if !strings.Contains(letters, "c") {
				letters += "i"
			}
			return source{pattern: args[1].(string), options: letters}, nil
		}, call)
	}
	literally := func(signature, options string, call patternCall) function.Function {
		return patterned(signature, []int{1}, func(args []any) (source, error) {
			return source{pattern: quotePattern(args[1].(string)), options: options}, nil
		}, call)
	}
	return []function.Function{
		always("regexp_match(citext,citext)", firstCaptures),
		unlessSaid("regexp_match(citext,citext,text)", 2, firstCaptures),
		always("regexp_replace(citext,citext,text)", substitute),
		unlessSaid("regexp_replace(citext,citext,text,text)", 3, substitute),
		always("regexp_split_to_array(citext,citext)", split),
		unlessSaid("regexp_split_to_array(citext,citext,text)", 2, split),
		literally("replace(citext,citext,citext)", "gi", substitute),
		literally("split_part(citext,citext,int4)", "i", splitPartInsensitive),
		function.Of2("strpos(citext,citext)", func(text, part string) (int64, error) { return position(lower(text), lower(part)) }),
		function.Of3("translate(citext,citext,text)", func(text, from, to string) (string, error) {
			text, err := translate(text, lower(from), to)
			if err != nil {
				return "", err
			}
			return translate(text, upper(from), to)
		}),
	}
}

// quotePattern makes a pattern that matches a text, as the extension does it.
func quotePattern(text string) string {
	var out strings.Builder
	for _, r := range text {
		if r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			out.WriteByte('\\')
		}
		out.WriteRune(r)
	}
	return out.String()
}

// splitPartInsensitive is an element of the array of fields, NULL where it has none.
func splitPartInsensitive(args []any, compile compiler) (any, error) {
	fields, err := split(args, compile)
	if err != nil {
		return nil, err
	}
	values := fields.(*datum.Array).Values
	if field := args[2].(int64); field >= 1 && field <= int64(len(values)) {
		return values[field-1], nil
	}
	return nil, nil
}
