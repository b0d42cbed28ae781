package projections

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"

	"materializer/catalog"
)

// Recognizer tells whether a key and a body in Redis are such as a projection
// makes. It is for documents of which nothing else is known any more.
type Recognizer struct {
	patterns []string // for SCAN
	keys     []*regexp.Regexp
	members  [][]byte // the encoded names of the top-level members, each with its colon
}

// NewRecognizer makes a Recognizer of what the projection says now: documents of
// another shape, made under an older configuration, are not recognized.
func NewRecognizer(p *Projection) *Recognizer {
	r := &Recognizer{}
	for _, template := range p.Keys {
		r.patterns = append(r.patterns, template.glob())
		r.keys = append(r.keys, template.regexp())
	}
	for _, name := range p.Columns {
		r.members = append(r.members, memberName(name))
	}
	return r
}

// Patterns are the patterns of SCAN that the projection's keys match, and others may.
func (r *Recognizer) Patterns() []string { return r.patterns }

// Matches tells whether the projection could make the key: literals as they
// are, and between them text that a value of the type can have.
func (r *Recognizer) Matches(key []byte) bool {
	for _, expression := range r.keys {
		if expression.Match(key) {
			return true
		}
	}
	return false
}

// HasShape tells whether a body is a JSON object with exactly the document's
// top-level members in their order, written as documents are. A projection
// without members has no shape to tell by.
func (r *Recognizer) HasShape(body []byte) bool {
	if len(r.members) == 0 {
		return false
	}
	open := byte('{')
	for _, name := range r.members {
		if len(body) == 0 || body[0] != open || !bytes.HasPrefix(body[1:], name) {
			return false
		}
		body = body[1+len(name):]
		var value json.RawMessage
		decoder := json.NewDecoder(bytes.NewReader(body))
		if len(body) == 0 || body[0] <= ' ' || decoder.Decode(&value) != nil {
			return false
		}
		body, open = body[decoder.InputOffset():], ','
	}
	return string(body) == "}"
}

// Sample is a key such as the template makes, of no row in particular.
func (t *Template) Sample() []byte {
	var b bytes.Buffer
	for _, part := range t.Parts {
		if b.WriteString(part.Literal); part.Expr != nil {
			b.WriteByte('0')
		}
	}
	return b.Bytes()
}

var globSpecial = strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`, `^`, `\^`, `\`, `\\`)

func (t *Template) glob() string {
	var b strings.Builder
	for _, part := range t.Parts {
		if b.WriteString(globSpecial.Replace(part.Literal)); part.Expr != nil {
			b.WriteByte('*')
		}
	}
	return b.String()
}

func (t *Template) regexp() *regexp.Regexp {
	var b strings.Builder
	for _, part := range t.Parts {
		if b.WriteString(regexp.QuoteMeta(part.Literal)); part.Expr != nil {
			b.WriteString("(?:" + textOf(part.Expr.Type()) + ")")
		}
	}
	return regexp.MustCompile(`(?s)\A` + b.String() + `\z`)
}

// textOf is a regular expression of the texts that values of a type have in
// keys. It may allow more, never less.
func textOf(t *catalog.Type) string {
	const day = `[0-9]{4,7}-[0-9]{2}-[0-9]{2}`
	const clock = `[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?`
	const zone = `[+-][0-9]{2}(?::[0-9]{2}){0,2}`
	if t.Schema != "pg_catalog" {
		return `.*`
	}
	switch t.Name {
	case "int2", "int4", "int8":
		return `0|-?[1-9][0-9]{0,18}`
	case "oid", "xid", "cid":
		return `0|[1-9][0-9]{0,9}`
	case "numeric":
		return `-?[0-9]+(?:\.[0-9]+)?|NaN|-?Infinity`
	case "uuid":
		return `[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`
	case "bool":
		return `true|false`
	case "date":
		return day + `(?: BC)?|-?infinity`
	case "timestamp":
		return day + ` ` + clock + `(?: BC)?|-?infinity`
	case "timestamptz":
		return day + ` ` + clock + zone + `(?: BC)?|-?infinity`
	case "time":
		return clock
	case "timetz":
		return clock + zone
	}
	return `.*`
}
