package pipeline

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// TestHistories plays random histories: transactions, steps of the two loops, a
// Redis that fails in every way, crashes at every moment. See check_test.go for
// what must hold at each step, and checkEnd for the end.
func TestHistories(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := &history{world: newWorld(t, rapid.SampledFrom([]int{1, 2, 3, 4096}).Draw(t, "roots")), T: t}
		h.play(rapid.IntRange(5, 60).Draw(t, "steps"))
	})
}

// history is a random one.
type history struct {
	*world
	*rapid.T
	rev   int
	depth int // of calls within calls
}

func (h *history) chance(label string, oneIn int) bool {
	return rapid.IntRange(0, oneIn-1).Draw(h.T, label) == oneIn-1
}

func (h *history) pick(label string, n int) int { return rapid.IntRange(0, n-1).Draw(h.T, label) }

func (h *history) play(steps int) {
	h.redis.script = script{cut: h.cut, during: h.during}
	h.batch = rapid.SampledFrom([]int{batchBytes, 300}).Draw(h.T, "batch")
	h.random = rapid.Uint64().Draw(h.T, "random")
	for range h.pick("before", 5) {
		h.commit()
	}
	h.open()
	for range steps {
		h.act()
		h.restart()
	}
	h.quiesce()
	h.close()
}

func (h *history) act() {
	actions := []struct {
		weight int
		name   string
		do     func()
	}{
		{12, "publish", func() { h.publish() }},
		{10, "commit", h.commit},
		{10, "ingest", func() { h.ingest(1 + h.pick("changes", 12)) }},
		{6, "settle", h.settle},
		{2, "late", func() { h.redis.late() }},
		{2, "crash soon", func() { h.crash(1 + h.pick("moments", 25)) }},
		{1, "crash", func() { h.crash(0) }},
		{1, "idle", func() { h.source.idle() }},
		{1, "stream ends", func() { h.settle(); h.connectStream() }},
		{1, "fold", h.fold},
		{1, "flush", h.redis.flush},
		{1, "fall back", func() { h.redis.fallBack(1 + h.pick("back", 8)) }},
		{1, "reload", func() { h.restart(); h.reload(h.chance("other plan", 2)) }},
	}
	sum := 0
	for _, action := range actions {
		sum += action.weight
	}
	at := h.pick("act", sum)
	for _, action := range actions {
		if at -= action.weight; at < 0 {
			h.Logf("%s", action.name)
			action.do()
			return
		}
	}
}

func (h *history) fold() {
	if err := h.db.FoldJournal(h.pick("records", 4)); err != nil {
		h.T.Fatalf("fold: %v", err)
	}
}

// cut decides what happens to a call of Redis.
func (h *history) cut(op string, units int) (int, bool) {
	if h.calm || !h.chance(op+" fails", 8) {
		return -1, false
	}
	return h.pick("unit", units), h.chance("lost", 2)
}

// during is the ingest loop, which goes on while Redis works.
func (h *history) during() {
	if h.calm || h.depth > 0 {
		return
	}
	h.depth++
	defer func() { h.depth-- }()
	switch h.pick("during", 6) {
	case 3:
		h.commit()
	case 4:
		h.ingest(1 + h.pick("changes", 6))
	case 5:
		h.settle()
	}
}

// commit makes a random transaction.
func (h *history) commit() {
	size := 1 + h.pick("size", 4)
	if h.chance("large", 6) {
		size = 20
	}
	lsn := h.source.commit(func(tx *transaction) {
		for range size {
			h.change(tx)
		}
		h.Logf("  commit %d: %s", len(h.source.commits), tx.changes)
	})
	h.Logf("  at %s", lsn)
}

func (h *history) word(label string, from ...string) string {
	return rapid.SampledFrom(from).Draw(h.T, label)
}

// some gives the identity of a row of the table, "" if there is none.
func (h *history) some(tx *transaction, table int) string {
	list := tx.rows.sorted(table)
	if len(list) == 0 {
		return ""
	}
	return identity(table, list[h.pick("row", len(list))])
}

func (h *history) id(label string) string { return strconv.Itoa(1 + h.pick(label, 4)) }

func (h *history) change(tx *transaction) {
	switch h.pick("change", 14) {
	case 0, 1, 2:
		h.changePage(tx)
	case 3, 4:
		h.putPage(tx)
	case 5:
		h.swapSlugs(tx)
	case 6:
		h.movePage(tx)
	case 7, 8:
		h.put(tx, middles, h.id("far"), h.word("name", "m", "n", "o"))
	case 9:
		h.put(tx, fars, h.word("name", "f", "g", "h"))
	case 10:
		h.put(tx, notes, h.id("page"), h.word("body", "x", "y"))
	case 11:
		h.put(tx, tags, h.word("name", "s", "t"))
	case 12:
		h.link(tx)
	case 13:
		h.clear(tx)
	}
}

// put inserts a row, changes a column of it, or deletes it.
func (h *history) put(tx *transaction, table int, values ...string) {
	id := h.id("id")
	switch _, exists := tx.rows[table][id]; {
	case !exists:
		tx.insert(table, append([]string{id}, values...)...)
	case h.chance("delete", 4):
		tx.remove(table, id)
	default:
		column := h.pick("column", len(values))
		tx.update(table, id, 1+column, values[column])
	}
}

func (h *history) freeSlug(tx *transaction) string {
	slug := h.word("slug", "a", "b", "c", "d", null)
	for _, page := range tx.rows[pages] {
		if page[pageSlug] == slug {
			return null
		}
	}
	return slug
}

// putPage inserts a page, or deletes it, or deletes it and inserts it again.
func (h *history) putPage(tx *transaction) {
	id := h.id("page")
	if _, exists := tx.rows[pages][id]; exists {
		tx.remove(pages, id)
		if h.chance("gone", 2) {
			return
		}
	}
	tx.insert(pages, id, h.freeSlug(tx), h.word("alias", null, "x", "y", "z"), h.revision(), h.id("middle"), h.word("body", "b", "c"))
}

// revision is a new one, or one that the row or another may have had already:
// scores rise, fall and meet.
func (h *history) revision() string {
	if h.chance("old revision", 2) {
		return h.word("revision", "1", "2", "30")
	}
	h.rev++
	return strconv.Itoa(h.rev)
}

func (h *history) changePage(tx *transaction) {
	id := h.some(tx, pages)
	if id == "" {
		return
	}
	toast := h.chance("toast", 2)
	switch h.pick("page column", 6) {
	case 0:
		tx.update(pages, id, pageRev, h.revision(), toast)
	case 1:
		tx.update(pages, id, pageSlug, h.freeSlug(tx), toast)
	case 2:
		tx.update(pages, id, pageAlias, h.word("alias", null, "x", "y", "z"), toast)
	case 3:
		tx.update(pages, id, pageMiddle, h.id("middle"), toast)
	case 4:
		tx.update(pages, id, pageBody, fmt.Sprintf("body%d", h.pick("body", 3)))
	case 5:
		if h.chance("refused", 4) {
			tx.update(pages, id, pageBody, huge)
		}
	}
}

func (h *history) swapSlugs(tx *transaction) {
	a, b := h.some(tx, pages), h.some(tx, pages)
	if a == b {
		return
	}
	first, second := tx.rows[pages][a][pageSlug], tx.rows[pages][b][pageSlug]
	tx.update(pages, a, pageSlug, null, true)
	tx.update(pages, b, pageSlug, first, true)
	tx.update(pages, a, pageSlug, second, true)
}

func (h *history) movePage(tx *transaction) {
	id, to := h.some(tx, pages), h.id("to")
	if _, taken := tx.rows[pages][to]; id != "" && !taken {
		tx.update(pages, id, pageID, to, h.chance("toast", 2))
	}
}

func (h *history) link(tx *transaction) {
	page, tag := h.id("page"), h.id("tag")
	key := page + "," + tag
	switch _, exists := tx.rows[pageTags][key]; {
	case !exists:
		tx.insert(pageTags, page, tag)
	case h.chance("unlink", 2):
		tx.remove(pageTags, key)
	default:
		if to := h.id("to"); !slices.Contains(h.ids(tx, pageTags), to+","+tag) {
			tx.update(pageTags, key, 0, to)
		}
	}
}

func (h *history) ids(tx *transaction, table int) (ids []string) {
	for id := range tx.rows[table] {
		ids = append(ids, id)
	}
	return ids
}

func (h *history) clear(tx *transaction) {
	if h.chance("truncate", 3) {
		tx.truncate([]int{pages, notes, pageTags, middles}[h.pick("table", 4)])
	}
}
