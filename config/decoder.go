package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// decoder turns nodes into the types of this package. It reports a mistake and
// goes on without the value, so that one run shows every mistake.
type decoder struct{ *reporter }

// level is a place of the grammar: what stands there and the keys it takes.
type level struct {
	what string
	keys []string
}

var (
	fileLevel = level{"the file", []string{"name", "source", "target", "state", "http", "log", "tables", "projections"}}
	projected = level{"a projection", []string{"from", "key", "key_is_unique", "as", "member", "score", "where", "joins",
		"columns", "except", "fields", "value"}}
	related = level{"a relation", []string{"one", "many", "on", "through", "where", "joins", "columns", "except", "fields",
		"value", "order_by", "limit", "key_by", "distinct", "required", "inline"}}
	objects   = level{"an object of the same row", []string{"columns", "except", "fields"}}
	hops      = level{"a step of through", []string{"table", "on"}}
	tabled    = level{"an entry of tables", []string{"primary_key", "where", "references"}}
	reference = level{"a reference", []string{"columns", "table"}}
)

// otherWords are what people write who know other languages.
var otherWords = map[string]string{
	"select": "columns", "filter": "where", "sort": "order_by", "sort_by": "order_by", "order": "order_by", "using": "on",
	"format": "as", "type": "as", "exclude": "except", "omit": "except", "via": "through", "top": "limit", "template": "key",
	"unique": "key_is_unique", "inner": "required", "flatten": "inline", "has_many": "many", "has_one": "one", "table": "from",
	"uri": "url", "dsn": "url", "workers": "load_workers", "path": "dir", "directory": "dir", "address": "listen", "port": "listen",
}

// section is a mapping whose keys are known to be possible.
type section struct {
	*decoder
	where   string
	node    *node
	entries map[string]entry
	damaged bool // something in it was not understood: what seems to be missing may be that
}

// has tells whether a key is written, empty or not.
func (s section) has(key string) bool { _, ok := s.entries[key]; return ok }

// first is the first of the keys that is written.
func (s section) first(keys ...string) (entry, bool) {
	for _, key := range keys {
		if e, ok := s.entries[key]; ok {
			return e, true
		}
	}
	return entry{}, false
}

// section checks that a node is a mapping with the keys of a level only.
func (d *decoder) section(where string, n *node, lv level) (section, bool) {
	s := section{decoder: d, where: where, node: n, entries: map[string]entry{}}
	if n.kind != mapping {
		d.mistake(where, n.place, "possible: "+strings.Join(lv.keys, ", "), "%s is a mapping of key: value, not %s", lv.what, notKind(n))
		return s, false
	}
	whole := d.entriesOf(where, n)
	s.damaged = len(whole) < len(n.entries)
	for _, e := range whole {
		if slices.Contains(lv.keys, e.key.Value) {
			s.entries[e.key.Value] = e
			continue
		}
		s.damaged = true
		d.unknownKey(where, e, lv)
	}
	return s, true
}

// unknownKey says of a key that it is not possible here, and where it would be.
func (d *decoder) unknownKey(where string, e entry, lv level) {
	key := e.key.Value
	possible := "possible: " + strings.Join(lv.keys, ", ")
	if word := otherWords[strings.ToLower(key)]; word != "" && slices.Contains(lv.keys, word) {
		d.mistake(where, e.place, "did you mean "+word+"?\n"+possible, "unknown key %s in %s", key, lv.what)
		return
	}
	if lv.what == related.what && (key == "table" || key == "from") {
		d.mistake(where, e.place, possible, "unknown key %s in a relation: it names its table with one or many", key)
		return
	}
	if d.missingKey(where, e, lv) {
		return
	}
	for _, other := range []level{related, projected, hops, tabled} {
		if other.what != lv.what && slices.Contains(other.keys, key) {
			d.mistake(where, e.place, misplacedHint(key, lv), "%s belongs to %s, and this is %s", key, other.what, lv.what)
			return
		}
	}
	d.mistake(where, e.place, didYouMean(key, lv.keys), "unknown key %s in %s", key, lv.what)
}

func misplacedHint(key string, lv level) string {
	possible := "possible: " + strings.Join(lv.keys, ", ")
	if lv.what == projected.what && (key == "order_by" || key == "limit") {
		return "documents have no order; for rows in order write as: zset with a score, or a many of a relation\n" + possible
	}
	if lv.what == objects.what {
		return "name the table with one: or many: to make it a relation; an object of the same row has neither\n" + possible
	}
	return possible
}

// entriesOf is the entries of a mapping that have been cut by no comma.
func (d *decoder) entriesOf(where string, n *node) []entry {
	if !n.flow {
		return n.entries
	}
	var out []entry
	for i := 0; i < len(n.entries); i++ {
		if !d.cut(n.entries[i]) {
			out = append(out, n.entries[i])
			continue
		}
		first := i
		for i+1 < len(n.entries) && d.cut(n.entries[i+1]) {
			i++
		}
		d.reportCut(where, n, first, i+1)
	}
	return out
}

// cut tells whether an entry within { } has neither colon nor value.
func (d *decoder) cut(e entry) bool {
	if e.value.kind != empty {
		return false
	}
	pos := e.place.written
	if pos.Line < 1 || pos.Line > len(d.lines) {
		return false
	}
	rest := []rune(d.lines[pos.Line-1])
	after := pos.Column - 1 + len([]rune(e.key.Value))
	if e.key.Quoted != 0 {
		after += 2
	}
	if after > len(rest) {
		return true
	}
	return !strings.HasPrefix(strings.TrimLeft(string(rest[after:]), " \t"), ":")
}

// reportCut reports the entries from first to end: keys that a comma made out of the end of a value.
func (d *decoder) reportCut(where string, n *node, first, end int) {
	var words []string
	for _, e := range n.entries[first:end] {
		words = append(words, e.key.Value)
	}
	hint := "quote it, or write the block on lines of its own"
	if first == 0 && end == len(n.entries) {
		hint = "for columns write columns: [" + strings.Join(words, ", ") + "]; a text that begins with { needs quotes"
	}
	if first > 0 && isSecret(n.entries[first-1].key.Value) {
		d.mistake(where, n.entries[first].place, "quote it", "a comma inside { } ends a value, here that of %s", n.entries[first-1].key.Value)
		return
	}
	if first > 0 {
		if before := n.entries[first-1]; before.value.kind == scalar && before.value.text.Quoted == 0 {
			whole := before.value.text.Value + ", " + strings.Join(words, ", ")
			hint = fmt.Sprintf("quote it: %s: %s\nor write the block on lines of its own", before.key.Value, quoted(whole))
		}
	}
	if strings.HasSuffix(words[0], ":") {
		d.mistake(where, n.entries[first].place, "write a space after the colon", "%s has no value", words[0])
		return
	}
	d.mistake(where, n.entries[first].place, hint, "a comma inside { } ends a value, so %s became a key without a value",
		strings.Join(words, ", "))
}

// isSecret tells the settings that may hold a secret.
func isSecret(key string) bool { return key == "url" || key == "token" }

// quoted writes a text as YAML with double quotes.
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// text reads a scalar; wanted is "a name", "an SQL expression", ...
func (d *decoder) text(where, key string, n *node, wanted string) Text {
	switch n.kind {
	case scalar:
		if strings.TrimSpace(n.text.Value) == "" {
			d.mistake(where, n.place, "write "+wanted+", or leave the key out", "%s is empty", key)
			return Text{}
		}
		return n.text
	case empty:
		d.mistake(where, n.place, "write "+wanted+", or leave the key out", "%s is empty", key)
		return Text{}
	}
	if braces, ok := inBraces(n); ok {
		d.mistake(where, n.place, fmt.Sprintf("quote it: %s: %s", key, quoted(braces+"...")),
			"%s wants %s, and what begins with { is a mapping to YAML", key, wanted)
		return Text{}
	}
	d.mistake(where, n.place, "", "%s wants %s, not %s", key, wanted, notKind(n))
	return Text{}
}

// template reads a text with {expressions}.
func (d *decoder) template(where, key string, n *node) Text {
	if braces, ok := inBraces(n); ok {
		d.mistake(where, n.place, fmt.Sprintf("quote it: %s: %s", key, quoted(braces)), "a template that starts with { is a mapping to YAML")
		return Text{}
	}
	return d.text(where, key, n, "a template")
}

// inBraces writes a mapping back that was meant as a text: {id}.
func inBraces(n *node) (string, bool) {
	if n.kind != mapping || !n.flow || len(n.entries) == 0 {
		return "", false
	}
	var parts []string
	for _, e := range n.entries {
		switch e.value.kind {
		case empty:
			parts = append(parts, e.key.Value)
		case scalar:
			parts = append(parts, e.key.Value+": "+e.value.text.Value)
		default:
			return "", false
		}
	}
	return "{" + strings.Join(parts, ", ") + "}", true
}

// texts reads one text or a list of them.
func (d *decoder) texts(where, key string, n *node, wanted string) []Text {
	if n.kind != list {
		if t := d.text(where, key, n, wanted+" or a list of them"); t.Set() {
			return []Text{t}
		}
		return nil
	}
	return d.items(where, key, n, wanted)
}

// items reads a list of texts.
func (d *decoder) items(where, key string, n *node, wanted string) []Text {
	if len(n.items) == 0 {
		d.mistake(where, n.place, "", "%s is an empty list", key)
	}
	var out []Text
	for i, item := range n.items {
		if t := d.text(where, "an item of "+key, item, wanted); t.Set() && !d.cutItem(where, key, n, i) {
			out = append(out, t)
		}
	}
	return out
}

// cutItem reports an item within [ ] that a comma has cut inside of parentheses.
func (d *decoder) cutItem(where, key string, n *node, i int) bool {
	value := n.items[i].text
	if !n.flow || value.Quoted != 0 {
		return false
	}
	open := strings.Count(value.Value, "(") - strings.Count(value.Value, ")")
	if open > 0 {
		d.mistake(where, n.items[i].place, "quote the item, or write the list on lines of its own, each behind a dash",
			"a comma inside [ ] ends an item of %s, so %s has lost its closing parenthesis", key, value.Value)
	}
	return open != 0
}

// flag reads true or false.
func (d *decoder) flag(where, key string, n *node) bool {
	t := d.text(where, key, n, "true or false")
	switch t.Value {
	case "true":
		return true
	case "false", "":
		return false
	}
	d.mistake(where, n.place, "", "%s is true or false, not %s", key, t.Value)
	return false
}

// count reads a whole number above zero.
func (d *decoder) count(where, key string, n *node) Text {
	t := d.text(where, key, n, "a whole number")
	if !t.Set() {
		return Text{}
	}
	number, err := strconv.ParseInt(t.Value, 10, 32)
	switch {
	case err != nil:
		d.mistake(where, n.place, "write a plain number such as 10; it cannot be an expression", "%s is a whole number, not %s", key, t.Value)
	case number == 0:
		d.mistake(where, n.place, "leave the relation out if nothing of it is wanted", "%s: 0 would leave nothing", key)
	case number < 0:
		d.mistake(where, n.place, "", "%s cannot be negative", key)
	default:
		return t
	}
	return Text{}
}

// notKind names what a node is, for "..., not %s".
func notKind(n *node) string {
	if n.kind == scalar {
		return fmt.Sprintf("the text %s", n.text.Value)
	}
	if n.kind == empty {
		return "an empty value"
	}
	return article(n.kind)
}
