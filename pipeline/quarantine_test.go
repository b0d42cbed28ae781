package pipeline

import (
	"strings"
	"sync"
	"testing"

	"materializer/projections"
)

// failing is a plan with expressions that fail for a row of revision 0.
var failing = sync.OnceValue(func() *projections.Plan {
	return compile(&testing.T{}, `
projections:
  page:
    from: pages
    key: "page:{id}"
    columns: [id, body]
    fields:
      share: 100 / rev
  by_alias:
    from: pages
    key: "alias:{alias}"
    key_is_unique: true
    columns: [id]
    fields:
      share: 100 / rev
  ranking:
    from: pages
    key: "ranking"
    as: zset
    member: "{alias}"
    score: 100 / rev
`)
})

// quarantine is a world with the failing plan and two pages that are shown.
func quarantine(t *testing.T) *world {
	w := newWorld(t, 4096)
	w.unsynced = 0
	w.plan = failing()
	w.source.commit(func(tx *transaction) {
		tx.insert(pages, "1", null, "x", "5", "1", "body")
		tx.insert(pages, "2", null, "y", "4", "1", "body")
	})
	w.open()
	w.publishAll()
	return w
}

func rev(id, to string) func(tx *transaction) {
	return func(tx *transaction) { tx.update(pages, id, pageRev, to) }
}

func (w *world) wantHeld(count int64) Quarantine {
	w.t.Helper()
	q := w.pipeline.quarantine(w.db)
	if q.Count != count || int64(len(q.Documents)) != min(count, listed) {
		w.t.Fatalf("%d documents are in quarantine and %d listed, want %d", q.Count, len(q.Documents), count)
	}
	return q
}

func (w *world) want(name, value string) {
	w.t.Helper()
	if got, _ := w.redis.get(name); got != value {
		w.t.Fatalf("%q holds %q, want %q", name, got, value)
	}
}

// A row for which an expression fails stops nothing. Its documents stay what they
// were, are listed, also after a restart, and come back with the row.
func TestQuarantine(t *testing.T) {
	t.Parallel()
	w := quarantine(t)
	w.arrive(func(tx *transaction) {
		tx.update(pages, "1", pageRev, "0")
		tx.update(pages, "2", pageBody, "new")
	})
	w.publishAll()
	w.want("page:1", `{"id":1,"body":"body","share":20}`)
	w.want("page:2", `{"id":2,"body":"new","share":25}`)
	w.want(element("ranking", "x"), "zset 20")
	q := w.wantHeld(3)
	if one := q.Documents[0]; one.Projection != "page" || one.Keys[0] != "page:1" || !strings.Contains(one.Error, "division by zero") || one.Since.IsZero() || one.LSN != w.db.Position().LSN {
		t.Errorf("listed is %+v", one)
	}
	if n := counted(t, w.pipeline.Metrics.Parked); n != 3 {
		t.Errorf("%v documents were counted", n)
	}
	w.close()
	w.open()
	w.publishAll()
	again := w.wantHeld(3)
	if again.Documents[0].Since != q.Documents[0].Since {
		t.Error("since when is forgotten")
	}
	w.arrive(func(tx *transaction) { tx.update(pages, "1", pageBody, "late") })
	w.publishAll()
	if later := w.wantHeld(3); later.Documents[0].Since != q.Documents[0].Since || later.Documents[0].LSN == q.Documents[0].LSN {
		t.Errorf("after another attempt %+v is listed", later.Documents[0])
	}
	w.arrive(rev("1", "2"))
	w.publishAll()
	w.wantHeld(0)
	w.want("page:1", `{"id":1,"body":"late","share":50}`)
	w.want(element("ranking", "x"), "zset 50")
	w.close()
}

// A row that never had a document ends without one.
func TestQuarantineEndsWithTheRow(t *testing.T) {
	t.Parallel()
	w := quarantine(t)
	w.arrive(func(tx *transaction) {
		tx.insert(pages, "3", null, "z", "0", "1", "body")
		tx.update(pages, "2", pageRev, "0")
	})
	w.publishAll()
	w.wantHeld(6)
	w.want("page:3", "")
	w.want(element("ranking", "z"), "")
	w.arrive(func(tx *transaction) {
		tx.remove(pages, "3")
		tx.remove(pages, "2")
	})
	w.publishAll()
	w.wantHeld(0)
	for name := range w.redis.holds() {
		if name != "page:1" && name != "alias:x" && name != element("ranking", "x") {
			t.Errorf("%q is there still", name)
		}
	}
	w.close()
}

// Who never had a document under a key leaves it empty when it inherits it, and
// has it once it can be made.
func TestQuarantinedHeir(t *testing.T) {
	t.Parallel()
	w := quarantine(t)
	w.arrive(func(tx *transaction) { tx.update(pages, "2", pageAlias, "x") })
	w.publishAll()
	w.want("alias:x", `{"id":1,"share":20}`)
	w.want(element("ranking", "x"), "zset 25")
	w.arrive(rev("2", "0"))
	w.publishAll()
	w.arrive(func(tx *transaction) { tx.remove(pages, "1") })
	w.publishAll()
	w.want("alias:x", "")
	w.want(element("ranking", "x"), "zset 25")
	w.arrive(rev("2", "4"))
	w.publishAll()
	w.want("alias:x", `{"id":2,"share":25}`)
	w.want(element("ranking", "x"), "zset 25")
	w.wantHeld(0)
	w.close()
}

// Of a member that another row has as well, a row without a score says nothing.
func TestQuarantinedScore(t *testing.T) {
	t.Parallel()
	w := quarantine(t)
	w.arrive(func(tx *transaction) { tx.insert(pages, "3", null, "x", "0", "1", "body") })
	w.publishAll()
	w.want(element("ranking", "x"), "zset 20")
	w.arrive(rev("1", "10"))
	w.publishAll()
	w.want(element("ranking", "x"), "zset 10")
	w.arrive(func(tx *transaction) { tx.remove(pages, "1") })
	w.publishAll()
	w.want(element("ranking", "x"), "")
	w.arrive(rev("3", "1"))
	w.publishAll()
	w.want(element("ranking", "x"), "zset 100")
	w.close()
}
