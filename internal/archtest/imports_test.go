package archtest

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestImportsFollowTheLayout(t *testing.T) {
	t.Parallel()
	const root = "../.."
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil {
		t.Fatalf("find the checkout: %v", err)
	}
	read := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if skipped(path, root, entry.Name()) {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		read++
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		check(t, name, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < 10 {
		t.Errorf("read %d Go files: this is not the checkout", read)
	}
}

// skipped tells directories that the go command does not read either.
func skipped(path, root, name string) bool {
	return path != root && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata")
}

func check(t *testing.T, name, path string) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	f := file{pkg: filepath.ToSlash(filepath.Dir(name)), test: strings.HasSuffix(name, "_test.go")}
	if _, ok := ruleFor(f.pkg); !ok {
		t.Errorf("%s: package %s is not in the layout: add it to internal/archtest with what it may import", name, f.pkg)
		return
	}
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := judge(f, imported); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	code := func(pkg string) file { return file{pkg: pkg} }
	test := func(pkg string) file { return file{pkg: pkg, test: true} }
	cases := []struct {
		file file
		path string
		want string // part of the message, empty if allowed
	}{
		{code("cdc"), "fmt", ""},
		{code("cdc"), "materializer/catalog", "shared vocabulary imports nothing"},
		{code("catalog"), "materializer/cdc", ""},
		{code("catalog"), "materializer/store", "may import cdc:"},
		{code("store"), "materializer/projections", "does not know what they mean"},
		{code("config"), "materializer/catalog", "neither database nor stages"},
		{code("config"), "github.com/spf13/viper", ""},
		{code("projections"), "materializer/projections/values", ""},
		{code("projections"), "materializer/store", ""},
		{code("projections"), "materializer/writer", "where either comes from or goes to"},
		{code("projections/values"), "materializer/catalog", ""},
		{code("projections/values"), "materializer/store", "know no plan"},
		{code("projections/expressions"), "materializer/projections/values", ""},
		{code("replication"), "materializer/store", "does not know to whom"},
		{code("writer"), "materializer/projections", "does not know how they are made"},
		{code("server"), "materializer/pipeline", "declares the interfaces"},
		{code("pipeline"), "materializer/writer", ""},
		{code("pipeline"), "materializer/server", "how it is run or shown"},
		{code("pipeline"), "materializer/internal/servers", "how it is run or shown"},
		{code("cmd/materializer"), "materializer/server", ""},
		{code("cmd/materializer"), "materializer/internal/servers", ""},
		{code("cmd/materializer"), "materializer/internal/servers/servertest", "but for the servers of the demo"},
		{code("internal/oracle"), "materializer/projections", ""},
		{code("projections"), "materializer/internal/suggest", ""},
		{code("projections"), "materializer/internal/oracle", "where either comes from"},
		{code("internal/servers/servertest"), "materializer/internal/servers", ""},
		{code("internal/servers"), "materializer/cdc", "know nothing of what runs"},
		{code("internal/demo"), "materializer", ""},
		{code("internal/demo"), "materializer/internal/servers", ""},
		{code("internal/demo"), "materializer/pipeline", "as its users do"},
		{code("internal/demo"), "github.com/redis/go-redis/v9", ""},
		{code("internal/demo"), "testing", "must not hold the test framework"},
		{code("cmd/materializer"), "materializer/internal/demo", ""},
		{code("."), "materializer/cdc", "no code"},
		{code("store"), "materializer", "may import cdc:"},
		{code("internal/oracle"), "materializer/cmd/materializer", "nothing imports a command"},
		{code("utils"), "materializer/cdc", "not in the layout"},
		{test("store"), "materializer/internal/servers/servertest", ""},
		{test("store"), "materializer/projections", "does not know what they mean"},
		{test("cdc"), "testing", ""},
		{code("store"), "testing", "must not hold the test framework"},
		{code("internal/servers"), "testing", "must not hold the test framework"},
		{code("internal/servers/servertest"), "testing", ""},
		{code("store"), "github.com/cockroachdb/pebble/v2/vfs", ""},
		{code("pipeline"), "github.com/cockroachdb/pebble/v2", "which only store may import"},
		{code("pipeline"), "github.com/redis/go-redis/v9", "only the writer writes"},
		{code("checkpoint"), "github.com/jackc/pglogrepl", "only replication speaks"},
	}
	for _, c := range cases {
		err := judge(c.file, c.path)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s importing %s: got %v, want it allowed", c.file.pkg, c.path, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s importing %s: got %v, want an error with %q", c.file.pkg, c.path, err, c.want)
		}
	}
}

// A rule that no rule before it lets through would never be asked.
func TestEveryRuleIsReached(t *testing.T) {
	t.Parallel()
	for _, r := range layout {
		pkg := strings.TrimSuffix(r.pkg, "/...")
		if got, ok := ruleFor(pkg); !ok || got.pkg != r.pkg {
			t.Errorf("the rule for %s is hidden by the one for %s", r.pkg, got.pkg)
		}
	}
}
