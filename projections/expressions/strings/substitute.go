package strings

import (
	"strings"
	"unicode/utf8"

	"materializer/projections/expressions/function"
)

// substitutions are the functions that replace matches, or cut at them.
func substitutions() []function.Function {
	replacing := func(signature string, options int, call patternCall) function.Function {
		needed, from := argument(1, options, "")
		return patterned(signature, needed, from, call)
	}
	needed, from := argument(1, 3, "")
	withOptions := patterned("regexp_replace(text,text,text,text)", needed, func(args []any) (source, error) {
		if options := args[3].(string); options != "" && options[0] >= '0' && options[0] <= '9' {
			return source{}, errRegexpOption // a start without its type
		}
		return from(args)
	}, substitute)
	return []function.Function{
		replacing("regexp_replace(text,text,text)", -1, substitute),
		withOptions,
		replacing("regexp_replace(text,text,text,int4)", -1, substituteFrom),
		replacing("regexp_replace(text,text,text,int4,int4)", -1, substituteFrom),
		replacing("regexp_replace(text,text,text,int4,int4,text)", 5, substituteFrom),
		replacing("regexp_split_to_array(text,text)", -1, split),
		replacing("regexp_split_to_array(text,text,text)", 2, split),
	}
}

func substitute(args []any, compile compiler) (any, error) {
	re, err := compile(false)
	if err != nil {
		return nil, err
	}
	number := int64(1)
	if re.global {
		number = 0
	}
	return orNull(re.replace(args[0].(string), args[2].(string), 1, number))
}

func substituteFrom(args []any, compile compiler) (any, error) {
	start, err := parameter(args, 3, 1, 1, errStart)
	if err != nil {
		return nil, err
	}
	number, err := parameter(args, 4, 0, 1, errNumber)
	if err != nil {
		return nil, err
	}
	re, err := compile(false)
	if err != nil {
		return nil, err
	}
	return orNull(re.replace(args[0].(string), args[2].(string), start, number))
}

// replace replaces the match of a number from a place on, all if that is zero.
func (re *expression) replace(subject, by string, start, number int64) (string, error) {
	text := []rune(subject)
	var out strings.Builder
	done, nth := 0, int64(0)
	re.each(text, int(start-1), func(found []int) bool {
		if nth++; number > 0 && nth != number {
			return true
		}
		out.WriteString(string(text[done:found[0]]))
		substituted(&out, text, found, by)
		done = found[1]
		return number == 0 && out.Len() < largest
	})
	out.WriteString(string(text[done:]))
	if out.Len() >= largest {
		return "", errTooLarge
	}
	return out.String(), nil
}

// substituted writes a replacement: \1 to \9 are groups, \& is the match, \\ a
// backslash; any other stays as it is.
func substituted(out *strings.Builder, text []rune, found []int, by string) {
	for {
		at := strings.IndexByte(by, '\\')
		if at < 0 || at+1 == len(by) {
			out.WriteString(by)
			return
		}
		out.WriteString(by[:at])
		c, size := utf8.DecodeRuneInString(by[at+1:])
		group := -1
		switch {
		case c == '&':
			group = 0
		case c >= '1' && c <= '9':
			group = int(c - '0')
		case c == '\\':
			out.WriteByte('\\')
		default:
			out.WriteByte('\\')
			size = 0
		}
		if group >= 0 && 2*group < len(found) && found[2*group] >= 0 {
			out.WriteString(string(text[found[2*group]:found[2*group+1]]))
		}
		by = by[at+1+size:]
	}
}

// split cuts a text at all matches. Empty ones count only between characters
// that no match has parted.
func split(args []any, compile compiler) (any, error) {
	re, err := compile(true)
	if err != nil {
		return nil, err
	}
	text := []rune(args[0].(string))
	var fields []any
	begin, last := 0, 0
	re.each(text, 0, func(found []int) bool {
		if found[0] < len(text) && found[1] > last {
			fields = append(fields, string(text[begin:found[0]]))
			begin = found[1]
		}
		last = found[1]
		return true
	})
	return vector(append(fields, string(text[begin:]))), nil
}
