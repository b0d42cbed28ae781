package values

import (
	"bytes"
	"slices"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds the nesting of a json text. PostgreSQL's own stack ends long before.
const maxDepth = 50_000

// appendJSON appends a json text as jsonb shows it: keys by length, then bytes,
// the last of equal keys, strings unescaped, numbers as numeric prints them.
func appendJSON(dst, text []byte) ([]byte, error) {
	p := parsers.Get().(*jsonParser)
	defer p.release()
	p.rest, p.members, p.depth = text, p.members[:0], 0
	dst, err := p.value(dst)
	if err != nil {
		return dst, err
	}
	p.blank()
	if len(p.rest) > 0 {
		return dst, malformed("json")
	}
	return dst, nil
}

var parsers = sync.Pool{New: func() any { return new(jsonParser) }}

// jsonParser appends what it reads at once, and puts the members of an object
// in order when the object ends.
type jsonParser struct {
	rest    []byte
	members []member // of all objects that are open, the innermost last
	scratch []byte
	depth   int
}

// release forgets the text read, which is not ours to keep.
func (p *jsonParser) release() {
	clear(p.members[:cap(p.members)])
	p.rest = nil
	parsers.Put(p)
}

// member is one member of an object, already appended to dst, without a comma.
type member struct {
	key        []byte // unescaped
	start, end int
}

func (p *jsonParser) blank() {
	p.rest = bytes.TrimLeft(p.rest, " \t\n\r")
}

func (p *jsonParser) value(dst []byte) ([]byte, error) {
	p.blank()
	if len(p.rest) == 0 {
		return dst, malformed("json")
	}
	switch p.rest[0] {
	case '{', '[':
		if p.depth++; p.depth > maxDepth {
			return dst, notJSONB("nested too deeply")
		}
		defer func() { p.depth-- }()
		if p.rest[0] == '{' {
			return p.object(dst)
		}
		return p.array(dst)
	case '"':
		dst, _, err := p.string(dst)
		return dst, err
	}
	return p.word(dst)
}

// word reads null, true, false or a number.
func (p *jsonParser) word(dst []byte) ([]byte, error) {
	end := bytes.IndexAny(p.rest, ",]} \t\n\r")
	if end < 0 {
		end = len(p.rest)
	}
	word := p.rest[:end]
	p.rest = p.rest[end:]
	switch string(word) {
	case "null", "true", "false":
		return append(dst, word...), nil
	}
	dst, err := appendNumber(dst, word)
	if _, bad := err.(malformed); bad {
		err = malformed("json")
	}
	return dst, err
}

// next steps over c after blanks, and tells whether it was there.
func (p *jsonParser) next(c byte) bool {
	p.blank()
	if len(p.rest) == 0 || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *jsonParser) array(dst []byte) ([]byte, error) {
	p.rest = p.rest[1:]
	dst = append(dst, '[')
	if p.next(']') {
		return append(dst, ']'), nil
	}
	for {
		var err error
		if dst, err = p.value(dst); err != nil {
			return dst, err
		}
		if p.next(']') {
			return append(dst, ']'), nil
		}
		if !p.next(',') {
			return dst, malformed("json")
		}
		dst = append(dst, ',')
	}
}

func (p *jsonParser) object(dst []byte) ([]byte, error) {
	p.rest = p.rest[1:]
	first := len(p.members)
	dst = append(dst, '{')
	if p.next('}') {
		return append(dst, '}'), nil
	}
	for {
		var err error
		if dst, err = p.member(dst); err != nil {
			return dst, err
		}
		if p.next('}') {
			break
		}
		if !p.next(',') {
			return dst, malformed("json")
		}
		dst = append(dst, ',')
	}
	dst = p.arrange(dst, p.members[first:])
	p.members = p.members[:first]
	return append(dst, '}'), nil
}

func (p *jsonParser) member(dst []byte) ([]byte, error) {
	p.blank()
	if len(p.rest) == 0 || p.rest[0] != '"' {
		return dst, malformed("json")
	}
	start := len(dst)
	dst, key, err := p.string(dst)
	if err != nil {
		return dst, err
	}
	if !p.next(':') {
		return dst, malformed("json")
	}
	dst, err = p.value(append(dst, ':'))
	p.members = append(p.members, member{key, start, len(dst)})
	return dst, err
}

// arrange rewrites the members at the end of dst into jsonb's order.
func (p *jsonParser) arrange(dst []byte, members []member) []byte {
	if slices.IsSortedFunc(members, compareMembers) && !hasEqualKeys(members) {
		return dst
	}
	begin := members[0].start
	slices.SortStableFunc(members, compareMembers)
	p.scratch = append(p.scratch[:0], dst[begin:]...)
	dst = dst[:begin]
	for i, m := range members {
		if i+1 < len(members) && bytes.Equal(m.key, members[i+1].key) {
			continue
		}
		if len(dst) > begin {
			dst = append(dst, ',')
		}
		dst = append(dst, p.scratch[m.start-begin:m.end-begin]...)
	}
	return dst
}

func compareMembers(a, b member) int {
	return compareKeys(a.key, b.key)
}

// compareKeys is the order of keys in jsonb: by length, then by bytes.
func compareKeys(a, b []byte) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return bytes.Compare(a, b)
}

// hasEqualKeys expects sorted members.
func hasEqualKeys(members []member) bool {
	for i := range members[1:] {
		if bytes.Equal(members[i].key, members[i+1].key) {
			return true
		}
	}
	return false
}

// string reads a string, appends it as PostgreSQL escapes it, and gives what it says.
func (p *jsonParser) string(dst []byte) ([]byte, []byte, error) {
	end := stringEnd(p.rest)
	if end < 0 {
		return dst, nil, malformed("json")
	}
	raw := p.rest[1 : end-1]
	p.rest = p.rest[end:]
	for _, c := range raw {
		if c < ' ' {
			return dst, nil, malformed("json")
		}
	}
	if bytes.IndexByte(raw, '\\') >= 0 {
		var err error
		if raw, err = unescapeJSON(raw); err != nil {
			return dst, nil, err
		}
	}
	return appendString(dst, raw), raw, nil
}

func unescapeJSON(raw []byte) ([]byte, error) {
	out := make([]byte, 0, len(raw))
	for len(raw) > 0 {
		c := raw[0]
		if c != '\\' {
			out, raw = append(out, c), raw[1:]
			continue
		}
		switch c = raw[1]; c { // stringEnd saw to it that a byte follows
		case 'u':
			r, size, err := unescapeRune(raw)
			if err != nil {
				return nil, err
			}
			out, raw = utf8.AppendRune(out, r), raw[size:]
			continue
		case '"', '\\', '/':
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		default:
			return nil, malformed("json")
		}
		out, raw = append(out, c), raw[2:]
	}
	return out, nil
}

// unescapeRune reads \uXXXX, or two of them that are a surrogate pair.
func unescapeRune(raw []byte) (r rune, size int, err error) {
	r, ok := hexRune(raw)
	switch {
	case !ok:
		return 0, 0, malformed("json")
	case r == 0:
		return 0, 0, notJSONB(`\u0000 in a string`)
	case !utf16.IsSurrogate(r):
		return r, 6, nil
	}
	low, ok := hexRune(raw[6:])
	if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
		return 0, 0, notJSONB("a Unicode surrogate without its pair")
	}
	return r, 12, nil
}

func hexRune(raw []byte) (r rune, ok bool) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0, false
	}
	for _, c := range raw[2:6] {
		v, ok := hexValue(c)
		if !ok {
			return 0, false
		}
		r = r<<4 | rune(v)
	}
	return r, true
}

func hexValue(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
