package strings

import (
	"strings"
	"unicode/utf8"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var errSeparators = &datum.Error{
	Code:    "2200C",
	Message: "SQL regular expression may not contain more than two escape-double-quote separators",
}

// similarities are SQL's own regular expressions, which are rewritten as PostgreSQL's.
func similarities() []function.Function {
	return []function.Function{
		function.Of1("similar_to_escape(text)", func(pattern string) (string, error) { return similar(pattern, `\`) }),
		function.Of2("similar_to_escape(text,text)", similar),
		{Signature: "similar_escape(text,text)", Call: func(args []any) (any, error) {
			switch {
			case args[0] == nil:
				return nil, nil
			case args[1] == nil:
				return orNull(similar(args[0].(string), `\`))
			}
			return orNull(similar(args[0].(string), args[1].(string)))
		}},
		patterned("substring(text,text,text)", []int{1, 2}, func(args []any) (source, error) {
			pattern, err := similar(args[1].(string), args[2].(string))
			return source{pattern: pattern}, err
		}, firstMatch),
	}
}

func orNull(text string, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return text, nil
}

// similar rewrites a pattern. What an escaped double quote parts are the three
// parts of a pattern of substring: the first matches as little as it can, the
// second is what is wanted.
func similar(pattern, escape string) (string, error) {
	if utf8.RuneCountInString(escape) > 1 {
		return "", errEscapeLength
	}
	s := &rewriting{escape: escape}
	s.out.WriteString("^(?:")
	for pattern != "" {
		_, size := utf8.DecodeRuneInString(pattern)
		if err := s.next(pattern[:size]); err != nil {
			return "", err
		}
		pattern = pattern[size:]
	}
	s.out.WriteString(")$")
	return s.out.String(), nil
}

type rewriting struct {
	out        strings.Builder
	escape     string
	escaped    bool // the escape character came before
	inBrackets bool
	separators int
}

func (s *rewriting) next(c string) error {
	switch {
	case s.escaped:
		s.escaped = false
		if c == `"` && !s.inBrackets {
			return s.separator()
		}
		s.out.WriteString(`\` + c)
	case c == s.escape:
		s.escaped = true
	case s.inBrackets:
		if c == `\` {
			s.out.WriteByte('\\')
		}
		s.out.WriteString(c)
		s.inBrackets = c != "]"
	default:
		s.inBrackets = c == "["
		s.out.WriteString(ordinary(c))
	}
	return nil
}

func (s *rewriting) separator() error {
	switch s.separators++; s.separators {
	case 1:
		s.out.WriteString("){1,1}?(")
	case 2:
		s.out.WriteString("){1,1}(?:")
	default:
		return errSeparators
	}
	return nil
}

// ordinary rewrites a character outside of brackets that is not escaped.
func ordinary(c string) string {
	switch c {
	case "%":
		return ".*"
	case "_":
		return "."
	case "(":
		return "(?:"
	case `\`, ".", "^", "$":
		return `\` + c
	}
	return c
}
