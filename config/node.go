package config

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// node is a value of the file as this package reads it: scalars are raw text
// whatever YAML thinks they are, aliases and merges are resolved, order is kept.
type node struct {
	kind    nodeKind
	place   place
	text    Text    // of a scalar
	entries []entry // of a mapping
	items   []*node // of a list
	flow    bool    // written within { } or [ ]
}

type nodeKind int

const (
	empty nodeKind = iota // nothing is written
	scalar
	list
	mapping
)

type entry struct {
	key   Text
	place place // of the key
	value *node
}

// place is where a value counts and where it is written. They differ for what
// is reached by an alias: it counts at the alias.
type place struct{ pos, written Pos }

// maxAliased bounds what aliases may expand to: a few lines of nested aliases can mean millions of nodes.
const maxAliased = 50_000

// builder turns YAML's nodes into ours.
type builder struct {
	*reporter
	expanding map[*yaml.Node]bool // the aliases that we are within
	aliased   int                 // nodes made within aliases
}

// build never returns nil. at is the place of the alias that n is reached by, if any.
func (b *builder) build(n *yaml.Node, at Pos) *node {
	out := &node{place: placeOf(n, at), flow: n.Style&yaml.FlowStyle != 0}
	if at.Line > 0 {
		if b.aliased++; b.aliased > maxAliased {
			return out
		}
	}
	b.checkTag(n, out.place)
	b.checkComment(n, out.place)
	switch n.Kind {
	case yaml.ScalarNode:
		out.text = textOf(n, out.place)
		out.kind = scalar
		if n.Value == "" && out.text.Quoted == 0 {
			out.kind = empty
		}
	case yaml.SequenceNode:
		out.kind = list
		for _, item := range n.Content {
			out.items = append(out.items, b.build(item, at))
		}
	case yaml.MappingNode:
		out.kind = mapping
		out.entries = b.entries(n, at)
	case yaml.AliasNode:
		return b.alias(n, at)
	}
	return out
}

func (b *builder) alias(n *yaml.Node, at Pos) *node {
	here := placeOf(n, at)
	if b.expanding[n.Alias] {
		b.mistake("", here, "", "the alias *%s is within the anchor that it repeats", n.Value)
		return &node{place: here}
	}
	b.expanding[n.Alias] = true
	out := b.build(n.Alias, here.pos)
	delete(b.expanding, n.Alias)
	if b.aliased > maxAliased {
		b.mistake("", here, "", "the aliases of this file repeat more than %d values", maxAliased)
	}
	return out
}

// entries are those of a mapping in file order. What is merged by << stands
// where << stands, unless the mapping itself has the key.
func (b *builder) entries(n *yaml.Node, at Pos) []entry {
	var out []entry
	first := map[string]Pos{}
	var own []entry
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		for key.Kind == yaml.AliasNode && key.Alias != nil {
			key = key.Alias
		}
		e := entry{place: placeOf(n.Content[i], at)}
		e.key = textOf(key, e.place)
		b.checkTag(n.Content[i], e.place)
		b.checkComment(n.Content[i], e.place)
		switch earlier, twice := first[e.key.Value]; {
		case key.Kind != yaml.ScalarNode:
			b.mistake("", e.place, "", "a key must be a text, not %s", article(kindOf(key)))
			continue
		case isMerge(key):
		case twice:
			b.mistake("", e.place, fmt.Sprintf("it is first written in line %d, column %d", earlier.Line, earlier.Column),
				"the key %s is written twice", e.key.Value)
			continue
		default:
			first[e.key.Value] = e.place.pos
		}
		e.value = b.build(n.Content[i+1], at)
		own = append(own, e)
		if isMerge(key) {
			own[len(own)-1].key = Text{} // merged below, when all keys of the mapping are known
		}
	}
	for _, e := range own {
		if e.key.Set() {
			out = append(out, e)
			continue
		}
		out = append(out, b.merge(e, first)...)
	}
	return out
}

// merge returns the entries that a << adds to those in have.
func (b *builder) merge(e entry, have map[string]Pos) []entry {
	sources := []*node{e.value}
	if e.value.kind == list {
		sources = e.value.items
	}
	var out []entry
	for _, source := range sources {
		if source.kind != mapping {
			b.mistake("", source.place, "", "<< merges mappings, and this is %s", article(source.kind))
			continue
		}
		for _, add := range source.entries {
			if _, known := have[add.key.Value]; !known {
				have[add.key.Value] = add.place.pos
				out = append(out, add)
			}
		}
	}
	return out
}

func isMerge(key *yaml.Node) bool { return key.Tag == "!!merge" && key.Style == 0 }

func placeOf(n *yaml.Node, at Pos) place {
	written := Pos{Line: n.Line, Column: n.Column}
	if at.Line == 0 {
		return place{pos: written, written: written}
	}
	return place{pos: at, written: written}
}

func textOf(n *yaml.Node, at place) Text {
	out := Text{Value: n.Value, Pos: at.pos}
	switch {
	case n.Style&yaml.SingleQuotedStyle != 0:
		out.Quoted = '\''
	case n.Style&yaml.DoubleQuotedStyle != 0:
		out.Quoted = '"'
	case n.Style&yaml.LiteralStyle != 0:
		out.Quoted = '|'
	case n.Style&yaml.FoldedStyle != 0:
		out.Quoted = '>'
	}
	if out.Quoted == '|' || out.Quoted == '>' {
		out.Value = strings.TrimRight(out.Value, "\n") // the end of a block is no part of what it says
	}
	return out
}

func kindOf(n *yaml.Node) nodeKind {
	switch n.Kind {
	case yaml.SequenceNode:
		return list
	case yaml.MappingNode:
		return mapping
	}
	return scalar
}

// article names a kind in a sentence.
func article(k nodeKind) string {
	switch k {
	case scalar:
		return "a text"
	case list:
		return "a list"
	case mapping:
		return "a mapping"
	}
	return "empty"
}

// checkTag refuses tags: they would change what a value is, and nothing here needs them.
func (b *builder) checkTag(n *yaml.Node, at place) {
	if n.Style&yaml.TaggedStyle != 0 && n.Kind != yaml.AliasNode {
		b.mistake("", at, fmt.Sprintf("remove it; if the text itself begins with an exclamation mark, quote it: \"%s ...\"", n.Tag),
			"the tag %s is not supported", n.Tag)
	}
}

// operatorComment is a comment that looks like the rest of an SQL expression: doc #> '{a}', doc #>> path, doc #- '{a}'.
var operatorComment = regexp.MustCompile(`(?m)^#(>>?\s*['"(a-zA-Z$]|-\s*['"])`)

func (b *builder) checkComment(n *yaml.Node, at place) {
	for _, comment := range []string{n.LineComment, n.FootComment} {
		if found := operatorComment.FindStringIndex(comment); found != nil {
			lost, _, _ := strings.Cut(comment[found[0]:], "\n")
			b.mistake("", b.find(lost, at), "quote the whole expression, or write it as a block (>-) on lines of its own",
				"a comment begins at %q: YAML does not see the rest of the line", lost)
		}
	}
}

// find is the place of a text at or below a place, which it returns when there is none.
func (b *builder) find(text string, from place) place {
	for line := from.written.Line; line >= 1 && line <= len(b.lines) && line < from.written.Line+20; line++ {
		if i := strings.Index(b.lines[line-1], text); i >= 0 {
			found := Pos{Line: line, Column: runeColumn(b.lines[line-1], i)}
			if from.pos == from.written {
				return place{pos: found, written: found}
			}
			return place{pos: from.pos, written: found}
		}
	}
	return from
}
