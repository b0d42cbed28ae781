package oracle

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// A yaml is a scalar, list or mapping to be printed as YAML.
type yaml interface {
	print(b *strings.Builder, indent string)
}

type scalar string

type list []yaml

// mapping keeps the order of its entries.
type mapping []entry

type entry struct {
	name  string
	value yaml
}

// flow is printed on one line.
type flow struct{ yaml }

func (m *mapping) add(name string, value yaml) { *m = append(*m, entry{name, value}) }

var (
	plain    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*([ .][A-Za-z0-9_]+)*$|^[1-9][0-9]*$`)
	keywords = map[string]bool{"true": true, "false": true, "null": true, "yes": true, "no": true, "on": true, "off": true, "y": true, "n": true}
)

// yes is the scalar true.
type yes struct{}

func (yes) print(b *strings.Builder, _ string) { b.WriteString(" true\n") }

func quoted(text string) string {
	if plain.MatchString(text) && !keywords[strings.ToLower(text)] {
		return text
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text) // a string always encodes
	return strings.TrimSpace(out.String())
}

// key is a name of the language, or of a user, before a colon.
func key(name string) string {
	if name == "on" {
		return name
	}
	return quoted(name)
}

func (s scalar) print(b *strings.Builder, _ string) { b.WriteString(" " + quoted(string(s)) + "\n") }

func (l list) print(b *strings.Builder, indent string) {
	b.WriteString("\n")
	for _, item := range l {
		b.WriteString(indent + "-")
		if _, ok := item.(mapping); ok {
			item = flow{item}
		}
		item.print(b, indent+"  ")
	}
}

func (m mapping) print(b *strings.Builder, indent string) {
	b.WriteString("\n")
	for _, e := range m {
		b.WriteString(indent + key(e.name) + ":")
		e.value.print(b, indent+"  ")
	}
}

func (f flow) print(b *strings.Builder, _ string) { b.WriteString(" " + inline(f.yaml) + "\n") }

func inline(y yaml) string {
	var parts []string
	switch y := y.(type) {
	case flow:
		return inline(y.yaml)
	case yes:
		return "true"
	case scalar:
		return quoted(string(y))
	case list:
		for _, item := range y {
			parts = append(parts, inline(item))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case mapping:
		for _, e := range y {
			parts = append(parts, key(e.name)+": "+inline(e.value))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	panic("oracle: not YAML")
}
