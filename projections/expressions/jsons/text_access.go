package jsons

import (
	"math"
	"slices"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

func textAccessFunctions() []function.Function {
	return []function.Function{
		{Signature: "json_object_field(json,text)", Call: finding(fieldFinder, false)},
		{Signature: "json_object_field_text(json,text)", Call: finding(fieldFinder, true)},
		{Signature: "json_array_element(json,int4)", Call: finding(elementFinder, false)},
		{Signature: "json_array_element_text(json,int4)", Call: finding(elementFinder, true)},
		{Signature: "json_extract_path(json,_text)", Call: finding(pathFinder, false)},
		{Signature: "json_extract_path_text(json,_text)", Call: finding(pathFinder, true)},
	}
}

// finding makes a function of how its finder is made; no finder means NULL.
func finding(make func(args []any) *finder, asText bool) function.Func {
	return func(args []any) (any, error) {
		f := make(args[1:])
		if f == nil {
			return nil, nil
		}
		f.asText, f.start = asText, -1
		f.onPath = append(f.onPath, true)
		f.onPath = append(f.onPath, slices.Repeat([]bool{false}, f.length)...)
		f.counts = slices.Repeat([]int64{-1}, f.length)
		err := read(string(args[0].(datum.JSONText)), true, f)
		switch {
		case err != nil:
			return nil, err
		case !f.found:
			return nil, nil
		case asText:
			return f.result, nil
		}
		return datum.JSONText(f.result), nil
	}
}

func fieldFinder(args []any) *finder {
	return &finder{length: 1, names: []string{args[0].(string)}}
}

func elementFinder(args []any) *finder {
	return &finder{length: 1, indexes: []int64{args[0].(int64)}}
}

// noIndex is an index that never matches.
const noIndex = math.MinInt32

func pathFinder(args []any) *finder {
	parts := elements(args)
	f := &finder{length: len(parts), names: make([]string, len(parts)), indexes: make([]int64, len(parts))}
	for i, part := range parts {
		if part == nil {
			return nil
		}
		f.names[i] = part.(string)
		at, ok := index(f.names[i])
		if !ok {
			at = noIndex
		}
		f.indexes[i] = at
	}
	return f
}

// finder takes the part at a path out of a text, as it is written there. Of
// members with equal names the last counts, if the rest of the path is there, too.
//
// A negative index is replaced by the one from the front at the first array on
// its level that is long enough, on the path or not. PostgreSQL does the same.
type finder struct {
	length  int
	names   []string // nil if members are not looked for
	indexes []int64  // nil if elements are not looked for
	asText  bool

	level  int     // of arrays and objects that are open
	onPath []bool  // by level: what was entered is on the path
	counts []int64 // by level: the element of the array that is open there
	start  int     // where the part begins, -1 while it is not being read
	next   bool    // the scalar being read is the result
	result string
	found  bool
}

func (f *finder) set(result string) { f.result, f.found = result, true }

func (f *finder) open(l *lexer) error {
	if f.length == 0 && f.level == 0 {
		f.start = l.start
	}
	if l.kind == '[' && f.indexes != nil && f.level < f.length {
		f.counts[f.level] = -1
		if at := f.indexes[f.level]; at < 0 && at != noIndex {
			count, err := countElements(*l)
			if err != nil {
				return err
			}
			if at+count >= 0 {
				f.indexes[f.level] = at + count
			}
		}
	}
	f.level++
	return nil
}

func (f *finder) close(l *lexer) {
	f.level--
	if f.length == 0 && f.level == 0 {
		f.set(l.text[f.start:l.before])
	}
}

func (f *finder) begin(l *lexer, in token, name string) {
	if in == '[' && f.indexes != nil && f.level <= f.length {
		f.counts[f.level-1]++
	}
	switch {
	case !f.matches(in, name):
	case f.level < f.length:
		f.onPath[f.level] = true
	default:
		f.found, f.start = false, -1
		if f.next = f.asText && l.kind == tokenString; !f.next {
			f.start = l.start
		}
	}
}

func (f *finder) end(l *lexer, in token, name string, null bool) {
	switch {
	case !f.matches(in, name):
	case f.level < f.length:
		f.onPath[f.level] = false
	case f.start >= 0:
		if !null || !f.asText {
			f.set(l.text[f.start:l.before])
		}
		f.start = -1
	}
}

// matches tells whether an element or member is the next step of the path.
func (f *finder) matches(in token, name string) bool {
	if f.level > f.length || !f.onPath[f.level-1] {
		return false
	}
	if in == '[' {
		return f.indexes != nil && f.counts[f.level-1] == f.indexes[f.level-1]
	}
	return f.names != nil && name == f.names[f.level-1]
}

// scalar takes a scalar that is the whole document with the blanks before it, as PostgreSQL does.
func (f *finder) scalar(l *lexer, kind token, text string) error {
	if f.length == 0 && f.level == 0 {
		switch {
		case f.asText && kind == tokenString:
			f.next = true
		case !f.asText || kind != tokenNull:
			f.set(l.text[:l.before])
		}
	}
	if f.next {
		f.set(text)
		f.next = false
	}
	return nil
}
