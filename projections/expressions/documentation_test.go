package expressions

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/expressions.md")

const documentation = "../../docs/expressions.md"

const introduction = `# Expressions

<!-- Written by go test ./projections/expressions -update. Do not edit. -->

Conditions, fields, values and templates are SQL expressions over the columns of a row and of the rows it
is joined to. They mean what they mean in PostgreSQL, to the last digit, the SQLSTATE and the NULL: types are found by
PostgreSQL's own rules over its whole catalog, and everything below is compared with PostgreSQL in the tests.

- **What an expression depends on.** On columns alone. What depends on the clock, the session or other rows
  (` + "`now()`, `current_user`, `random()`, `'today'::date`" + `) is refused when the configuration is checked: a document would have to
  change without a change in the database. Subqueries, window functions and functions of your own are refused, too.
- **Settings.** As in a session with the time zone UTC, DateStyle ISO and MDY, IntervalStyle postgres, bytea_output hex, and lc_numeric and lc_monetary C (to_char).
- **Text.** Texts are ordered by their bytes, as ` + "`collate \"C\"`" + ` does. Another collation of the column gives a warning where it matters.
  Letters are mapped to upper and lower case by Unicode's simple mapping.
- **Errors.** A literal that is none of its type, and a constant that fails, are reported with their place when the configuration is checked.
- **NULL and order of evaluation.** AND, OR, CASE and COALESCE are evaluated from left to right and stop when they are decided.
  PostgreSQL promises no order, and raises the error of a constant such as ` + "`1/0`" + ` even in a branch that is never taken; here such an error is raised only where it is reached.
- **Any type** can be cast to text and compared for NULL. Names of types, functions and operators that do not exist are reported with the ones that are near.

`

// TestDocumentation keeps docs/expressions.md what is true.
func TestDocumentation(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	out.WriteString(introduction)
	for _, g := range Supported() {
		fmt.Fprintf(&out, "## %s\n\n| | |\n|---|---|\n", g.Title)
		for _, item := range g.Items {
			fmt.Fprintf(&out, "| %s | %s |\n", cell(item.Name), cells(item.Forms))
		}
		out.WriteString("\n")
	}
	want := strings.TrimRight(out.String(), "\n") + "\n"
	if *update {
		if err := os.WriteFile(documentation, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(documentation)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want {
		t.Errorf("%s is out of date: go test ./projections/expressions -run Documentation -update", documentation)
	}
}

// cell writes code in a table, where a bar would end the cell.
func cell(text string) string { return "`" + strings.ReplaceAll(text, "|", `\|`) + "`" }

func cells(texts []string) string {
	var list []string
	for _, text := range texts {
		list = append(list, cell(text))
	}
	return strings.Join(list, ", ")
}
