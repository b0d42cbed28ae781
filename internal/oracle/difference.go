package oracle

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// mostKept is how many differences are kept to be printed; all are counted.
const mostKept = 20

// mostShown is how many bytes of a document are printed.
const mostShown = 2000

// Kind tells how Redis differs from PostgreSQL at a key.
type Kind string

// The kinds of differences.
const (
	Missing   Kind = "missing"   // a document is not in Redis
	Extra     Kind = "extra"     // a key in Redis has no document in PostgreSQL
	Different Kind = "different" // the documents differ
	Malformed Kind = "malformed" // what is there is no document: other type, not JSON, a name twice or out of order
)

// Difference is one key at which Redis is not what PostgreSQL says.
type Difference struct {
	Kind       Kind
	Projection string // "" if Extra
	Key        string
	Want, Have string // documents as jsonb prints them
	// Path is where in the documents they first differ, WantThere and HaveThere are what is there.
	Path                 string
	WantThere, HaveThere string
}

// Differences is what Compare found.
type Differences struct {
	Compared int          // keys that PostgreSQL has a document for
	Count    int          // of differences
	First    []Difference // some of them
}

// None tells whether Redis is exactly what PostgreSQL says.
func (d Differences) None() bool { return d.Count == 0 }

func (d *Differences) add(one Difference) {
	d.Count++
	if len(d.First) < mostKept {
		d.First = append(d.First, one)
	}
}

// String prints the differences for people.
func (d Differences) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d documents compared, %d differences", d.Compared, d.Count)
	for _, one := range d.First {
		b.WriteString("\n\n" + one.String())
	}
	if more := d.Count - len(d.First); more > 0 {
		fmt.Fprintf(&b, "\n\n... and %d more", more)
	}
	return b.String()
}

// String prints the difference for people.
func (d Difference) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %q", d.Kind, d.Key)
	if d.Projection != "" {
		fmt.Fprintf(&b, " of projection %s", d.Projection)
	}
	if d.Path != "" {
		fmt.Fprintf(&b, "\n  at   %s\n  want %s\n  have %s", d.Path, shorten(d.WantThere), shorten(d.HaveThere))
	}
	if d.Want != "" {
		fmt.Fprintf(&b, "\n  want %s", shorten(d.Want))
	}
	if d.Have != "" {
		fmt.Fprintf(&b, "\n  have %s", shorten(d.Have))
	}
	return b.String()
}

func shorten(text string) string {
	if len(text) <= mostShown {
		return text
	}
	return strings.ToValidUTF8(text[:mostShown], "") + fmt.Sprintf("... (%d bytes)", len(text))
}

// firstDifference finds where two documents first differ.
func firstDifference(want, have string) (path, wantThere, haveThere string) {
	a, errA := parse(want)
	b, errB := parse(have)
	if errA != nil || errB != nil {
		return "$", want, have
	}
	return walk("$", a, b)
}

func parse(text string) (value any, err error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	err = decoder.Decode(&value)
	return value, err
}

func walk(path string, a, b any) (string, string, string) {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok {
			break
		}
		return walkObjects(path, a, b)
	case []any:
		b, ok := b.([]any)
		if !ok {
			break
		}
		for i := range min(len(a), len(b)) {
			if !same(a[i], b[i]) {
				return walk(path+"["+strconv.Itoa(i)+"]", a[i], b[i])
			}
		}
		return path + ".length", strconv.Itoa(len(a)), strconv.Itoa(len(b))
	}
	return path, text(a), text(b)
}

func walkObjects(path string, a, b map[string]any) (string, string, string) {
	for _, name := range slices.Sorted(maps.Keys(a)) {
		there := path + "." + name
		have, ok := b[name]
		switch {
		case !ok:
			return there, text(a[name]), "(no such member)"
		case !same(a[name], have):
			return walk(there, a[name], have)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if _, ok := a[name]; !ok {
			return path + "." + name, "(no such member)", text(b[name])
		}
	}
	return path, text(a), text(b)
}

func same(a, b any) bool { return text(a) == text(b) }

func text(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(encoded)
}

// shape looks at what jsonb does not keep: names that are there twice, and the
// order of a document's members. It says what is wrong with it, or nothing.
func shape(document string, columns []string) string {
	decoder := json.NewDecoder(strings.NewReader(document))
	decoder.UseNumber()
	names, fault, err := members(decoder)
	switch {
	case err != nil:
		return err.Error()
	case fault != "":
		return fault
	case columns != nil && !slices.Equal(names, columns):
		return fmt.Sprintf("members are %q, not %q", names, columns)
	}
	return ""
}

// members reads one value and names the members if it is an object.
func members(decoder *json.Decoder) (names []string, fault string, err error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, "", err
	}
	delimiter, ok := token.(json.Delim)
	if !ok {
		return nil, "", nil
	}
	seen := map[string]bool{}
	for decoder.More() {
		if delimiter == '{' {
			name, err := decoder.Token()
			if err != nil {
				return nil, "", err
			}
			names = append(names, name.(string))
			if seen[name.(string)] {
				fault = fmt.Sprintf("the name %q is there twice", name)
			}
			seen[name.(string)] = true
		}
		_, inner, err := members(decoder)
		if err != nil {
			return nil, "", err
		}
		if inner != "" {
			fault = inner
		}
	}
	_, err = decoder.Token()
	return names, fault, err
}
