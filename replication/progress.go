package replication

import (
	"sync"
	"time"

	"materializer/cdc"
)

// Progress is how far a copy has come.
type Progress struct {
	Table      *cdc.Table // that the last rows were of
	Rows       int64      // copied so far, of all tables
	Bytes      int64      // of COPY data
	TotalRows  int64      // the server's estimate, 0 if it has none
	TablesDone int
	Tables     int
	Elapsed    time.Duration
}

// counter adds up what the workers have copied and tells one at a time.
type counter struct {
	mu      sync.Mutex
	now     Progress
	started time.Time
	open    map[*cdc.Table]int // parts not yet copied
	tell    func(Progress)
}

func newCounter(tables []*cdc.Table, parts []part, estimate int64, tell func(Progress)) *counter {
	c := &counter{started: time.Now(), open: map[*cdc.Table]int{}, tell: tell}
	c.now.Tables, c.now.TotalRows = len(tables), estimate
	for _, p := range parts {
		c.open[p.table]++
	}
	c.now.TablesDone = len(tables) - len(c.open) // without any part: nothing to copy
	return c
}

func (c *counter) copied(t *cdc.Table, rows int, bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now.Rows += int64(rows)
	c.now.Bytes += bytes
	c.report(t)
}

func (c *counter) finished(t *cdc.Table) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.open[t]--; c.open[t] == 0 {
		c.now.TablesDone++
		c.report(t)
	}
}

func (c *counter) report(t *cdc.Table) {
	if c.tell == nil {
		return
	}
	c.now.Table, c.now.Elapsed = t, time.Since(c.started)
	c.tell(c.now)
}
