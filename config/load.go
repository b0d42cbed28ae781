package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"
)

// Load reads a configuration whole. A setting is taken from the flags that were
// given, else from MATERIALIZER_* in the environment, else from the file, else
// from the usual variables (DATABASE_URL, PG*, REDIS_URL), else it has its
// default. flags may be nil; env is os.LookupEnv unless given.
//
// Every mistake is reported at once. Neither result is nil; they can be relied
// on when Problems.Err is nil. Settings that are missing are no mistake here: see Require.
func Load(path string, flags *pflag.FlagSet, env Lookup) (*Settings, *File, Problems) {
	if env == nil {
		env = os.LookupEnv
	}
	source, err := os.ReadFile(path)
	doc := &document{decoder: &decoder{newReporter(path, source)}}
	var file *File
	if err != nil {
		doc.problems = append(doc.problems, unreadable(path, err))
		file = &File{Path: path}
	} else {
		doc = open(path, source)
		doc.expand(env)
		file = doc.file()
	}
	l := &loader{document: doc, viper: viper.New(), origins: map[string]origin{}}
	loaded := l.load(flags, env)
	l.problems.Sort()
	return loaded, file, l.problems
}

func unreadable(path string, err error) Problem {
	var reason *fs.PathError
	if errors.As(err, &reason) {
		err = reason.Err
	}
	return Problem{Path: path, Message: fmt.Sprintf("cannot read the configuration: %v", err), Hint: "--config names another file"}
}

// loader lays the sources of settings over one another. viper decides which
// wins; origins remembers where the winner is written.
type loader struct {
	*document
	viper   *viper.Viper
	origins map[string]origin
}

// origin is where a setting was written: in the file, or a variable or flag.
type origin struct {
	path  string // of the variable or flag; empty for the file
	place place
}

func (l *loader) load(flags *pflag.FlagSet, env Lookup) *Settings {
	for _, s := range settings {
		l.viper.SetDefault(s.key, s.standard)
	}
	l.fromUsualVariables(env)
	l.fromFile()
	l.fromEnvironment(env)
	l.fromFlags(flags)
	out := &Settings{}
	for _, s := range settings {
		l.set(out, s)
	}
	out.nameAfterSource()
	return out
}

// put overlays a value; later ones win.
func (l *loader) put(key, value string, from origin) {
	if err := l.viper.MergeConfigMap(map[string]any{key: value}); err != nil {
		panic(fmt.Sprintf("config: merge %s: %v", key, err)) // a map of one text merges
	}
	l.origins[key] = from
}

func (l *loader) fromUsualVariables(env Lookup) {
	if value, name := sourceFromEnvironment(env); name != "" {
		l.put("source.url", value, origin{path: name})
	}
	if value, ok := env.value("REDIS_URL"); ok {
		l.put("target.url", value, origin{path: "REDIS_URL"})
	}
}

func (l *loader) fromFile() {
	for _, key := range fileLevel.keys {
		e, ok := l.top[key]
		switch {
		case !ok || key == "tables" || key == "projections":
		case key == "name":
			l.put(key, l.text("", key, e.value, "a name").Value, originOf(e))
		default:
			l.sectionOfSettings(key, e.value)
		}
	}
}

// value reads the text of a setting. What is written instead of one is not repeated: it may hold a secret.
func (l *loader) value(key string, n *node) string {
	if n.kind == list || n.kind == mapping {
		l.mistake("", n.place, "what begins with { or [ needs quotes", "%s wants a text, not %s", key, article(n.kind))
		return ""
	}
	return l.text("", key, n, "a value").Value
}

func originOf(e entry) origin { return origin{place: e.value.place} }

// sectionOfSettings reads a section such as source. An empty one says nothing.
func (l *loader) sectionOfSettings(name string, n *node) {
	switch n.kind {
	case empty:
		return
	case scalar:
		l.mistake("", n.place, "possible: "+strings.Join(keysOf(name), ", "), "the section %s is a mapping of key: value, not a text", name)
		return
	}
	s, ok := l.section("", n, level{"the section " + name, keysOf(name)})
	if !ok {
		return
	}
	for key, e := range s.entries {
		if value := l.value(name+"."+key, e.value); value != "" {
			l.put(name+"."+key, value, originOf(e))
		}
	}
}

// keysOf is what a section of settings takes.
func keysOf(section string) []string {
	var out []string
	for _, s := range settings {
		if key, ok := strings.CutPrefix(s.key, section+"."); ok {
			out = append(out, key)
		}
	}
	return out
}

func (l *loader) fromEnvironment(env Lookup) {
	for _, s := range settings {
		if value, ok := env.value(s.variable()); ok {
			l.put(s.key, value, origin{path: s.variable()})
		}
	}
}

func (l *loader) fromFlags(flags *pflag.FlagSet) {
	if flags == nil {
		return
	}
	for _, s := range settings {
		flag := flags.Lookup(s.flag())
		if flag == nil || !flag.Changed {
			continue
		}
		if err := l.viper.BindPFlag(s.key, flag); err != nil {
			panic(fmt.Sprintf("config: bind --%s: %v", s.flag(), err)) // the flag is there
		}
		l.origins[s.key] = origin{path: "--" + s.flag()}
	}
}

// set checks a setting and stores it, also a wrong one: it is not missing.
func (l *loader) set(out *Settings, s setting) {
	value := l.viper.GetString(s.key)
	if value == "" {
		return
	}
	if s.check != nil {
		if message, hint := s.check(value); message != "" {
			l.complain(s.key, message, hint)
		}
	}
	switch field := s.field(out).(type) {
	case *string:
		*field = value
	case *bool:
		if !slices.Contains([]string{"true", "false"}, value) {
			l.complain(s.key, fmt.Sprintf("%s is true or false, not %s", s.key, value), "")
		}
		*field = value == "true"
	case *int:
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > 1000 {
			l.complain(s.key, fmt.Sprintf("%s is a number from 1 to 1000, not %s", s.key, value), "")
		}
		*field = n
	}
}

// complain reports a mistake where the setting is written.
func (l *loader) complain(key, message, hint string) {
	if !strings.Contains(message, key) {
		message = key + ": " + message
	}
	from := l.origins[key]
	if from.path == "" {
		l.mistake("", from.place, hint, "%s", message)
		return
	}
	l.problems = append(l.problems, Problem{Path: from.path, Message: message, Hint: hint})
}

// nameAfterSource fills in what defaults to a part of another setting.
func (s *Settings) nameAfterSource() {
	if s.Name == "" && s.Source.URL != "" {
		s.Name = sanitizeName(sourceDatabase(s.Source.URL))
	}
	if s.Name == "" {
		return
	}
	if s.Source.Slot == "" {
		s.Source.Slot = slotPrefix + s.Name
	}
	if s.Source.Publication == "" {
		s.Source.Publication = slotPrefix + s.Name
	}
}
