// Package archtest checks that the tree is the diagram: which package may
// import which. A stage knows what it receives, and never who receives from it.
//
// It reads the import lines of every Go file in the checkout, whatever its
// build tags. A package that the layout does not name fails the test, so that a
// new one is placed on purpose. It holds tests only.
package archtest

import (
	"fmt"
	"slices"
	"strings"
)

const module = "materializer"

// rule says what a package may import from this module, and why.
type rule struct {
	pkg     string   // relative to the module; ending in /... it holds for everything below
	imports []string // in the same form; a package may always import what is below itself
	why     string
}

// layout is the data flow, from the shared words to the command line. The first
// rule that matches a package holds.
var layout = []rule{
	{"cdc", nil, "the shared vocabulary imports nothing"},
	{"config", []string{"internal/suggest"}, "the configuration knows its grammar, and neither database nor stages"},
	{"catalog", []string{"cdc"}, "the catalog says what PostgreSQL has, to whoever asks"},
	{"store", []string{"cdc"}, "the store keeps rows and touches, and does not know what they mean"},
	{"projections/values", []string{"cdc", "catalog"}, "values are text and type; they know no plan"},
	{"projections/expressions/...", []string{"catalog", "projections/expressions/...", "projections/values", "internal/suggest"},
		"expressions know types and values; what a column is they are told"},
	{"projections/aggregates", []string{"catalog", "projections/expressions/...", "projections/values", "internal/suggest"},
		"aggregates know types and values; which rows are a group they are told"},
	{"projections/...", []string{"cdc", "catalog", "config", "store", "projections/...", "internal/suggest"},
		"projections turn stored rows into documents, and do not know where either comes from or goes to"},
	{"scaffold", []string{"catalog", "config", "projections/...", "internal/suggest"},
		"the scaffold writes a configuration, and has it compiled"},
	{"replication", []string{"cdc", "catalog"}, "replication hands transactions on, and does not know to whom"},
	{"writer", []string{"cdc"}, "the writer is given documents, and does not know how they are made"},
	{"checkpoint", []string{"cdc"}, "positions are decided apart from those who move them"},
	{"server", []string{"cdc"}, "the server declares the interfaces that it needs"},
	{"verify", []string{"cdc", "catalog", "config", "store", "projections/..."},
		"verify compares documents with PostgreSQL, and runs no stage"},
	{"pipeline", []string{"cdc", "config", "catalog", "store", "projections/...", "replication", "writer", "checkpoint", "verify"},
		"the pipeline joins the stages; it is not told how it is run or shown"},
	{"internal/servers", nil, "throwaway servers know nothing of what runs against them"},
	{"internal/suggest", nil, "it compares words"},
	{"internal/demo", []string{".", "internal/servers"},
		"the demo sees the service as its users do: by configuration, PostgreSQL, Redis and HTTP"},
	{".", nil, "the root holds the example configuration, and no code"},
	{"internal/...", []string{"*", "internal/..."}, "the test kit may use every package but a command"},
	{"cmd/...", []string{"*", "internal/servers", "internal/suggest", "internal/demo"},
		"a command wires everything; the test kit is not for it, but for the servers of the demo"},
	{"bench/...", []string{"*", "internal/..."}, "benchmarks run everything"},
}

// outside names the libraries whose types must not spread, and who may use them.
var outside = []rule{
	{"github.com/cockroachdb/pebble/...", []string{"store"}, "only the store knows what keeps it"},
	{"github.com/jackc/pglogrepl", []string{"replication"}, "only replication speaks the replication protocol"},
	{"github.com/pganalyze/...", []string{"projections/expressions"}, "only the compiler of expressions sees PostgreSQL's parse trees"},
	{"github.com/redis/go-redis/...", []string{"writer", "verify", "cmd/...", "internal/demo"}, "only the writer writes to Redis"},
	{"testing", nil, "what the product is built from must not hold the test framework"},
}

// file is one Go file: what its package is, and whether it is a test.
type file struct {
	pkg  string // relative to the module
	test bool
}

// judge returns nil if the file may import the path, else an error that names
// the rule.
func judge(f file, path string) error {
	target, ours := strings.CutPrefix(path, module+"/")
	if path == module {
		target, ours = ".", true
	}
	if !ours {
		return judgeOutside(f, path)
	}
	r, ok := ruleFor(f.pkg)
	if !ok {
		return fmt.Errorf("package %s is not in the layout: add it to internal/archtest with what it may import", f.pkg)
	}
	if f.test && strings.HasPrefix(target, "internal/") {
		return nil // tests use the test kit
	}
	if strings.HasPrefix(target, "cmd/") {
		return fmt.Errorf("%s imports %s: nothing imports a command", f.pkg, target)
	}
	if target == f.pkg || strings.HasPrefix(target, f.pkg+"/") || allows(r.imports, target) {
		return nil
	}
	return fmt.Errorf("%s imports %s, and may import %s: %s", f.pkg, target, orNothing(r.imports), r.why)
}

func judgeOutside(f file, path string) error {
	if f.test || isTestKit(f.pkg) || matches("bench/...", f.pkg) {
		return nil
	}
	for _, r := range outside {
		if matches(r.pkg, path) && !allows(r.imports, f.pkg) {
			return fmt.Errorf("%s imports %s, which only %s may import: %s", f.pkg, path, orNothing(r.imports), r.why)
		}
	}
	return nil
}

// isTestKit tells packages that the product is not built from. The demo is part
// of it, with the servers that it starts, and messages are made with internal/suggest.
func isTestKit(pkg string) bool {
	product := []string{"internal/demo", "internal/servers", "internal/suggest"}
	return strings.HasPrefix(pkg, "internal/") && !slices.Contains(product, pkg)
}

func ruleFor(pkg string) (rule, bool) {
	i := slices.IndexFunc(layout, func(r rule) bool { return matches(r.pkg, pkg) })
	if i < 0 {
		return rule{}, false
	}
	return layout[i], true
}

func allows(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool { return matches(pattern, pkg) })
}

// matches compares a package with a pattern: itself, everything below with
// /..., or * for every package of the product.
func matches(pattern, pkg string) bool {
	if pattern == "*" {
		return !strings.HasPrefix(pkg, "internal/") && !strings.HasPrefix(pkg, "cmd/")
	}
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == base || strings.HasPrefix(pkg, base+"/")
	}
	return pkg == pattern
}

func orNothing(patterns []string) string {
	if len(patterns) == 0 {
		return "nothing of its kind"
	}
	return strings.Join(patterns, ", ")
}
