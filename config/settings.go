package config

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/spf13/pflag"
)

// Settings is how the service runs: everything of a configuration but what the
// documents are. Load fills in the defaults.
type Settings struct {
	// Name names the slot, the publication and the service's own keys in Redis
	// (materializer:NAME:*). Defaults to the name of the source's database.
	Name   string
	Source Source
	Target Target
	State  State
	HTTP   HTTP
	Log    Log
}

// Source is the PostgreSQL that is followed.
type Source struct {
	// URL of PostgreSQL itself, not of a pooler. Defaults to DATABASE_URL, then to PGHOST, PGDATABASE and their like.
	URL string
	// Slot is the replication slot. Defaults to materializer_NAME.
	Slot string
	// Publication is the publication. Defaults to materializer_NAME.
	Publication string
	// ColumnLists publishes only the columns that are used; PostgreSQL then refuses to drop them. Defaults to false.
	ColumnLists bool
	// LoadWorkers is how many tables are copied at once in the first load. Defaults to 4.
	LoadWorkers int
	// Failover lets the slot follow to a standby, where PostgreSQL is 17 or later. Defaults to true.
	Failover bool
	// OnGap is what is done when the slot has lost changes: resync or halt (exit code 3). Defaults to resync.
	OnGap string
}

// Target is the Redis that holds the documents.
type Target struct {
	// URL of Redis. Defaults to REDIS_URL.
	URL string
	// Strict ends the service (exit code 7) when Redis is set up to evict keys, instead of warning. Defaults to false.
	Strict bool
}

// State is what is kept on the local disk.
type State struct {
	// Dir is the directory, which belongs to one running service. Defaults to ./state.
	Dir string
}

// HTTP is the server of health, metrics and status.
type HTTP struct {
	// Listen is the address, or off. Defaults to 127.0.0.1:8090.
	Listen string
	// Token is asked for by everything but health, as a bearer token. Defaults to none.
	Token string
}

// Log is what the service writes to standard error.
type Log struct {
	// Level is debug, info, warn or error. Defaults to info.
	Level string
	// Format is text or json. Defaults to text.
	Format string
}

// setting is one value of Settings: where it is in the file, and what it may be.
type setting struct {
	key      string // in the file: source.url
	standard string // its default
	usage    string
	field    func(*Settings) any // *string, *bool or *int
	check    func(value string) (message, hint string)
}

// settings is every setting, in the order in which they are documented.
var settings = []setting{
	{"name", "", "name of the slot, the publication and the keys materializer:NAME:* (default: the database's name)",
		func(s *Settings) any { return &s.Name }, checkName},
	{"source.url", "", "URL of PostgreSQL, not of a pooler (default: DATABASE_URL, or PGHOST, PGDATABASE, ...)",
		func(s *Settings) any { return &s.Source.URL }, checkSourceURL},
	{"source.slot", "", "replication slot (default: materializer_NAME)",
		func(s *Settings) any { return &s.Source.Slot }, checkSlot},
	{"source.publication", "", "publication (default: materializer_NAME)",
		func(s *Settings) any { return &s.Source.Publication }, checkPublication},
	{"source.column_lists", "false", "publish only the columns used; PostgreSQL then refuses to drop them",
		func(s *Settings) any { return &s.Source.ColumnLists }, nil},
	{"source.load_workers", "4", "tables copied at once in the first load",
		func(s *Settings) any { return &s.Source.LoadWorkers }, nil},
	{"source.failover", "true", "let the slot follow to a standby (PostgreSQL 17 and later)",
		func(s *Settings) any { return &s.Source.Failover }, nil},
	{"source.on_gap", "resync", "when the slot has lost changes: resync, halt",
		func(s *Settings) any { return &s.Source.OnGap }, oneOf("resync", "halt")},
	{"target.url", "", "URL of Redis (default: REDIS_URL)",
		func(s *Settings) any { return &s.Target.URL }, checkTargetURL},
	{"target.strict", "false", "end with code 7 when Redis may evict keys",
		func(s *Settings) any { return &s.Target.Strict }, nil},
	{"state.dir", "./state", "directory of the local state",
		func(s *Settings) any { return &s.State.Dir }, nil},
	{"http.listen", "127.0.0.1:8090", "address of health, metrics and status, or off",
		func(s *Settings) any { return &s.HTTP.Listen }, checkListen},
	{"http.token", "", "bearer token that everything but health asks for",
		func(s *Settings) any { return &s.HTTP.Token }, checkToken},
	{"log.level", "info", "debug, info, warn, error",
		func(s *Settings) any { return &s.Log.Level }, oneOf("debug", "info", "warn", "error")},
	{"log.format", "text", "text, json",
		func(s *Settings) any { return &s.Log.Format }, oneOf("text", "json")},
}

// variable is the environment variable of a setting: MATERIALIZER_SOURCE_URL.
func (s setting) variable() string {
	return "MATERIALIZER_" + strings.ToUpper(strings.ReplaceAll(s.key, ".", "_"))
}

// flag is the command line flag of a setting: source-url.
func (s setting) flag() string {
	return strings.NewReplacer(".", "-", "_", "-").Replace(s.key)
}

// AddFlags defines a flag for every setting. Load looks at those that were given.
func AddFlags(flags *pflag.FlagSet) {
	for _, s := range settings {
		flags.String(s.flag(), s.standard, s.usage)
		if _, ok := s.field(&Settings{}).(*bool); ok {
			flags.Lookup(s.flag()).NoOptDefVal = "true"
		}
	}
}

// Require reports which of the settings are not set, each with the ways to set
// it. What is required depends on the command: Load requires nothing. A name
// need not be required: it follows from source.url.
func (s *Settings) Require(keys ...string) Problems {
	var out Problems
	for _, key := range keys {
		for _, known := range settings {
			if known.key == key && fmt.Sprint(deref(known.field(s))) == "" {
				out = append(out, Problem{Message: key + " is not set", Hint: waysToSet(known)})
			}
		}
	}
	return out
}

func waysToSet(s setting) string {
	var others string
	switch s.key {
	case "source.url":
		others = ", DATABASE_URL or PGHOST and PGDATABASE"
	case "target.url":
		others = " or REDIS_URL"
	}
	return fmt.Sprintf("write it into the file, or set %s%s, or give --%s", s.variable(), others, s.flag())
}

// Redacted is a copy that can be shown: without passwords and tokens.
func (s Settings) Redacted() Settings {
	s.Source.URL = RedactURL(s.Source.URL)
	s.Target.URL = RedactURL(s.Target.URL)
	if s.HTTP.Token != "" {
		s.HTTP.Token = mask
	}
	return s
}

// String shows the settings without secrets, as key=value.
func (s Settings) String() string {
	shown := s.Redacted()
	parts := make([]string, 0, len(settings))
	for _, known := range settings {
		parts = append(parts, fmt.Sprintf("%s=%v", known.key, deref(known.field(&shown))))
	}
	return strings.Join(parts, " ")
}

// GoString keeps secrets out of %#v.
func (s Settings) GoString() string { return "config.Settings{" + s.String() + "}" }

// LogValue keeps secrets out of logs.
func (s Settings) LogValue() slog.Value { return slog.StringValue(s.String()) }

func deref(field any) any {
	switch f := field.(type) {
	case *string:
		return *f
	case *bool:
		return *f
	case *int:
		return *f
	}
	panic(fmt.Sprintf("config: a setting cannot be a %T", field))
}
