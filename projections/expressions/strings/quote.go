package strings

import (
	"slices"
	"strings"

	"materializer/projections/expressions/function"
)

// keywords are those of PostgreSQL 15 that a name must be quoted to be.
var keywords = strings.Fields(`
	all analyse analyze and any array as asc asymmetric authorization between bigint binary bit boolean both case
	cast char character check coalesce collate collation column concurrently constraint create cross
	current_catalog current_date current_role current_schema current_time current_timestamp current_user dec
	decimal default deferrable desc distinct do else end except exists extract false fetch float for foreign
	freeze from full grant greatest group grouping having ilike in initially inner inout int integer intersect
	interval into is isnull join lateral leading least left like limit localtime localtimestamp national natural
	nchar none normalize not notnull null nullif numeric offset on only or order out outer overlaps overlay
	placing position precision primary real references returning right row select session_user setof similar
	smallint some substring symmetric table tablesample then time timestamp to trailing treat trim true union
	unique user using values varchar variadic verbose when where window with xmlattributes xmlconcat xmlelement
	xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable`)

func quotes() []function.Function {
	return []function.Function{
		function.Of1("quote_ident(text)", func(text string) (string, error) { return quoteIdentifier(text), nil }),
		function.Of1("quote_literal(text)", func(text string) (string, error) { return quoteLiteral(text), nil }),
		{Signature: "quote_nullable(text)", Call: func(args []any) (any, error) {
			if args[0] == nil {
				return "NULL", nil
			}
			return quoteLiteral(args[0].(string)), nil
		}},
		{Signature: "quote_literal(anyelement)", Make: func(types function.Types) (function.Func, error) {
			text, err := casting(types.Args[0], types)
			if err != nil {
				return nil, err
			}
			return func(args []any) (any, error) { return quoteLiteral(text(args[0])), nil }, nil
		}},
		{Signature: "quote_nullable(anyelement)", Make: func(types function.Types) (function.Func, error) {
			text, err := casting(types.Args[0], types)
			if err != nil {
				return nil, err
			}
			return func(args []any) (any, error) {
				if args[0] == nil {
					return "NULL", nil
				}
				return quoteLiteral(text(args[0])), nil
			}, nil
		}},
	}
}

func quoteIdentifier(name string) string {
	plain := func(r rune) bool { return r >= 'a' && r <= 'z' || r == '_' }
	other := func(r rune) bool { return !plain(r) && (r < '0' || r > '9') }
	_, keyword := slices.BinarySearch(keywords, name)
	if name != "" && plain(rune(name[0])) && strings.IndexFunc(name, other) < 0 && !keyword {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

func quoteLiteral(text string) string {
	quoted := `'` + strings.ReplaceAll(text, `'`, `''`) + `'`
	if strings.Contains(text, `\`) {
		return `E` + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}
