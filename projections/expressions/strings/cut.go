package strings

import (
	"math"
	"unicode/utf8"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// toEnd is the length of all that follows.
const toEnd = math.MaxInt64

func cuts() []function.Function {
	from := func(text string, start int64) (string, error) { return substring(text, start, toEnd) }
	bytesFrom := func(b []byte, start int64) ([]byte, error) { return subslice(b, start, toEnd) }
	return []function.Function{
		function.Of2("substring(text,int4)", from),
		function.Of2("substr(text,int4)", from),
		function.Of3("substring(text,int4,int4)", substring),
		function.Of3("substr(text,int4,int4)", substring),
		function.Of2("substring(bytea,int4)", bytesFrom),
		function.Of2("substr(bytea,int4)", bytesFrom),
		function.Of3("substring(bytea,int4,int4)", subslice),
		function.Of3("substr(bytea,int4,int4)", subslice),
		function.Of2("left(text,int4)", left),
		function.Of2("right(text,int4)", right),
		function.Of3("overlay(text,text,int4)", func(text, by string, start int64) (string, error) {
			return overlay(text, by, start, int64(utf8.RuneCountInString(by)))
		}),
		overlayFor("overlay(text,text,int4,int4)", overlay),
		function.Of3("overlay(bytea,bytea,int4)", func(b, by []byte, start int64) ([]byte, error) {
			return overlayBytes(b, by, start, int64(len(by)))
		}),
		overlayFor("overlay(bytea,bytea,int4,int4)", overlayBytes),
	}
}

func overlayFor[T any](signature string, call func(text, by T, start, length int64) (T, error)) function.Function {
	return function.Function{Signature: signature, Call: func(args []any) (any, error) {
		result, err := call(args[0].(T), args[1].(T), args[2].(int64), args[3].(int64))
		if err != nil {
			return nil, err
		}
		return result, nil
	}}
}

// window turns SQL's start, from 1 and possibly before the text, and length to
// how much is skipped and how much is taken.
func window(start, length int64) (skip, take int, err error) {
	if length < 0 {
		return 0, 0, datum.ErrSubstringLength
	}
	end := start + length
	if length == toEnd || end > math.MaxInt32 {
		return int(max(start, 1) - 1), math.MaxInt, nil
	}
	start = max(start, 1)
	return int(start - 1), int(max(end-start, 0)), nil
}

func substring(text string, start, length int64) (string, error) {
	skip, take, err := window(start, length)
	if err != nil {
		return "", err
	}
	text = text[offset(text, skip):]
	return text[:offset(text, take)], nil
}

func subslice(b []byte, start, length int64) ([]byte, error) {
	skip, take, err := window(start, length)
	if err != nil {
		return nil, err
	}
	b = b[min(skip, len(b)):]
	return b[:min(take, len(b))], nil
}

// offset is where the character of an index begins, the end of the text if
// there are fewer, 0 if the index is negative.
func offset(text string, index int) int {
	if index >= len(text) {
		return len(text)
	}
	at := 0
	for ; index > 0 && at < len(text); index-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}

func left(text string, count int64) (string, error) {
	if count < 0 {
		count += int64(utf8.RuneCountInString(text))
	}
	return text[:offset(text, int(count))], nil
}

func right(text string, count int64) (string, error) {
	if count < 0 {
		return text[offset(text, int(-count)):], nil
	}
	return text[offset(text, utf8.RuneCountInString(text)-int(count)):], nil
}

// overlayEnds gives where the replaced part begins and ends, from 1.
func overlayEnds(start, length int64) (int64, error) {
	if start <= 0 {
		return 0, datum.ErrSubstringLength
	}
	end := start + length
	if end > math.MaxInt32 || end < math.MinInt32 {
		return 0, datum.ErrIntegerRange
	}
	return end, nil
}

func overlay(text, by string, start, length int64) (string, error) {
	end, err := overlayEnds(start, length)
	if err != nil {
		return "", err
	}
	return text[:offset(text, int(start-1))] + by + text[offset(text, int(end-1)):], nil
}

func overlayBytes(b, by []byte, start, length int64) ([]byte, error) {
	end, err := overlayEnds(start, length)
	if err != nil {
		return nil, err
	}
	before, after := min(int(start-1), len(b)), min(max(int(end-1), 0), len(b))
	return append(append(append([]byte(nil), b[:before]...), by...), b[after:]...), nil
}
