package strings

import (
	"strings"
	"unicode/utf8"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var (
	errLikeEnd      = &datum.Error{Code: "22025", Message: "LIKE pattern must not end with escape character"}
	errEscapeLength = &datum.Error{Code: "22025", Message: "invalid escape string"}
)

func likes() []function.Function {
	sensitive := func(text, pattern string) (bool, error) { return like(text, pattern, 0) }
	insensitive := func(text, pattern string) (bool, error) { return like(lower(text), lower(pattern), 0) }
	insensitiveName := func(text, pattern string) (bool, error) { // the collation of a name is C
		return like(asciiLower(text), asciiLower(pattern), 0)
	}
	octets := func(b, pattern []byte) (bool, error) { return like(string(b), string(pattern), octetwise) }
	var list []function.Function
	for _, signature := range []string{"textlike(text,text)", "like(text,text)", "namelike(name,text)", "like(name,text)", "bpcharlike(bpchar,text)"} {
		list = append(list, function.Of2(signature, sensitive))
	}
	for _, signature := range []string{"textnlike(text,text)", "notlike(text,text)", "namenlike(name,text)", "notlike(name,text)", "bpcharnlike(bpchar,text)"} {
		list = append(list, function.Of2(signature, not(sensitive)))
	}
	for _, signature := range []string{"texticlike(text,text)", "bpchariclike(bpchar,text)", "texticlike(citext,citext)", "texticlike(citext,text)"} {
		list = append(list, function.Of2(signature, insensitive))
	}
	for _, signature := range []string{"texticnlike(text,text)", "bpcharicnlike(bpchar,text)", "texticnlike(citext,citext)", "texticnlike(citext,text)"} {
		list = append(list, function.Of2(signature, not(insensitive)))
	}
	return append(list,
		function.Of2("nameiclike(name,text)", insensitiveName),
		function.Of2("nameicnlike(name,text)", not(insensitiveName)),
		function.Of2("bytealike(bytea,bytea)", octets),
		function.Of2("like(bytea,bytea)", octets),
		function.Of2("byteanlike(bytea,bytea)", not(octets)),
		function.Of2("notlike(bytea,bytea)", not(octets)),
		function.Of2("like_escape(text,text)", likeEscape),
		function.Of2("like_escape(bytea,bytea)", func(pattern, escape []byte) ([]byte, error) {
			if len(escape) > 1 {
				return nil, errEscapeLength
			}
			return []byte(withBackslashes(string(pattern), string(escape))), nil
		}),
	)
}

// not turns a yes to a no.
func not[A, B any](call func(A, B) (bool, error)) func(A, B) (bool, error) {
	return func(a A, b B) (bool, error) {
		result, err := call(a, b)
		return !result && err == nil, err
	}
}

// likeMode says what `_` stands for.
type likeMode int

const octetwise likeMode = 1 // one byte, not one character

// likeResult is how far a match came: an exhausted text cannot match further
// to the right either, so that the search over % is given up at once.
type likeResult int

const (
	likeNo likeResult = iota
	likeYes
	likeExhausted
)

func like(text, pattern string, mode likeMode) (bool, error) {
	result, err := matchLike(text, pattern, mode)
	return result == likeYes && err == nil, err
}

// matchLike works from left to right and raises the error of a trailing
// backslash only where it comes to it, as PostgreSQL does.
func matchLike(text, pattern string, mode likeMode) (likeResult, error) {
	for text != "" && pattern != "" {
		switch pattern[0] {
		case '%':
			return matchLikeRest(text, pattern, mode)
		case '_':
			text, pattern = text[mode.size(text):], pattern[1:]
			continue
		case '\\':
			if pattern = pattern[1:]; pattern == "" {
				return likeNo, errLikeEnd
			}
		}
		if text[0] != pattern[0] {
			return likeNo, nil
		}
		text, pattern = text[1:], pattern[1:]
	}
	if text != "" {
		return likeNo, nil
	}
	if strings.TrimLeft(pattern, "%") != "" {
		return likeExhausted, nil
	}
	return likeYes, nil
}

// matchLikeRest matches a pattern that begins with %: at every place of the text.
func matchLikeRest(text, pattern string, mode likeMode) (likeResult, error) {
	for pattern != "" && (pattern[0] == '%' || pattern[0] == '_') {
		if pattern[0] == '_' {
			if text == "" {
				return likeExhausted, nil
			}
			text = text[mode.size(text):]
		}
		pattern = pattern[1:]
	}
	if pattern == "" {
		return likeYes, nil
	}
	first := pattern[0]
	if first == '\\' {
		if len(pattern) < 2 {
			return likeNo, errLikeEnd
		}
		first = pattern[1]
	}
	for ; text != ""; text = text[mode.size(text):] {
		if text[0] != first {
			continue
		}
		if result, err := matchLike(text, pattern, mode); err != nil || result != likeNo {
			return result, err
		}
	}
	return likeExhausted, nil
}

func (m likeMode) size(text string) int {
	if m == octetwise {
		return 1
	}
	_, size := utf8.DecodeRuneInString(text)
	return size
}

// likeEscape rewrites a pattern with another escape character to one with backslashes.
func likeEscape(pattern, escape string) (string, error) {
	if utf8.RuneCountInString(escape) > 1 {
		return "", errEscapeLength
	}
	return withBackslashes(pattern, escape), nil
}

func withBackslashes(pattern, escape string) string {
	if escape == `\` {
		return pattern
	}
	var out strings.Builder
	escaped := false
	for pattern != "" {
		if escape != "" && !escaped && strings.HasPrefix(pattern, escape) {
			out.WriteByte('\\')
			pattern, escaped = pattern[len(escape):], true
			continue
		}
		if pattern[0] == '\\' && !escaped {
			out.WriteByte('\\')
		}
		out.WriteByte(pattern[0])
		pattern, escaped = pattern[1:], false
	}
	return out.String()
}
