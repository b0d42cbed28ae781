package jsons

import (
	"strings"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/strings/are"
)

// pathFlags are the flags of like_regex, in the order in which they are written.
const pathFlags = "ismxq"

// pathPattern is what like_regex looks for.
type pathPattern struct {
	source, flags string
	compiled      *are.Regexp
}

// likeRegex reads like_regex "pattern" flag "flags".
func (p *pathParser) likeRegex(left *step) (*step, error) {
	source, err := p.stringBehind()
	if err != nil {
		return nil, err
	}
	flags := ""
	if p.isWord("flag") {
		if flags, err = p.stringBehind(); err != nil {
			return nil, err
		}
	}
	pattern, err := newPathPattern(source, flags)
	if err != nil {
		return nil, err
	}
	return &step{kind: stepLikeRegex, left: left, pattern: pattern}, nil
}

// stringBehind steps over a word and the string behind it.
func (p *pathParser) stringBehind() (string, error) {
	if err := p.advance(); err != nil {
		return "", err
	}
	if p.token.kind != pathString {
		return "", errPathSyntax
	}
	text := p.token.text
	return text, p.advance()
}

// newPathPattern reads flags as XQuery means them: a dot does not match a
// newline without s, and q leaves no other flag but i a meaning.
func newPathPattern(source, flags string) (*pathPattern, error) {
	p := &pathPattern{source: source}
	for _, flag := range pathFlags {
		if strings.ContainsRune(flags, flag) {
			p.flags += string(flag)
		}
	}
	if strings.Trim(flags, pathFlags) != "" {
		return nil, errPathSyntax
	}
	has := func(flag string) bool { return strings.Contains(flags, flag) }
	options := are.Options{IgnoreCase: has("i"), Literal: has("q")}
	if !has("q") {
		if has("x") {
			return nil, datum.Errorf("0A000", `XQuery "x" flag (expanded regular expressions) is not implemented`)
		}
		options.LineStop, options.LineAnchor = !has("s"), has("m")
	}
	var err error
	p.compiled, err = are.Compile(source, options)
	return p, err
}

func (p *pathPattern) matches(v *datum.JSON) truth {
	if v.Kind != datum.JSONString {
		return isUnknown
	}
	return truthOf(p.compiled.Test([]rune(v.String), 0))
}

func (p *pathPattern) append(dst []byte) []byte {
	dst = appendString(append(dst, " like_regex "...), p.source)
	if p.flags != "" {
		dst = append(dst, ` flag "`+p.flags+`"`...)
	}
	return dst
}
