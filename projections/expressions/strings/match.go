package strings

import (
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var (
	errGlobal     = &datum.Error{Code: "22023", Message: `this function does not support the "global" option`}
	errStart      = &datum.Error{Code: "22023", Message: `invalid value for parameter "start"`}
	errNumber     = &datum.Error{Code: "22023", Message: `invalid value for parameter "n"`}
	errEndOption  = &datum.Error{Code: "22023", Message: `invalid value for parameter "endoption"`}
	errGroupIndex = &datum.Error{Code: "22023", Message: `invalid value for parameter "subexpr"`}
)

// matches are the functions that look for a match.
func matches() []function.Function {
	var list []function.Function
	add := func(signature string, options int, fixed string, call patternCall) {
		needed, from := argument(1, options, fixed)
		list = append(list, patterned(signature, needed, from, call))
	}
	for _, subject := range []string{"text", "bpchar"} {
		arguments := "(" + subject + ",text)"
		add(subject+"regexeq"+arguments, -1, "", test(true))
		add(subject+"regexne"+arguments, -1, "", test(false))
		add(subject+"icregexeq"+arguments, -1, "i", test(true))
		add(subject+"icregexne"+arguments, -1, "i", test(false))
	}
	for _, f := range []struct {
		name, options string
		want          bool
	}{{"nameregexeq", "", true}, {"nameregexne", "", false}, {"nameicregexeq", "i", true}, {"nameicregexne", "i", false}} {
		list = append(list, patterned(f.name+"(name,text)", []int{1}, func(args []any) (source, error) {
			return source{pattern: args[1].(string), options: f.options, ascii: true}, nil
		}, test(f.want)))
	}
	for _, arguments := range []string{"(citext,citext)", "(citext,text)"} {
		add("texticregexeq"+arguments, -1, "i", test(true))
		add("texticregexne"+arguments, -1, "i", test(false))
	}
	add("regexp_like(text,text)", -1, "", test(true))
	add("regexp_like(text,text,text)", 2, "", test(true))
	add("regexp_match(text,text)", -1, "", firstCaptures)
	add("regexp_match(text,text,text)", 2, "", firstCaptures)
	add("substring(text,text)", -1, "", firstMatch)
	add("regexp_count(text,text)", -1, "", count)
	add("regexp_count(text,text,int4)", -1, "", count)
	add("regexp_count(text,text,int4,text)", 3, "", count)
	add("regexp_instr(text,text)", -1, "", locate)
	add("regexp_instr(text,text,int4)", -1, "", locate)
	add("regexp_instr(text,text,int4,int4)", -1, "", locate)
	add("regexp_instr(text,text,int4,int4,int4)", -1, "", locate)
	add("regexp_instr(text,text,int4,int4,int4,text)", 5, "", locate)
	add("regexp_instr(text,text,int4,int4,int4,text,int4)", 5, "", locate)
	add("regexp_substr(text,text)", -1, "", extract)
	add("regexp_substr(text,text,int4)", -1, "", extract)
	add("regexp_substr(text,text,int4,int4)", -1, "", extract)
	add("regexp_substr(text,text,int4,int4,text)", 4, "", extract)
	add("regexp_substr(text,text,int4,int4,text,int4)", 4, "", extract)
	return list
}

func test(want bool) patternCall {
	return func(args []any, compile compiler) (any, error) {
		re, err := compile(true)
		if err != nil {
			return nil, err
		}
		return re.Test([]rune(args[0].(string)), 0) == want, nil
	}
}

// firstCaptures are the captures of the first match, or all of it if there are
// no parentheses.
func firstCaptures(args []any, compile compiler) (any, error) {
	re, err := compile(true)
	if err != nil {
		return nil, err
	}
	text := []rune(args[0].(string))
	found := re.Find(text, 0)
	if found == nil {
		return nil, nil
	}
	if len(found) > 2 {
		found = found[2:]
	}
	captures := make([]any, len(found)/2)
	for i := range captures {
		captures[i] = piece(text, found, i)
	}
	return vector(captures), nil
}

// piece is what a match or group covers, NULL if it took no part.
func piece(text []rune, found []int, group int) any {
	if found[2*group] < 0 {
		return nil
	}
	return string(text[found[2*group]:found[2*group+1]])
}

// firstMatch is the first match, or what its first parentheses capture.
func firstMatch(args []any, compile compiler) (any, error) {
	re, err := compile(false)
	if err != nil {
		return nil, err
	}
	text := []rune(args[0].(string))
	found := re.Find(text, 0)
	if found == nil {
		return nil, nil
	}
	return piece(text, found, min(1, re.Groups())), nil
}

// each calls for all matches from a place on, until it is told to stop. After an
// empty match the search goes on a character further.
func (re *expression) each(text []rune, from int, call func(found []int) (more bool)) {
	for from <= len(text) {
		found := re.Find(text, from)
		if found == nil || !call(found) {
			return
		}
		if from = found[1]; found[0] == found[1] {
			from++
		}
	}
}

// parameter is an optional argument, which has a least value.
func parameter(args []any, index int, least, fallback int64, fault error) (int64, error) {
	if index >= len(args) {
		return fallback, nil
	}
	value := args[index].(int64)
	if value < least {
		return 0, fault
	}
	return value, nil
}

func count(args []any, compile compiler) (any, error) {
	start, err := parameter(args, 2, 1, 1, errStart)
	if err != nil {
		return nil, err
	}
	re, err := compile(true)
	if err != nil {
		return nil, err
	}
	n := int64(0)
	re.each([]rune(args[0].(string)), int(start-1), func([]int) bool { n++; return true })
	return n, nil
}

// numbered is the match of a number from a place on, nil if there are fewer.
func (re *expression) numbered(text []rune, start, number int64) []int {
	var result []int
	re.each(text, int(start-1), func(found []int) bool {
		if number--; number == 0 {
			result = found
		}
		return number > 0
	})
	return result
}

// locate is where a match or group begins, or what comes after it.
func locate(args []any, compile compiler) (any, error) {
	end, err := parameter(args, 4, 0, 0, errEndOption)
	if err != nil {
		return nil, err
	}
	if end > 1 {
		return nil, errEndOption
	}
	found, group, err := chosen(args, 6, compile)
	if err != nil || found == nil || found[2*group] < 0 {
		return int64(0), err
	}
	return int64(found[2*group+int(end)] + 1), nil
}

// extract is a match or what one of its groups captures.
func extract(args []any, compile compiler) (any, error) {
	found, group, err := chosen(args, 5, compile)
	if err != nil || found == nil {
		return nil, err
	}
	return piece([]rune(args[0].(string)), found, group), nil
}

// chosen finds the match whose number the arguments say, from the place that they
// say, nil if there is none, and the group that the argument groupAt says.
func chosen(args []any, groupAt int, compile compiler) (found []int, group int, err error) {
	start, err := parameter(args, 2, 1, 1, errStart)
	if err != nil {
		return nil, 0, err
	}
	number, err := parameter(args, 3, 1, 1, errNumber)
	if err != nil {
		return nil, 0, err
	}
	wanted, err := parameter(args, groupAt, 0, 0, errGroupIndex)
	if err != nil {
		return nil, 0, err
	}
	re, err := compile(true)
	if err != nil {
		return nil, 0, err
	}
	if wanted = numberedGroup(re, wanted); wanted < 0 {
		return nil, 0, nil
	}
	return re.numbered([]rune(args[0].(string)), start, number), int(wanted), nil
}

// numberedGroup is the group that a number means, -1 if there is none. Of a
// pattern without groups the first is the whole match.
func numberedGroup(re *expression, group int64) int64 {
	switch {
	case group <= int64(re.Groups()):
		return group
	case group == 1:
		return 0
	}
	return -1
}
