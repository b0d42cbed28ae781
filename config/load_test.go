package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/spf13/pflag"
)

// TestLoad runs the stories in testdata/load. Arguments of a command are the
// environment (NAME=value) and flags (--source-url=value); the file is its input.
func TestLoad(t *testing.T) {
	t.Parallel()
	datadriven.Walk(t, "testdata/load", func(t *testing.T, path string) {
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			env, flags := arguments(t, d)
			file := filepath.Join(t.TempDir(), "p.yaml")
			source := d.Input + "\n"
			if d.Cmd == "projections-added" {
				source += "projections: {p: {from: t, key: k, columns: [id]}}\n"
			}
			if d.Cmd != "missing" {
				if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			settings, loaded, problems := Load(file, flags, env)
			problems = append(problems, settings.Require("source.url", "target.url")...)
			shown := problems.Render(loaded.Source) + strings.ReplaceAll(settings.String(), " ", "\n") + "\n"
			return strings.ReplaceAll(shown, file, "p.yaml")
		})
	})
}

func arguments(t *testing.T, d *datadriven.TestData) (Lookup, *pflag.FlagSet) {
	t.Helper()
	variables := map[string]string{}
	var given []string
	for _, arg := range d.CmdArgs {
		value := strings.Join(arg.Vals, ",")
		if strings.HasPrefix(arg.Key, "--") {
			given = append(given, arg.Key+"="+value)
			continue
		}
		variables[arg.Key] = value
	}
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	AddFlags(flags)
	if err := flags.Parse(given); err != nil {
		t.Fatal(err)
	}
	return func(name string) (string, bool) { value, ok := variables[name]; return value, ok }, flags
}

func TestSecretsAreNotShown(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	path := filepath.Join(t.TempDir(), "p.yaml")
	none := func(string) (string, bool) { return "", false }
	for _, source := range []string{
		"source: {url: postgres://app:hunter2@localhost:nonsense/shop}",
		"source: {url: postgres://app:hunt#hunter2@localhost/shop}",
		"source: {url: postgres://app:hunter2@localhost/shop?sslmode=maybe}",
		"source:\n  url: host=localhost dbname=shop password=hunter2 sslmode=maybe",
		"source: postgres://app:hunter2@localhost/shop",
		"target: {url: redis://:hunter2@localhost/x}",
		"target: {url: redis://:hunt/hunter2@localhost/0}",
		"target: {url: http://:hunter2@localhost}",
		"target: {url: redis://:a, hunter2: b}",
		"target: {url: redis://:a,b, hunter2@localhost}",
		"http: {token: hunter2 and more}",
		"http: {token: {hunter2}}",
		"http: {token: [hunter2]}",
		"http: {token: *hunter2}",
		"http: {token: ${hunter2",
		"http:\n  token: ${hunter2 }",
		"http: {tokn: hunter2, listen: off}",
		"log: {level: info}\nsource: {url: 'postgres://app:hunter2@localhost/shop', colums: 1}",
		"source: {url: postgres://app:hunter2@localhost/shop}\ntarget: {url: redis://:hunter2@localhost}\nhttp: {token: hunter2}",
	} {
		if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
		settings, file, problems := Load(path, nil, none)
		shown := fmt.Sprintf("%v %+v %#v %s", settings, *settings, *settings, settings.LogValue()) + problems.Error()
		if problems.Err() == nil {
			t.Errorf("%s: no mistake, not even that projections are missing", source)
		}
		// What is neither a URL nor called token cannot be known to be a secret: the line itself shows it.
		if strings.Contains(source, "tokn") || strings.Contains(source, "hunter2: b") {
			continue
		}
		if shown += problems.Render(file.Source); strings.Contains(shown, secret) {
			t.Errorf("%s: the secret is shown:\n%s", source, shown)
		}
	}
}

func TestRedactURL(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"postgres://app:secret@localhost:5432/shop":         "postgres://app:xxxxx@localhost:5432/shop",
		"postgres://app@localhost/shop":                     "postgres://app@localhost/shop",
		"postgres:///shop?host=db&password=secret":          "postgres:///shop?host=db&password=xxxxx",
		"host=db password=secret dbname=shop":               "host=db password=xxxxx dbname=shop",
		"host=db password='my secret' dbname=shop":          "host=db password=xxxxx dbname=shop",
		"redis://:secret@localhost:6379/0":                  "redis://:xxxxx@localhost:6379/0",
		"postgres://app:se#cr:et@localhost/shop":            "postgres://app:xxxxx@localhost/shop",
		"postgres://app:%zz@localhost/shop":                 "postgres://app:xxxxx@localhost/shop",
		"redis://localhost:6379/0":                          "redis://localhost:6379/0",
		"postgres://app:secret@a:1,b:2/shop?sslmode=prefer": "postgres://app:xxxxx@a:1,b:2/shop?sslmode=prefer",
	} {
		if got := RedactURL(raw); got != want {
			t.Errorf("RedactURL(%q) = %q, want %q", raw, got, want)
		}
	}
}

// TestSettingsAreComplete keeps the table of settings and the struct together.
func TestSettingsAreComplete(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range settings {
		if seen[s.key] || s.usage == "" {
			t.Errorf("%s: twice, or without usage", s.key)
		}
		seen[s.key] = true
		var probe Settings
		switch field := s.field(&probe).(type) {
		case *string:
			*field = "x"
		case *bool:
			*field = true
		case *int:
			*field = 7
		}
		if probe == (Settings{}) {
			t.Errorf("%s: its field is not one of Settings", s.key)
		}
	}
	if fields := strings.Count(fmt.Sprintf("%+v", plainSettings(Settings{})), ":"); fields != len(settings)+5 {
		t.Errorf("Settings has %d fields and sections, the table %d settings and 5 sections", fields, len(settings))
	}
}

// plainSettings is Settings without the methods that hide secrets.
type plainSettings Settings
