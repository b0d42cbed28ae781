package projections

import (
	"fmt"

	"materializer/catalog"
	"materializer/config"
)

// Compile checks a configuration against the catalog and makes the plan of it.
// The plan is nil if a problem is more than a warning. Every mistake is
// reported at once, in file order, and none of what only follows from another.
func Compile(file *config.File, cat *catalog.Catalog) (*Plan, config.Problems) {
	return compile(file, cat, true)
}

// compile is Compile; without keep all aggregates are computed from all rows.
func compile(file *config.File, cat *catalog.Catalog, keep bool) (*Plan, config.Problems) {
	c := &compiler{
		file: file, catalog: cat, told: map[told]bool{},
		options: map[uint32]config.TableOptions{}, tables: map[uint32]*Table{}, folded: map[*Column]bool{}, named: map[uint32]*catalog.Type{},
	}
	c.readTables()
	plan := &Plan{}
	for i, source := range file.Projections {
		plan.Projections = append(plan.Projections, c.projection(uint16(i), source))
	}
	if len(file.Projections) == 0 {
		c.fail(config.Pos{Line: 1, Column: 1}, subject{}, "there is no projection: nothing would be written", "add one under `projections:`")
	}
	c.checkOverlaps()
	c.problems.Sort()
	if c.problems.Err() != nil {
		return nil, c.problems
	}
	c.layOut(plan, keep)
	plan.Warnings = c.problems
	return plan, c.problems
}

// compiler collects what the plan of one configuration is made of.
type compiler struct {
	file     *config.File
	catalog  *catalog.Catalog
	problems config.Problems
	told     map[told]bool

	options    map[uint32]config.TableOptions // by OID
	references []*catalog.ForeignKey          // of tables.NAME.references
	tables     map[uint32]*Table              // by OID; nil if refused
	nodes      []*Node
	relations  []*Relation
	keys       []*key
	folded     map[*Column]bool         // of citext, warned of
	named      map[uint32]*catalog.Type // by expressions, by OID
}

// told is a problem that has been reported.
type told struct {
	at      config.Pos
	message string
}

func (c *compiler) fail(at config.Pos, in subject, message, hint string) {
	c.report(config.Problem{Pos: at, Where: in.String(), Message: message, Hint: hint})
}

func (c *compiler) warn(at config.Pos, in subject, message, hint string) {
	c.report(config.Problem{Pos: at, Where: in.String(), Message: message, Hint: hint, Warning: true})
}

func (c *compiler) report(p config.Problem) {
	p.Path = c.file.Path
	if this := (told{p.Pos, p.Message}); !c.told[this] {
		c.told[this] = true
		c.problems = append(c.problems, p)
	}
}

// subject is what a problem is about: projection product, field category.parent.
type subject struct{ projection, kind, path string }

func (s subject) String() string {
	switch {
	case s.projection == "" && s.path == "":
		return ""
	case s.projection == "":
		return s.kind + " " + s.path
	case s.path == "":
		return "projection " + s.projection
	}
	return fmt.Sprintf("projection %s, %s %s", s.projection, s.kind, s.path)
}

// in is the subject of a field or a join within s.
func (s subject) in(kind, name string) subject {
	if s.path != "" {
		name = s.path + "." + name
	}
	return subject{s.projection, kind, name}
}
