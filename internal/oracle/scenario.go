package oracle

import (
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// Scenario is a schema and a configuration over it.
type Scenario struct {
	Tables []*Table
	YAML   string // the sections tables and projections

	joined []*Column // that projections join by without a foreign key
}

// DrawScenario makes up a schema and a valid configuration.
func DrawScenario(t *rapid.T) *Scenario {
	s := &Scenario{Tables: drawTables(t)}
	s.configure(t)
	return s
}

// Setup is the DDL of the scenario, for an empty database.
func (s *Scenario) Setup() []string {
	statements := []string{moodType, `CREATE SCHEMA "Odd Schema"`}
	for _, t := range s.Tables {
		statements = append(statements, t.create()...)
	}
	for _, t := range s.Tables {
		for _, f := range t.Foreign {
			statements = append(statements, f.create()...)
		}
	}
	for _, c := range s.joined {
		statements = append(statements, "CREATE INDEX ON "+c.Table.sql()+" ("+ident(c.Name)+")")
	}
	return statements
}

// joinsBy asks for an index, without which the oracle is slow.
func (s *Scenario) joinsBy(columns []*Column) {
	for _, c := range columns {
		if !slices.Contains(s.joined, c) {
			s.joined = append(s.joined, c)
		}
	}
}

// String prints the scenario as SQL and YAML that run by hand.
func (s *Scenario) String() string {
	return "-- schema\n" + strings.Join(s.Setup(), ";\n") + ";\n\n# projections.yaml\n" + s.YAML
}
