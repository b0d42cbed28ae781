package collections

import (
	"fmt"
	"strconv"
	"strings"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var errArrayText = &datum.Error{Code: "22P02", Message: "malformed array literal"}

func arrayCodec(t *catalog.Type, types function.Types) (function.Codec, error) {
	element, err := types.Codec(t.Elem)
	if err != nil {
		return function.Codec{}, fmt.Errorf("elements of %s: %w", t.Name, err)
	}
	delimiter := t.Elem.Delimiter
	if delimiter == 0 {
		delimiter = ','
	}
	return function.Codec{
		Parse: func(text string) (any, error) {
			r := arrayReader{rest: text, delimiter: delimiter, element: element.Parse}
			return r.array()
		},
		Append: func(dst []byte, value any) []byte {
			w := arrayWriter{delimiter: delimiter, element: element.Append}
			return w.array(dst, value.(*datum.Array))
		},
		Stored: element.Stored || t.Elem.Kind == catalog.Domain,
	}, nil
}

// arrayReader reads [0:1]={{1,NULL},{"a b","\"c\\"}} as array_in does.
type arrayReader struct {
	rest      string
	delimiter byte
	element   func(string) (any, error)

	depth   int // of dimensions, known at the first element
	lengths [maxDimensions]int
	values  []any
}

func (r *arrayReader) array() (any, error) {
	bounds, err := r.bounds()
	if err != nil {
		return nil, err
	}
	if r.space(); !strings.HasPrefix(r.rest, "{") {
		return nil, errArrayText
	}
	if err := r.braces(0); err != nil {
		return nil, err
	}
	if r.space(); r.rest != "" {
		return nil, errArrayText
	}
	if bounds != nil && len(bounds) != r.depth {
		return nil, errArrayText
	}
	if len(r.values) == 0 {
		return emptyArray(), nil
	}
	dims := make([]datum.Dimension, r.depth)
	for i := range dims {
		dims[i] = datum.Dimension{Length: r.lengths[i], Lower: 1}
		if bounds != nil && bounds[i].Length != r.lengths[i] {
			return nil, errArrayText
		}
	}
	if bounds != nil {
		dims = bounds
	}
	if err := checkShape(dims); err != nil {
		return nil, err
	}
	return &datum.Array{Dims: dims, Values: r.values}, nil
}

// bounds reads [m:n] or [n] for each dimension and the = behind; nil if there are none.
func (r *arrayReader) bounds() ([]datum.Dimension, error) {
	var dims []datum.Dimension
	for r.space(); strings.HasPrefix(r.rest, "["); r.space() {
		if len(dims) == maxDimensions {
			return nil, errDimensions
		}
		r.rest = r.rest[1:]
		lower, upper, ok := 1, 0, false
		if upper, ok = r.number(); !ok {
			return nil, errArrayText
		}
		if strings.HasPrefix(r.rest, ":") {
			r.rest, lower = r.rest[1:], upper
			if upper, ok = r.number(); !ok {
				return nil, errArrayText
			}
		}
		if !strings.HasPrefix(r.rest, "]") {
			return nil, errArrayText
		}
		r.rest = r.rest[1:]
		if upper < lower {
			return nil, errArrayBounds
		}
		dims = append(dims, datum.Dimension{Length: upper - lower + 1, Lower: lower})
	}
	if dims == nil {
		return nil, nil
	}
	if !strings.HasPrefix(r.rest, "=") {
		return nil, errArrayText
	}
	r.rest = r.rest[1:]
	return dims, nil
}

// number reads digits and signs as C's atoi, which stops at what is no number.
func (r *arrayReader) number() (int, bool) {
	end := 0
	for end < len(r.rest) && strings.IndexByte("0123456789+-", r.rest[end]) >= 0 {
		end++
	}
	text := r.rest[:end]
	r.rest = r.rest[end:]
	stop := min(1, len(text))
	for stop < len(text) && text[stop] >= '0' && text[stop] <= '9' {
		stop++
	}
	n, _ := strconv.ParseInt(text[:stop], 10, 64) // out of range gives the nearest
	return int(int32(n)), end > 0
}

// braces reads { ... }. All parts that are not elements are at the same depth,
// and those of a depth have the same length.
func (r *arrayReader) braces(depth int) error {
	if depth == maxDimensions {
		return errDimensions
	}
	r.rest = r.rest[1:]
	if r.space(); depth == 0 && strings.HasPrefix(r.rest, "}") {
		r.rest = r.rest[1:]
		return nil
	}
	for length := 1; ; length++ {
		if err := r.part(depth); err != nil {
			return err
		}
		switch {
		case r.rest == "":
			return errArrayText
		case r.rest[0] == r.delimiter:
			r.rest = r.rest[1:]
		case r.rest[0] == '}':
			r.rest = r.rest[1:]
			if r.lengths[depth] != 0 && r.lengths[depth] != length {
				return errArrayText
			}
			r.lengths[depth] = length
			return nil
		default:
			return errArrayText
		}
	}
}

// part reads an element or braces, and the space behind them.
func (r *arrayReader) part(depth int) error {
	if r.space(); r.rest == "" {
		return errArrayText
	}
	if r.rest[0] == '{' {
		if r.depth != 0 && depth+1 >= r.depth {
			return errArrayText
		}
		if err := r.braces(depth + 1); err != nil {
			return err
		}
		r.space()
		return nil
	}
	if r.depth == 0 {
		r.depth = depth + 1
	}
	if r.depth != depth+1 {
		return errArrayText
	}
	return r.read()
}

// read reads an element up to the delimiter or brace behind it.
func (r *arrayReader) read() error {
	var text string
	var ok, quoted bool
	if quoted = r.rest[0] == '"'; quoted {
		text, ok = r.quoted()
	} else {
		text, quoted, ok = r.bare()
	}
	if !ok {
		return errArrayText
	}
	if !quoted && strings.EqualFold(text, "NULL") {
		r.values = append(r.values, nil)
		return nil
	}
	value, err := r.element(text)
	r.values = append(r.values, value)
	return err
}

func (r *arrayReader) quoted() (string, bool) {
	end, escaped := 1, false
	for ; end < len(r.rest) && r.rest[end] != '"'; end++ {
		if r.rest[end] == '\\' {
			escaped = true
			end++
		}
	}
	if end >= len(r.rest) {
		return "", false
	}
	text := r.rest[1:end]
	if escaped {
		text = dropBackslashes(text)
	}
	r.rest = r.rest[end+1:]
	r.space()
	return text, true
}

// bare reads an element without quotes. Space behind it does not count, unless
// a backslash is before it.
func (r *arrayReader) bare() (text string, escaped, ok bool) {
	end, last := 0, 0
	for ; end < len(r.rest) && r.rest[end] != r.delimiter && r.rest[end] != '}'; end++ {
		switch c := r.rest[end]; {
		case c == '{' || c == '"':
			return "", false, false
		case c == '\\':
			escaped = true
			end++
			last = end + 1
		case !isSpace(c):
			last = end + 1
		}
	}
	if last == 0 || last > len(r.rest) {
		return "", false, false
	}
	text = r.rest[:last]
	if escaped {
		text = dropBackslashes(text)
	}
	r.rest = r.rest[end:]
	return text, escaped, true
}

func dropBackslashes(text string) string {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' {
			i++
		}
		out = append(out, text[i])
	}
	return string(out)
}

func (r *arrayReader) space() { r.rest = trimSpaceLeft(r.rest) }

// isSpace is C's isspace in ASCII.
func isSpace(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func trimSpaceLeft(text string) string {
	for text != "" && isSpace(text[0]) {
		text = text[1:]
	}
	return text
}
