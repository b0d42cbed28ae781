package values

import (
	"bytes"
	"slices"

	"materializer/catalog"
)

// fieldScanner reads the fields of a composite or the bounds of a range: text
// up to a comma or the end, quoted where need be, with quotes and backslashes
// inside quotes doubled. A field of no characters at all is NULL.
type fieldScanner struct {
	rest  []byte // behind the opening bracket, closing bracket excluded
	begun bool

	field   []byte
	null    bool
	escaped bool // field still contains doubled characters
}

// scanFields begins to read what stands between the outermost brackets.
func scanFields(text []byte, open, end byte) (fieldScanner, bool) {
	if len(text) < 2 || text[0] != open || text[len(text)-1] != end {
		return fieldScanner{}, false
	}
	return fieldScanner{rest: text[1 : len(text)-1]}, true
}

// next reads the next field; false if there is none or it is malformed.
func (s *fieldScanner) next() bool {
	if s.begun {
		if len(s.rest) == 0 || s.rest[0] != ',' {
			return false
		}
		s.rest = s.rest[1:]
	}
	s.begun = true
	if len(s.rest) > 0 && s.rest[0] == '"' {
		return s.quoted()
	}
	end := bytes.IndexByte(s.rest, ',')
	if end < 0 {
		end = len(s.rest)
	}
	s.field, s.rest = s.rest[:end], s.rest[end:]
	s.null, s.escaped = end == 0, false
	return bytes.IndexByte(s.field, '"') < 0
}

func (s *fieldScanner) quoted() bool {
	s.null, s.escaped = false, false
	for i := 1; i < len(s.rest); i++ {
		c := s.rest[i]
		if c != '"' && c != '\\' {
			continue
		}
		if i+1 < len(s.rest) && s.rest[i+1] == c {
			s.escaped = true
			i++
			continue
		}
		if c == '\\' {
			return false
		}
		s.field, s.rest = s.rest[1:i], s.rest[i+1:]
		return true
	}
	return false
}

// end tells whether all fields were read.
func (s *fieldScanner) end() bool { return len(s.rest) == 0 }

// appendField appends what f makes of the field just read.
func (s *fieldScanner) appendField(dst []byte, f AppendFunc) ([]byte, error) {
	if !s.escaped {
		return f(dst, s.field)
	}
	return appendUnquoted(dst, s.field, halveDoubles, f)
}

func halveDoubles(dst, quoted []byte) []byte {
	for i := 0; i < len(quoted); i++ {
		if quoted[i] == '"' || quoted[i] == '\\' {
			i++
		}
		dst = append(dst, quoted[i])
	}
	return dst
}

// attribute is one attribute of a composite, ready to be shown.
type attribute struct {
	key   []byte // "name": as it stands in the object
	place int    // among the object's keys
	value AppendFunc
}

func jsonComposite(t *catalog.Type) (AppendFunc, error) {
	attributes := make([]attribute, len(t.Attributes))
	order := make([]int, len(t.Attributes))
	for i, a := range t.Attributes {
		value, err := JSON(a.Type)
		if err != nil {
			return nil, err
		}
		attributes[i] = attribute{key: append(appendString(nil, []byte(a.Name)), ':'), value: value}
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return compareKeys([]byte(t.Attributes[a].Name), []byte(t.Attributes[b].Name))
	})
	for place, i := range order {
		attributes[i].place = place
	}
	if slices.IsSorted(order) {
		return func(dst, text []byte) ([]byte, error) {
			return appendRecordJSON(dst, text, attributes, nil)
		}, nil
	}
	return func(dst, text []byte) ([]byte, error) {
		return appendSortedRecordJSON(dst, text, attributes)
	}, nil
}

// appendRecordJSON appends the attributes in their order; ends, if not nil,
// takes the length of dst behind each of them.
func appendRecordJSON(dst, text []byte, attributes []attribute, ends []int) ([]byte, error) {
	s, ok := scanFields(text, '(', ')')
	if !ok {
		return dst, malformed("composite")
	}
	dst = append(dst, '{')
	for i, a := range attributes {
		if !s.next() {
			return dst, malformed("composite")
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, a.key...)
		if s.null {
			dst = append(dst, "null"...)
		} else {
			var err error
			if dst, err = s.appendField(dst, a.value); err != nil {
				return dst, err
			}
		}
		if ends != nil {
			ends[i] = len(dst)
		}
	}
	if !s.end() {
		return dst, malformed("composite")
	}
	return append(dst, '}'), nil
}

// appendSortedRecordJSON appends the attributes in the order of jsonb's keys.
func appendSortedRecordJSON(dst, text []byte, attributes []attribute) ([]byte, error) {
	start, ends := len(dst), make([]int, len(attributes))
	dst, err := appendRecordJSON(dst, text, attributes, ends)
	if err != nil {
		return dst, err
	}
	members := make([][]byte, len(attributes))
	record := bytes.Clone(dst[start:])
	begin := 1
	for i, a := range attributes {
		members[a.place] = record[begin : ends[i]-start]
		begin = ends[i] - start + 1
	}
	dst = append(dst[:start], '{')
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, m...)
	}
	return append(dst, '}'), nil
}
