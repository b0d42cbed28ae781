package strings

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var errFieldZero = &datum.Error{Code: "22023", Message: "field position must not be zero"}

func searches() []function.Function {
	return []function.Function{
		function.Of2("position(text,text)", position),
		function.Of2("strpos(text,text)", position),
		function.Of2("position(bytea,bytea)", func(b, part []byte) (int64, error) { return int64(bytes.Index(b, part) + 1), nil }),
		function.Of3("replace(text,text,text)", replace),
		function.Of3("translate(text,text,text)", translate),
		function.Of1("reverse(text)", reverse),
		function.Of3("split_part(text,text,int4)", splitPart),
	}
}

func position(text, part string) (int64, error) {
	at := strings.Index(text, part)
	if at < 0 {
		return 0, nil
	}
	return int64(utf8.RuneCountInString(text[:at]) + 1), nil
}

func replace(text, from, to string) (string, error) {
	if from == "" {
		return text, nil
	}
	if len(text)+strings.Count(text, from)*(len(to)-len(from)) >= largest {
		return "", errTooLarge
	}
	return strings.ReplaceAll(text, from, to), nil
}

// translate replaces single characters by those at the same place of to, and
// deletes those that have none there.
func translate(text, from, to string) (string, error) {
	sources, targets := []rune(from), []rune(to)
	return strings.Map(func(r rune) rune {
		switch i := slices.Index(sources, r); {
		case i < 0:
			return r
		case i < len(targets):
			return targets[i]
		}
		return -1
	}, text), nil
}

func reverse(text string) (string, error) {
	runes := []rune(text)
	slices.Reverse(runes)
	return string(runes), nil
}

// splitPart is a field of a text, counted from 1, or from the end if negative.
func splitPart(text, separator string, field int64) (string, error) {
	if field == 0 {
		return "", errFieldZero
	}
	fields := []string{text}
	if separator != "" {
		fields = strings.Split(text, separator)
	}
	if field < 0 {
		field += int64(len(fields)) + 1
	}
	if field < 1 || field > int64(len(fields)) {
		return "", nil
	}
	return fields[field-1], nil
}
