package projections

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/cockroachdb/datadriven"
	"github.com/cockroachdb/pebble/v2/vfs"

	"materializer/catalog"
	"materializer/cdc"
	"materializer/config"
	"materializer/store"
)

// TestStories runs the histories in testdata/story. Regenerate with -rewrite.
//
//	schema      the tables from here on
//	plan        a configuration, over an empty store
//	apply       a transaction: insert TABLE column=value..., update TABLE KEY column=value...,
//	            delete TABLE KEY, truncate TABLE
//	documents   all documents there are
//
// What apply shows is the touches, where they lead to (the roots), and which
// documents have changed. That none is missed is checked at every step.
func TestStories(t *testing.T) {
	t.Parallel()
	datadriven.Walk(t, "testdata/story", func(t *testing.T, path string) {
		t.Parallel()
		var cat *catalog.Catalog
		var s *story
		datadriven.RunTest(t, path, func(t *testing.T, d *datadriven.TestData) string {
			var out strings.Builder
			var err error
			switch d.Cmd {
			case "schema":
				cat, err = parseSchema(d.Input)
			case "plan":
				s, err = newStory(t, cat, d.Input)
			case "apply":
				if err = s.apply(strings.Split(d.Input, "\n")); err == nil {
					err = s.publish(&out)
				}
			case "documents":
				err = s.documents(&out)
			default:
				err = fmt.Errorf("unknown command %s", d.Cmd)
			}
			if err != nil {
				return fmt.Sprintf("error: %v\n", err)
			}
			return out.String()
		})
	})
}

// story is a plan over a store in memory, with what it has shown so far.
type story struct {
	plan    *Plan
	plain   *Plan // the same, keeping no results of aggregates
	db      *store.DB
	batch   *store.Batch
	toucher *Toucher
	lsn     cdc.LSN
	rows    map[string]cdc.Row // by table and key, as they are now
	names   map[string]string  // of roots by table and row key
	shown   map[string]string  // documents by projection and root
	touches []touch
}

// touch is one that was noted, with the values that it was made of.
type touch struct {
	store.Touch
	name string
}

func newStory(t testing.TB, cat *catalog.Catalog, text string) (*story, error) {
	plan, problems := compileText(cat, text)
	if err := problems.Err(); err != nil {
		return nil, err
	}
	file, _ := config.Parse("p.yaml", []byte(text))
	plain, _ := compile(file, cat, false)
	db, err := store.Open("state", store.Options{
		FS: vfs.NewMem(), Schema: plan.Schema, CacheBytes: 1 << 20, MemTableBytes: 1 << 20,
		Fatal: func(err error) { panic(err) },
	})
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &story{
		plan: plan, plain: plain, db: db, batch: db.NewBatch(), toucher: plan.NewToucher(),
		rows: map[string]cdc.Row{}, names: map[string]string{}, shown: map[string]string{},
	}, nil
}

func (s *story) apply(lines []string) error {
	for _, line := range lines {
		if line == "" {
			continue
		}
		change, err := s.change(line)
		if err == nil {
			err = s.batch.Apply(change, s.effect)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
	}
	s.lsn++
	s.batch.EndTransaction(store.Position{LSN: s.lsn})
	return s.batch.Commit(true)
}

var assignment = regexp.MustCompile(`([\w.]+|"[^"]*")=('(?:[^']|'')*'|\S+)`)

// change reads one line, keeping book of the rows.
func (s *story) change(line string) (cdc.Change, error) {
	words := strings.Fields(line)
	table, err := s.table(words[1])
	if err != nil {
		return cdc.Change{}, err
	}
	change := cdc.Change{Table: table.Table}
	switch words[0] {
	case "truncate":
		change.Op = cdc.Truncate
		for name := range s.rows {
			if strings.HasPrefix(name, table.Name+" ") {
				delete(s.rows, name)
			}
		}
		return change, nil
	case "insert":
		change.Op = cdc.Insert
		change.New, err = assign(table, nil, line)
		s.rows[rowName(table, change.New)] = change.New
		return change, err
	}
	name := table.Name + " " + words[2]
	old, known := s.rows[name]
	if !known {
		return change, errors.New("there is no such row")
	}
	delete(s.rows, name)
	change.Op, change.Key = cdc.Delete, old
	if words[0] == "update" {
		change.Op = cdc.Update
		change.New, err = assign(table, old, line)
		s.rows[rowName(table, change.New)] = change.New
	}
	return change, err
}

func (s *story) table(name string) (*store.Table, error) {
	for i := range s.plan.Schema.Tables {
		if t := &s.plan.Schema.Tables[i]; t.Name == name {
			return t, nil
		}
	}
	return nil, fmt.Errorf("the plan has no table %s", name)
}

// rowName is the table and the identity of a row: products 1.
func rowName(table *store.Table, row cdc.Row) string {
	var key []string
	for _, column := range table.Identity {
		field, _ := row.Column(column)
		key = append(key, string(field))
	}
	return table.Name + " " + strings.Join(key, ",")
}

func assign(table *store.Table, old cdc.Row, line string) (cdc.Row, error) {
	fields := make([][]byte, len(table.Columns))
	if old != nil {
		var err error
		if fields, err = old.Split(nil); err != nil {
			return nil, err
		}
	}
	for _, match := range assignment.FindAllStringSubmatch(line, -1) {
		at := slices.IndexFunc(table.Columns, func(c cdc.Column) bool { return c.Name == strings.Trim(match[1], `"`) })
		switch text := match[2]; {
		case at < 0:
			continue // a column that the plan does not use
		case text == "NULL":
			fields[at] = nil
		case strings.HasPrefix(text, "'"):
			fields[at] = []byte(strings.ReplaceAll(text[1:len(text)-1], "''", "'"))
		default:
			fields[at] = []byte(text)
		}
	}
	row := cdc.Row{}
	for _, field := range fields {
		row = cdc.AppendField(row, field)
	}
	return row, nil
}

func (s *story) effect(e store.Effect) error {
	table := &s.plan.Schema.Tables[e.Table.ID]
	for _, image := range []struct {
		key []byte
		row cdc.Row
	}{{e.OldKey, e.Old}, {e.NewKey, e.New}} {
		if image.row != nil {
			s.names[fmt.Sprintf("%d %s", table.ID, image.key)] = strings.TrimPrefix(rowName(table, image.row), table.Name+" ")
		}
	}
	return s.toucher.Touch(e, func(node uint16, key []byte) {
		s.batch.Touch(node, key)
		s.touches = append(s.touches, touch{store.Touch{Node: node, Key: bytes.Clone(key)}, s.touchName(e, node, key)})
	})
}

// touchName says which values of the changed row a touch is made of.
func (s *story) touchName(e store.Effect, id uint16, key []byte) string {
	if id&keptTouch != 0 {
		node := s.plan.Nodes[id&^keptTouch]
		return fmt.Sprintf("%s.%s: row %s", node.Projection.Name, node.place(), s.names[fmt.Sprintf("%d %s", node.Table.Stored.ID, key)])
	}
	node := s.plan.Nodes[id]
	if node.Parent == nil {
		if name, known := s.names[fmt.Sprintf("%d %s", node.Table.Stored.ID, key)]; known {
			return fmt.Sprintf("%s(%s)", node.Projection.Name, name)
		}
	}
	for _, at := range s.plan.occurrences[e.Table.ID] {
		if at.byRow || at.name != id {
			continue
		}
		for _, row := range []cdc.Row{e.Old, e.New} {
			if row == nil {
				continue
			}
			fields, _ := row.Split(nil)
			if made, ok, err := at.up.key(nil, fields); err != nil || !ok || !bytes.Equal(made, key) {
				continue
			}
			var values []string
			for _, part := range at.up.parts {
				values = append(values, string(fields[part.column]))
			}
			return fmt.Sprintf("%s(%s)", strings.TrimSuffix(node.Projection.Name+"."+node.place(), "."), strings.Join(values, ","))
		}
	}
	return fmt.Sprintf("node %d (%x)", id, key)
}

// publish follows the touches, shows the documents that have changed, and
// makes sure that no other one has.
func (s *story) publish(out *strings.Builder) error {
	snapshot := s.db.Snapshot()
	defer snapshot.Close()
	reader := snapshot.NewReader()
	defer reader.Close()
	follower := s.plan.NewFollower(reader)
	reached := map[string]bool{}
	if err := s.keep(reader, 0); err != nil {
		return err
	}
	touches := s.touches
	s.touches = nil
	for _, t := range touches {
		if s.plan.Kept(t.Node) {
			fmt.Fprintf(out, "touch %s\n", t.name)
			continue
		}
		var roots []string
		err := follower.Follow(t.Touch, func(p *Projection, key []byte) error {
			name := fmt.Sprintf("%s %s", p.Name, s.names[fmt.Sprintf("%d %s", p.Root.Table.Stored.ID, key)])
			roots = append(roots, name)
			reached[name] = true
			return nil
		})
		if err != nil {
			return err
		}
		slices.Sort(roots)
		fmt.Fprintf(out, "touch %s: %s\n", t.name, strings.Join(slices.Compact(roots), ", "))
	}
	now, err := s.build(reader, s.plan)
	if err != nil {
		return err
	}
	plain, err := s.build(reader, s.plain)
	if err != nil {
		return err
	}
	for _, root := range sortedRoots(plain) {
		if plain[root] != now[root] {
			fmt.Fprintf(out, "MISSED: what is kept makes %s, all rows make %s\n", now[root], plain[root])
		}
	}
	s.compare(now, reached, out)
	s.shown = now
	return nil
}

// errCrash ends keeping in the middle.
var errCrash = errors.New("crash")

// keep brings what is kept up to date, and adds the touches that follow from it.
// At the crash-th place where that is allowed, if there are so many, it commits what it has and ends.
func (s *story) keep(reader *store.Reader, crash int) error {
	keep := s.db.NewKeep()
	defer keep.Close()
	var follow []touch
	note := func(t store.Touch) error {
		follow = append(follow, touch{store.Touch{Node: t.Node, Key: bytes.Clone(t.Key)}, "that follows"})
		return nil
	}
	keeper := s.plan.NewKeeper(reader, keep, note)
	between := func(unfinished []store.Touch) error {
		if crash--; crash != 0 {
			return nil
		}
		for _, t := range unfinished {
			_ = note(t)
		}
		return errCrash
	}
	var err error
	for _, t := range s.touches {
		if s.plan.Kept(t.Node) && err == nil {
			err = keeper.Apply(t.Touch, between)
		}
	}
	if err != nil && !errors.Is(err, errCrash) {
		return err
	}
	s.touches = append(s.touches, follow...)
	_, err = keep.Commit(nil, false)
	return err
}

func (s *story) compare(now map[string]string, reached map[string]bool, out *strings.Builder) {
	roots := map[string]bool{}
	for root := range s.shown {
		roots[root] = true
	}
	for root := range now {
		roots[root] = true
	}
	for _, root := range sortedRoots(roots) {
		switch {
		case s.shown[root] == now[root]:
			continue
		case now[root] == "":
			fmt.Fprintf(out, "gone %s\n", root)
		default:
			fmt.Fprintf(out, "%s\n", now[root])
		}
		if !reached[root] {
			fmt.Fprintf(out, "MISSED: no touch leads to %s\n", root)
		}
	}
}

func sortedRoots[V any](roots map[string]V) []string {
	var names []string
	for name := range roots {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	return names
}

// build makes all documents afresh: keys and body by projection and root.
func (s *story) build(reader *store.Reader, plan *Plan) (map[string]string, error) {
	builder := NewBuilder(reader, s.db.Kept())
	follower := plan.NewFollower(reader)
	made := map[string]string{}
	for _, p := range plan.Projections {
		err := follower.Follow(p.All(), func(p *Projection, key []byte) error {
			doc, ok, err := builder.Build(p, key)
			if err != nil || !ok {
				return err
			}
			keys := "(no key)"
			if len(doc.Keys) > 0 {
				keys = string(bytes.Join(doc.Keys, []byte(" ")))
			}
			made[fmt.Sprintf("%s %s", p.Name, s.names[fmt.Sprintf("%d %s", p.Root.Table.Stored.ID, key)])] = keys + " " + string(doc.Body)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return made, nil
}

func (s *story) documents(out *strings.Builder) error {
	for _, root := range sortedRoots(s.shown) {
		fmt.Fprintf(out, "%s\n", s.shown[root])
	}
	return nil
}
