package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// scope names what is being decoded, for messages: "projection product, field category.parent".
type scope struct{ projection, kind, path string }

func (s scope) String() string {
	if s.path == "" {
		return "projection " + s.projection
	}
	return fmt.Sprintf("projection %s, %s %s", s.projection, s.kind, s.path)
}

// in is the scope of a field or a join within s.
func (s scope) in(kind, name string) scope {
	if s.path != "" {
		name = s.path + "." + name
	}
	return scope{s.projection, kind, name}
}

var projectionName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,62}$`)

var formats = []string{"json", "hash", "text", "set", "zset"}

func (d *decoder) projections(n *node) []*Projection {
	if n.kind != mapping {
		d.mistake("", n.place, "for example:\nprojections:\n  product:\n    from: products\n    key: \"product:{id}\"\n    columns: [id, name]",
			"projections is a mapping of name: projection, not %s", notKind(n))
		return nil
	}
	var out []*Projection
	for _, e := range d.entriesOf("", n) {
		out = append(out, d.projection(e))
	}
	return out
}

func (d *decoder) projection(e entry) *Projection {
	in := scope{projection: e.key.Value}
	out := &Projection{Name: e.key}
	if !projectionName.MatchString(e.key.Value) {
		d.mistake("", e.place, "it stands in addresses and metrics: lower-case letters, digits, _ and -, at most 63, a letter first",
			"%q cannot be the name of a projection", e.key.Value)
	}
	out.Body.Pos = e.place.pos
	s, ok := d.section(in.String(), e.value, projected)
	if !ok {
		return out
	}
	out.From = s.from(e)
	out.As = s.text("as", strings.Join(formats, ", "))
	if out.As.Set() && !slices.Contains(formats, out.As.Value) {
		d.mistake(s.where, s.entries["as"].value.place, didYouMean(out.As.Value, formats), "as: %s is not a kind of document", out.As.Value)
		out.As = Text{}
	}
	out.Keys = s.keys(e)
	out.KeyIsUnique = s.flag("key_is_unique")
	out.Member = s.template("member")
	out.Score = s.text("score", "an SQL expression")
	out.Body = s.body(in)
	out.Body.Pos = e.place.pos
	s.checkFormat(out, e)
	return out
}

// required reads a name that must be written; of is what it belongs to.
func (s section) required(key, wanted string, of entry) Text {
	if !s.has(key) && !s.damaged {
		s.mistake(s.where, of.place, "", "%s is missing: %s", key, wanted)
	}
	return s.text(key, wanted)
}

func (s section) keys(of entry) []Text {
	e, ok := s.entries["key"]
	if !ok && !s.damaged {
		s.mistake(s.where, of.place, fmt.Sprintf("for example key: \"%s:{id}\"", of.key.Value), "key is missing: the template of the Redis key")
	}
	if !ok {
		return nil
	}
	if e.value.kind != list {
		if t := s.decoder.template(s.where, "key", e.value); t.Set() {
			return []Text{t}
		}
		return nil
	}
	if len(e.value.items) == 0 {
		s.mistake(s.where, e.value.place, "", "key is an empty list")
	}
	var out []Text
	for _, item := range e.value.items {
		if t := s.decoder.template(s.where, "key", item); t.Set() {
			out = append(out, t)
		}
	}
	return out
}

// checkFormat reports what does not go with the kind of the document.
func (s section) checkFormat(p *Projection, of entry) {
	as := p.As.Value
	if s.has("as") && as == "" {
		return // reported; what belongs to it is not known
	}
	switch as {
	case "set", "zset":
		s.refuse("as: "+as+" writes members only", "", "columns", "except", "fields", "value")
		s.mustHave(of, "member", "as: "+as+` needs member, for example member: "{id}"`)
		if as == "zset" {
			s.mustHave(of, "score", "as: zset needs score, an SQL expression that gives a number")
		} else {
			s.refuse("as: set has no order", "write as: zset", "score")
		}
		return
	case "text":
		s.refuse("as: text writes one value", "write as: json or as: hash for several", "columns", "except", "fields")
		s.mustHave(of, "value", "as: text needs value, an SQL expression")
	default:
		s.refuse("value is for as: text", "write fields: {name: expression}, or as: text", "value")
		if !s.selects() && !s.has("value") && !s.damaged {
			s.mistake(s.where, of.place, `write columns: [a, b], columns: "*" or fields: {name: expression}`,
				"nothing is selected: the document would be empty")
		}
	}
	s.refuse("members are for as: set and as: zset", "", "member", "score")
}

func (s section) mustHave(of entry, key, message string) {
	if !s.has(key) && !s.damaged {
		s.mistake(s.where, of.place, "", "%s", message)
	}
}

// refuse reports those of the keys that are written.
func (s section) refuse(why, hint string, keys ...string) {
	for _, key := range keys {
		if e, ok := s.entries[key]; ok {
			s.mistake(s.where, e.place, hint, "%s cannot be here: %s", key, why)
		}
	}
}

// selects tells whether anything of the row is written.
func (s section) selects() bool {
	_, ok := s.first("columns", "except", "fields")
	return ok
}

func (s section) text(key, wanted string) Text {
	e, ok := s.entries[key]
	if !ok {
		return Text{}
	}
	return s.decoder.text(s.where, key, e.value, wanted)
}

func (s section) template(key string) Text {
	e, ok := s.entries[key]
	if !ok {
		return Text{}
	}
	return s.decoder.template(s.where, key, e.value)
}

func (s section) flag(key string) bool {
	e, ok := s.entries[key]
	return ok && s.decoder.flag(s.where, key, e.value)
}
