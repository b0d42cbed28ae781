package values

import (
	"bytes"

	"materializer/catalog"
)

// token is what an arrayScanner finds next.
type token byte

const (
	tokenOpen    token = iota + 1 // {
	tokenClose                    // }
	tokenElement                  // element and escaped are set
	tokenNull                     // an unquoted NULL
	tokenEnd                      // nothing is left
)

// arrayScanner reads the text of an array: [0:1]={{1,NULL},{"a b","\"c\\"}}.
type arrayScanner struct {
	rest      []byte
	delimiter byte
	depth     int
	behind    bool // a value or } was just read: only a delimiter or } may follow

	element []byte
	escaped bool // element still contains backslashes
}

// scanArray begins to read an array. bounds is what stands before the = of an
// array whose lower bounds are not all 1.
func scanArray(text []byte, delimiter byte) (s arrayScanner, bounds []byte, err error) {
	if len(text) > 0 && text[0] == '[' {
		equals := bytes.IndexByte(text, '=')
		if equals < 0 {
			return s, nil, malformed("array")
		}
		bounds, text = text[:equals], text[equals+1:]
	}
	if len(text) == 0 || text[0] != '{' {
		return s, nil, malformed("array")
	}
	return arrayScanner{rest: text, delimiter: delimiter}, bounds, nil
}

// next gives the next token. Delimiters are not tokens; they are checked.
func (s *arrayScanner) next() (token, error) {
	if s.behind && s.depth > 0 && len(s.rest) > 0 && s.rest[0] == s.delimiter {
		s.rest, s.behind = s.rest[1:], false
		if len(s.rest) > 0 && s.rest[0] == '}' {
			return 0, malformed("array")
		}
	}
	if s.behind && s.depth == 0 {
		if len(s.rest) > 0 {
			return 0, malformed("array")
		}
		return tokenEnd, nil
	}
	if len(s.rest) == 0 {
		return 0, malformed("array")
	}
	switch c := s.rest[0]; {
	case c == '}':
		s.rest, s.behind = s.rest[1:], true
		s.depth--
		return tokenClose, nil
	case s.behind:
		return 0, malformed("array")
	case c == '{':
		s.rest = s.rest[1:]
		s.depth++
		if s.depth > maxArrayDepth {
			return 0, malformed("array")
		}
		return tokenOpen, nil
	case c == '"':
		return s.quoted()
	}
	return s.bare()
}

// maxArrayDepth is PostgreSQL's MAXDIM.
const maxArrayDepth = 6

func (s *arrayScanner) quoted() (token, error) {
	end := stringEnd(s.rest)
	if end < 0 {
		return 0, malformed("array")
	}
	s.element = s.rest[1 : end-1]
	s.escaped = bytes.IndexByte(s.element, '\\') >= 0
	s.rest, s.behind = s.rest[end:], true
	return tokenElement, nil
}

func (s *arrayScanner) bare() (token, error) {
	end := 0
	for end < len(s.rest) && s.rest[end] != s.delimiter && s.rest[end] != '}' {
		switch s.rest[end] {
		case '{', '"', '\\':
			return 0, malformed("array")
		}
		end++
	}
	if end == 0 {
		return 0, malformed("array")
	}
	s.element, s.escaped = s.rest[:end], false
	s.rest, s.behind = s.rest[end:], true
	if bytes.EqualFold(s.element, []byte("NULL")) {
		return tokenNull, nil
	}
	return tokenElement, nil
}

// appendElement appends what f makes of the element just read.
func (s *arrayScanner) appendElement(dst []byte, f AppendFunc) ([]byte, error) {
	if !s.escaped {
		return f(dst, s.element)
	}
	return appendUnquoted(dst, s.element, dropBackslashes, f)
}

// appendUnquoted appends what f makes of quoted text. The unquoted text lives
// behind dst for as long as f reads it, so that no other memory is needed.
func appendUnquoted(dst, quoted []byte, unquote func(dst, quoted []byte) []byte, f AppendFunc) ([]byte, error) {
	start := len(dst)
	dst = unquote(dst, quoted)
	end := len(dst)
	dst, err := f(dst, dst[start:end:end])
	if err != nil {
		return dst[:start], err
	}
	n := copy(dst[start:], dst[end:])
	return dst[:start+n], nil
}

func dropBackslashes(dst, quoted []byte) []byte {
	for i := 0; i < len(quoted); i++ {
		if quoted[i] == '\\' {
			i++
		}
		dst = append(dst, quoted[i])
	}
	return dst
}

// delimiter gives the byte between the elements of arrays of t.
func delimiter(t *catalog.Type) byte {
	if t.Delimiter == 0 {
		return ','
	}
	return t.Delimiter
}

func jsonArray(t *catalog.Type) (AppendFunc, error) {
	element, err := JSON(t.Elem)
	if err != nil {
		return nil, err
	}
	delim := delimiter(t.Elem)
	return func(dst, text []byte) ([]byte, error) {
		return appendArrayJSON(dst, text, delim, element)
	}, nil
}

func appendArrayJSON(dst, text []byte, delim byte, element AppendFunc) ([]byte, error) {
	s, _, err := scanArray(text, delim)
	if err != nil {
		return dst, err
	}
	first := true // within the innermost brackets that are open
	for {
		kind, err := s.next()
		if err != nil {
			return dst, err
		}
		if kind == tokenEnd {
			return dst, nil
		}
		if kind != tokenClose && !first {
			dst = append(dst, ',')
		}
		switch kind {
		case tokenOpen:
			dst = append(dst, '[')
		case tokenClose:
			dst = append(dst, ']')
		case tokenNull:
			dst = append(dst, "null"...)
		case tokenElement:
			if dst, err = s.appendElement(dst, element); err != nil {
				return dst, err
			}
		}
		first = kind == tokenOpen
	}
}

// jsonVector is for int2vector and oidvector, numbers with blanks between.
func jsonVector(t *catalog.Type) AppendFunc {
	element := AppendFunc(appendIntJSON)
	if t.OID == oidOIDVector {
		element = appendStringJSON
	}
	return func(dst, text []byte) ([]byte, error) {
		dst = append(dst, '[')
		for first := true; len(text) > 0; first = false {
			if !first {
				dst = append(dst, ',')
			}
			var item []byte
			item, text, _ = bytes.Cut(text, []byte(" "))
			var err error
			if dst, err = element(dst, item); err != nil {
				return dst, err
			}
		}
		return append(dst, ']'), nil
	}
}
