package projections

import (
	"fmt"
	"strings"
)

// chunk is a literal or the text between braces of a template.
type chunk struct {
	literal string
	expr    string
	at      int // byte offset of the expression in the template
	isExpr  bool
}

// splitTemplate cuts a template at its braces. {{ and }} stand for single
// braces; a } inside an SQL string or quoted name does not end the expression.
func splitTemplate(source string) ([]chunk, error) {
	var chunks []chunk
	var literal strings.Builder
	for i := 0; i < len(source); i++ {
		switch c := source[i]; {
		case (c == '{' || c == '}') && i+1 < len(source) && source[i+1] == c && !(c == '{' && opensThree(source, i)):
			literal.WriteByte(c)
			i++
		case c == '{' && opensThree(source, i):
			literal.WriteByte('{')
			i++ // the third opens an expression
		case c == '{':
			end, ok := closingBrace(source, i+1)
			if !ok {
				return nil, fmt.Errorf("the brace opened at character %d is never closed", i+1)
			}
			if strings.TrimSpace(source[i+1:end]) == "" {
				return nil, fmt.Errorf("nothing between the braces at character %d: name a column", i+1)
			}
			if literal.Len() > 0 {
				chunks = append(chunks, chunk{literal: literal.String()})
				literal.Reset()
			}
			chunks = append(chunks, chunk{expr: source[i+1 : end], at: i + 1, isExpr: true})
			i = end
		case c == '}':
			return nil, fmt.Errorf("a } at character %d closes nothing: write }} for a brace in the key", i+1)
		default:
			literal.WriteByte(c)
		}
	}
	if literal.Len() > 0 {
		chunks = append(chunks, chunk{literal: literal.String()})
	}
	return chunks, nil
}

func opensThree(source string, i int) bool { return strings.HasPrefix(source[i:], "{{{") }

func closingBrace(source string, from int) (int, bool) {
	var quote byte
	for i := from; i < len(source); i++ {
		switch c := source[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '}':
			return i, true
		}
	}
	return 0, false
}
