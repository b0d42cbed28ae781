package scaffold

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// printer writes blocks and remembers in which line each of them is.
type printer struct {
	out     bytes.Buffer
	lines   int
	places  map[int]place   // by line, counted from 1
	dropped map[*block]bool // whose items are not where they were printed any more
}

// place is what stands in a line.
type place struct {
	block *block
	items []span
}

// span is where an item of a list stands: columns, counted from 1.
type span struct{ index, from, to int }

const (
	indent    = 2
	lineWidth = 100
)

func printed(file *block) *printer {
	p := &printer{places: map[int]place{}, dropped: map[*block]bool{}}
	for _, b := range file.inside {
		p.block(b, "", 0)
	}
	return p
}

func (p *printer) text() []byte { return p.out.Bytes() }

// block writes a block at a depth below its margin, which holds the # of what is commented out.
func (p *printer) block(b *block, margin string, depth int) {
	for _, comment := range b.above {
		p.comment(margin, depth, comment)
	}
	if b.isOff() && !strings.Contains(margin, "#") {
		margin, depth = margin+spaces(depth)+"# ", 0
	}
	switch {
	case b.list != nil && len(b.list.items) > 0:
		p.list(b, margin+spaces(depth))
	case b.line != "":
		p.line(margin+spaces(depth)+b.line, place{block: b})
		depth += indent
	}
	for _, x := range b.inside {
		p.block(x, margin, depth)
	}
}

func (p *printer) comment(margin string, depth int, text string) {
	if text == "" {
		p.line("", place{})
		return
	}
	for part := range strings.SplitSeq(text, "\n") {
		p.line(margin+spaces(depth)+"# "+printable(part), place{})
	}
}

func (p *printer) line(text string, at place) {
	p.lines++
	p.places[p.lines] = at
	p.out.WriteString(strings.TrimRight(text, " "))
	p.out.WriteByte('\n')
}

// list writes columns: [a, b], in several lines if it is long.
func (p *printer) list(b *block, before string) {
	line := before + b.list.key + ": ["
	margin := before + spaces(len(b.list.key)+len(": ["))
	at := place{block: b}
	for i, item := range b.list.items {
		text := plainName(item)
		if i+1 < len(b.list.items) {
			text += ","
		} else {
			text += "]"
		}
		if len(at.items) > 0 && utf8.RuneCountInString(line)+utf8.RuneCountInString(text) > lineWidth {
			p.line(line, at)
			line, at = margin, place{block: b}
		} else if len(at.items) > 0 {
			line += " "
		}
		from := utf8.RuneCountInString(line) + 1
		line += text
		at.items = append(at.items, span{i, from, from + utf8.RuneCountInString(text)})
	}
	p.line(line, at)
}

func spaces(n int) string { return strings.Repeat(" ", n) }
