package projections

import (
	"bytes"
	"context"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"materializer/cdc"
	"materializer/config"
	"materializer/store"
)

// groupTable is a table of a benchmark: how many rows it has where the group
// has n, and the values of row i of them, counted from 1.
type groupTable struct {
	name  string
	rows  func(n int) int
	value func(n int, column string, i int) string
}

// groupCase is a field made of a group, and how the group changes.
type groupCase struct {
	name    string
	field   string
	step    func(n, step int) []groupChange
	largest int // size of a group; 0: any
}

// groupChange is a change of one row: op, table, row, and for an update the
// column that has another value now.
type groupChange struct {
	op, table     string
	row           int
	column, value string
}

// hub is one row with its group in a store in memory, and what the two loops
// of the pipeline use.
type hub struct {
	size        int
	plan, plain *Plan
	db          *store.DB
	batch       *store.Batch
	toucher     *Toucher
	touches     []store.Touch
	position    store.Position
	kept        int // rows at which something is kept
}

func newHub(b *testing.B, c groupCase, n int) *hub {
	b.Helper()
	cat, err := parseSchema(groupSchema)
	if err != nil {
		b.Fatal(err)
	}
	text := "projections:\n  hub: {from: hubs, key: \"hub:{id}\", columns: [id], fields: {it: " + c.field + "}}\n"
	plan, problems := compileText(cat, text)
	if err := problems.Err(); err != nil {
		b.Fatal(err)
	}
	file, _ := config.Parse("p.yaml", []byte(text))
	plain, _ := compile(file, cat, false)
	db, err := store.Open("state", store.Options{FS: vfs.NewMem(), Schema: plan.Schema, Fatal: func(err error) { panic(err) }})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	g := &hub{size: n, plan: plan, plain: plain, db: db, batch: db.NewBatch(), toucher: plan.NewToucher(), position: store.Position{LSN: 1}}
	g.load(b)
	return g
}

func (g *hub) load(b *testing.B) {
	for _, t := range groupTables {
		stored := g.table(t.name)
		if stored == nil {
			continue
		}
		var rows []cdc.Row
		for i := 1; i <= t.rows(g.size); i++ {
			rows = append(rows, g.row(t, stored, groupChange{row: i}))
			if len(rows) == 10_000 || i == t.rows(g.size) {
				if err := g.db.Load(stored.ID, rows); err != nil {
					b.Fatal(err)
				}
				rows = rows[:0]
			}
		}
		for _, node := range g.plan.Nodes {
			if node.keeps != nil && node.Table.Stored == stored.Table {
				g.kept += t.rows(g.size)
			}
		}
	}
	if err := g.db.FinishLoad(store.Identity{}, g.position, nil); err != nil {
		b.Fatal(err)
	}
}

// table is nil if the plan does not use it.
func (g *hub) table(name string) *store.Table {
	for i := range g.plan.Schema.Tables {
		if t := &g.plan.Schema.Tables[i]; t.Name == name {
			return t
		}
	}
	return nil
}

func (g *hub) row(t groupTable, stored *store.Table, change groupChange) cdc.Row {
	row := cdc.Row{}
	for _, column := range stored.Columns {
		text := t.value(g.size, column.Name, change.row)
		if column.Name == change.column {
			text = change.value
		}
		if text == "NULL" {
			row = cdc.AppendField(row, nil)
		} else {
			row = cdc.AppendField(row, []byte(text))
		}
	}
	return row
}

// keepAll makes what is kept of all rows, as after a load.
func (g *hub) keepAll(b *testing.B) {
	snapshot := g.db.Snapshot()
	defer snapshot.Close()
	reader := snapshot.NewReader()
	keep, err := g.db.NewKeepAll()
	if err != nil {
		b.Fatal(err)
	}
	defer keep.Close()
	if err := g.plan.KeepAll(context.Background(), reader, g.db.Kept(), keep); err != nil {
		b.Fatal(err)
	}
	if err := reader.Close(); err != nil {
		b.Fatal(err)
	}
}

// change commits changes as one transaction, keeps what follows, and makes the
// one document that the touches lead to.
func (g *hub) change(b *testing.B, changes []groupChange) string {
	for _, change := range changes {
		if err := g.batch.Apply(g.decode(change), g.effect); err != nil {
			b.Fatal(err)
		}
	}
	g.position.LSN++
	g.batch.EndTransaction(g.position)
	if err := g.batch.Commit(true); err != nil {
		b.Fatal(err)
	}
	defer func() { g.touches = g.touches[:0] }()
	return g.publish(b)
}

func (g *hub) decode(change groupChange) cdc.Change {
	t := groupTables[slices.IndexFunc(groupTables, func(t groupTable) bool { return t.name == change.table })]
	stored := g.table(t.name)
	row := g.row(t, stored, change)
	switch change.op {
	case "insert":
		return cdc.Change{Table: stored.Table, Op: cdc.Insert, New: row}
	case "delete":
		return cdc.Change{Table: stored.Table, Op: cdc.Delete, Key: row}
	}
	return cdc.Change{Table: stored.Table, Op: cdc.Update, New: row}
}

func (g *hub) effect(e store.Effect) error {
	return g.toucher.Touch(e, func(node uint16, key []byte) {
		g.batch.Touch(node, key)
		g.touches = append(g.touches, store.Touch{Node: node, Key: bytes.Clone(key)})
	})
}

func (g *hub) publish(b *testing.B) string {
	snapshot := g.db.Snapshot()
	defer snapshot.Close()
	reader := snapshot.NewReader()
	defer func() {
		if err := reader.Close(); err != nil {
			b.Fatal(err)
		}
	}()
	g.keep(b, reader)
	var roots [][]byte
	follower := g.plan.NewFollower(reader)
	for _, t := range g.touches {
		if g.plan.Kept(t.Node) {
			continue
		}
		err := follower.Follow(t, func(_ *Projection, key []byte) error {
			if !slices.ContainsFunc(roots, func(have []byte) bool { return bytes.Equal(have, key) }) {
				roots = append(roots, bytes.Clone(key))
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if len(roots) != 1 {
		b.Fatalf("touches lead to %d documents, want one", len(roots))
	}
	return g.build(b, reader, g.plan, roots[0])
}

// keep adds the touches that follow from what is kept.
func (g *hub) keep(b *testing.B, reader *store.Reader) {
	keep := g.db.NewKeep()
	defer keep.Close()
	var follow []store.Touch
	keeper := g.plan.NewKeeper(reader, keep, func(t store.Touch) error {
		follow = append(follow, store.Touch{Node: t.Node, Key: bytes.Clone(t.Key)})
		return nil
	})
	for _, t := range g.touches {
		if !g.plan.Kept(t.Node) {
			continue
		}
		if err := keeper.Apply(t, func([]store.Touch) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := keep.Commit(follow, false); err != nil {
		b.Fatal(err)
	}
	g.touches = append(g.touches, follow...)
}

func (g *hub) build(b *testing.B, reader *store.Reader, plan *Plan, root []byte) string {
	doc, ok, err := NewBuilder(reader, g.db.Kept()).Build(plan.Projections[0], root)
	if err != nil || !ok {
		b.Fatalf("build: %v, %v", ok, err)
	}
	return string(doc.Body)
}

// document is the hub's, as a plan makes it.
func (g *hub) document(b *testing.B, plan *Plan) (body string) {
	snapshot := g.db.Snapshot()
	defer snapshot.Close()
	reader := snapshot.NewReader()
	err := plan.NewFollower(reader).Follow(plan.Projections[0].All(), func(_ *Projection, key []byte) error {
		body = g.build(b, reader, plan, key)
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	if err := reader.Close(); err != nil {
		b.Fatal(err)
	}
	return body
}

// processTime is what this process has used, with all that goes on in the
// background: steadier than the clock on a machine with other work.
func processTime(b *testing.B) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
