package projections

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"

	"materializer/catalog"
	"materializer/config"
)

// TestCompile runs the configurations in testdata/compile against schemas made
// by hand. Regenerate with -rewrite.
//
//	schema   the tables from here on
//	check    a configuration: what is wrong with it, as users see it
//	plan     a configuration: how each place of a table is joined
//	keys     a configuration: whether owners of keys are kept
func TestCompile(t *testing.T) {
	t.Parallel()
	datadriven.Walk(t, "testdata/compile", func(t *testing.T, path string) {
		t.Parallel()
		var cat *catalog.Catalog
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			if d.Cmd == "schema" {
				var err error
				if cat, err = parseSchema(d.Input); err != nil {
					d.Fatalf(t, "%v", err)
				}
				return ""
			}
			plan, problems := compileText(cat, d.Input)
			if plan != nil {
				explainAll(t, plan, false) // whatever it is: without a panic
			}
			switch {
			case d.Cmd == "check" || problems.Err() != nil:
				if len(problems) == 0 {
					return "ok\n"
				}
				return problems.Render([]byte(d.Input))
			case d.Cmd == "plan":
				return describeNodes(plan)
			case d.Cmd == "keys":
				return describeKeys(plan)
			}
			d.Fatalf(t, "unknown command %s", d.Cmd)
			return ""
		})
	})
}

// compileText adds the section projections unless the text has it.
func compileText(cat *catalog.Catalog, text string) (*Plan, config.Problems) {
	file, problems := config.Parse("p.yaml", []byte(text))
	if problems.Err() != nil {
		return nil, problems
	}
	return Compile(file, cat)
}

func describeNodes(plan *Plan) string {
	var b strings.Builder
	for _, n := range plan.Nodes {
		if n.Parent == nil {
			fmt.Fprintf(&b, "%s: %s\n", n.Projection.Name, n.Table.Catalog)
			continue
		}
		var on []string
		for _, join := range n.On {
			on = append(on, fmt.Sprintf("%s = %s", join.Child.Catalog.Name, join.Parent.Catalog.Name))
		}
		fmt.Fprintf(&b, "  %s: %s on %s", n.place(), n.Table.Catalog, strings.Join(on, " and "))
		if n.Unique {
			b.WriteString(", unique")
		}
		fmt.Fprintf(&b, "; down by %s, up by %s\n", describeAccess(plan, n.down), describeAccess(plan, n.up))
		if r := n.Relation; r.Target() == n && len(r.Total) > 0 && r.Many {
			fmt.Fprintf(&b, "    in order of %s", describeOrder(r.Total))
			if !r.inOrder {
				b.WriteString(", sorted")
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func describeAccess(plan *Plan, a access) string {
	if a.direct {
		return "row key"
	}
	e := &explanation{plan: plan}
	return "index of " + e.describeIndex(a.index)
}

func describeKeys(plan *Plan) string {
	var b strings.Builder
	for _, p := range plan.Projections {
		owners := "by identity"
		if p.Claims {
			owners = "owners are kept"
		}
		fmt.Fprintf(&b, "%s: %s\n", p.Name, owners)
	}
	return b.String()
}
