package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const quotingAdvice = "SQL with { } [ ] , # * \" ' or \": \" needs quotes around the whole of it, or a block (>-) on lines of its own"

// read turns the bytes of a file into nodes. It returns nil when they are not
// one YAML document; what is wrong is then among the problems.
func read(r *reporter, source []byte) *node {
	if line := firstInvalid(source); line > 0 {
		r.mistake("", at(line, 1), "save the file as UTF-8", "this line is not UTF-8")
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(source))
	var document yaml.Node
	switch err := decoder.Decode(&document); {
	case errors.Is(err, io.EOF):
		r.mistake("", at(1, 1), "it needs at least the section projections", "the file is empty")
		return nil
	case err != nil:
		r.syntax(err)
		return nil
	}
	b := &builder{reporter: r, expanding: map[*yaml.Node]bool{}}
	root := b.build(document.Content[0], Pos{})
	r.afterDocument(decoder, root)
	return root
}

// afterDocument reports what follows the first document: nothing may.
func (r *reporter) afterDocument(decoder *yaml.Decoder, root *node) {
	var second yaml.Node
	err := decoder.Decode(&second)
	switch {
	case errors.Is(err, io.EOF):
	case err != nil:
		r.syntax(err)
	default:
		r.mistake("", at(second.Line, second.Column),
			fmt.Sprintf("the first document begins in line %d; use one file per document", root.place.pos.Line),
			"a second document begins here, and would be dropped")
	}
}

func at(line, column int) place {
	pos := Pos{Line: line, Column: column}
	return place{pos: pos, written: pos}
}

func firstInvalid(source []byte) int {
	if utf8.Valid(source) {
		return 0
	}
	for i, line := range splitLines(source) {
		if !utf8.ValidString(line) {
			return i + 1
		}
	}
	return 1
}

// syntax reports an error of the YAML parser with its place and what mends it.
func (r *reporter) syntax(err error) {
	message := parserMessage(err)
	pos := locate(r.lines, err)
	line := ""
	if pos.Line <= len(r.lines) {
		line = r.lines[pos.Line-1]
	}
	r.mistake("", place{pos: pos, written: pos}, syntaxHint(line, pos, message), "not valid YAML: %s", message)
}

var (
	errorLine  = regexp.MustCompile(`^line (\d+): `)
	anchorName = regexp.MustCompile(`(?s)unknown anchor '.*'`) // it may be a secret that begins with *
)

// parserMessage is the parser's message without its line, which is often that of the enclosing block.
func parserMessage(err error) string {
	if err == nil {
		return ""
	}
	message := errorLine.ReplaceAllString(strings.TrimPrefix(err.Error(), "yaml: "), "")
	return anchorName.ReplaceAllString(message, "unknown anchor")
}

var (
	starValue  = regexp.MustCompile(`^(\s*(?:- )?[^\s:]+:\s+)\*\s*(?:#.*)?$`)
	indentTabs = regexp.MustCompile(`^\s*\t`)
)

func syntaxHint(line string, pos Pos, message string) string {
	indent := len(line) - len(strings.TrimLeft(line, " "))
	switch {
	case indentTabs.MatchString(line):
		return "the indentation has a tab: YAML indents with spaces only"
	case starValue.MatchString(line):
		return "quote the star: " + strings.TrimSpace(starValue.FindStringSubmatch(line)[1]) + ` "*"`
	case strings.Contains(message, "end of stream"):
		return "a quote or bracket is opened here and never closed\n" + quotingAdvice
	case strings.Contains(message, "unknown anchor"):
		return "a text that begins with * needs quotes; an anchor (&name) stands before its aliases"
	case message == "did not find expected key" && pos.Column <= indent+1:
		return "the indentation of this line is that of no block above it"
	case strings.HasPrefix(message, "did not find expected ','"):
		return "a bracket is opened here and not closed where its block ends\n" + quotingAdvice
	}
	return quotingAdvice
}

// locate finds where a parser error is, which the parser itself says badly: the
// end of the shortest beginning of the file that already gives the same error.
func locate(lines []string, err error) Pos {
	message := parserMessage(err)
	if opening, ok := unclosed(lines, err); ok {
		return opening
	}
	text := strings.Join(lines, "\n") + "\n"
	ends := lineEnds(text)
	last := firstWith(len(ends), func(n int) bool { return parseMessage(text[:ends[n-1]]) == message })
	start := 0
	if last > 1 {
		start = ends[last-2]
	}
	before, line := text[:start], []rune(lines[last-1])
	column := firstWith(len(line), func(n int) bool {
		part := before + string(line[:n])
		return parseMessage(part) == message && parseMessage(part+"\n") == message
	})
	return Pos{Line: last, Column: max(1, column)}
}

// firstWith finds in about log(n) steps the first of 1 to n with a property
// that all later ones have too. It is n when no other has it.
func firstWith(n int, has func(int) bool) int {
	low, high := 0, n
	for high-low > 1 {
		middle := (low + high) / 2
		if has(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

// unclosed finds the quote that is open when the file ends. For this error the
// parser names the line in which it began, unless that is the first.
func unclosed(lines []string, err error) (Pos, bool) {
	if !strings.Contains(err.Error(), "end of stream") {
		return Pos{}, false
	}
	line := 1
	if found := errorLine.FindStringSubmatch(strings.TrimPrefix(err.Error(), "yaml: ")); found != nil {
		line, _ = strconv.Atoi(found[1])
	}
	if line > len(lines) || line > 1 && !strings.ContainsAny(lines[line-1], `'"`) {
		line = 1
	}
	quote := strings.IndexAny(lines[line-1], `'"`)
	return Pos{Line: line, Column: runeColumn(lines[line-1], max(0, quote))}, true
}

func lineEnds(text string) []int {
	var ends []int
	for i := range len(text) {
		if text[i] == '\n' {
			ends = append(ends, i+1)
		}
	}
	return ends
}

// parseMessage is what the parser says of a text: empty when nothing is wrong.
func parseMessage(text string) string {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	for {
		var n yaml.Node
		if err := decoder.Decode(&n); errors.Is(err, io.EOF) {
			return ""
		} else if err != nil {
			return parserMessage(err)
		}
	}
}
