package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"materializer/cdc"
	"materializer/store"
)

// process is a pipeline that runs by itself, between the same fakes.
type process struct {
	t        *testing.T
	source   *fakeSource
	redis    *fakeRedis
	fs       vfs.FS
	change   func(*Config)
	batch    int // bytes of a batch of the ingest loop; 0: as usual
	pipeline *Pipeline
	dir      *store.Dir
	stop     context.CancelFunc
	ended    chan error
	steps    chan string // what Redis executes
}

func newProcess(t *testing.T) *process {
	p := &process{t: t, source: newSource(), redis: newRedis(), fs: vfs.NewMem(), steps: make(chan string, 10_000)}
	p.redis.executed = func(u unit) { p.steps <- u.String() }
	p.source.commit(func(tx *transaction) {
		tx.insert(middles, "1", null, "m")
		tx.insert(pages, "1", "a", null, "1", "1", "body")
	})
	return p
}

// run starts it; the end of the test stops it.
func (p *process) run() {
	p.t.Helper()
	var err error
	if p.dir, err = store.OpenDirOn(p.fs, "state"); err != nil {
		p.t.Fatal(err)
	}
	c := Config{
		Plan: plan(false), Source: p.source, Sink: p.redis, State: p.dir, Slot: "slot",
		Store: store.Options{CacheBytes: 1 << 20, MemTableBytes: 1 << 18, BallastBytes: -1, Fatal: func(err error) { panic(err) }},
	}
	if p.change != nil {
		p.change(&c)
	}
	p.pipeline = New(c)
	if p.batch > 0 {
		p.pipeline.most = p.batch
	}
	var ctx context.Context
	ctx, p.stop = context.WithCancel(context.Background())
	p.ended = make(chan error, 1)
	ended := p.ended
	go func() { ended <- p.pipeline.Run(ctx) }()
	p.t.Cleanup(p.stop)
}

// end waits for it to end by itself.
func (p *process) end() error {
	p.t.Helper()
	select {
	case err := <-p.ended:
		if closing := p.dir.Close(); closing != nil {
			p.t.Error(closing)
		}
		return err
	case <-time.After(time.Minute):
		p.t.Fatal("it does not end")
		return nil
	}
}

// stopped stops it and waits for its end.
func (p *process) stopped() {
	p.t.Helper()
	p.stop()
	if err := p.end(); err != nil {
		p.t.Errorf("it ended with %v", err)
	}
}

// arrive commits and waits until that is visible, and compares.
func (p *process) arrive(make func(tx *transaction)) {
	p.t.Helper()
	p.visible(p.source.commit(make))
}

func (p *process) visible(lsn cdc.LSN) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := p.pipeline.Wait(ctx, lsn); err != nil {
		p.t.Fatal(err)
	}
	p.compare()
}

// compare holds Redis against the last commit.
func (p *process) compare() {
	p.t.Helper()
	want := map[string]string{}
	for key, claims := range p.source.documents(p.source.last(), false) {
		want[key] = claims[0]
	}
	if got := p.redis.holds(); !maps.Equal(got, want) {
		p.t.Errorf("Redis holds %q, want %q", got, want)
	}
}

func body(text string) func(tx *transaction) {
	return func(tx *transaction) { tx.update(pages, "1", pageBody, text) }
}

func TestRun(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	p.run()
	p.arrive(body("first"))
	p.arrive(body("second"))
	p.stopped()
	if phase := p.pipeline.Phase(); phase != "stopped" {
		t.Errorf("the phase is %q", phase)
	}
	p.run() // goes on where it was
	p.arrive(body("third"))
	p.stopped()
	if p.source.loads != 1 {
		t.Errorf("%d loads, want 1", p.source.loads)
	}
}

func TestExitWhenCaughtUp(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	p.change = func(c *Config) { c.ExitWhenCaughtUp = true }
	p.run()
	if err := p.end(); err != nil {
		t.Fatal(err)
	}
	p.compare()
	for i := range 20 {
		p.source.commit(body(fmt.Sprint("body", i)))
	}
	p.source.idle()
	p.run()
	if err := p.end(); err != nil {
		t.Fatal(err)
	}
	p.compare()
}

// Leftovers are gone, too, when it says that it has caught up.
func TestExitWhenCaughtUpSweeps(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	p.redis.now.data["page:77"] = "of a state that is lost"
	p.change = func(c *Config) {
		c.ExitWhenCaughtUp = true
		c.Previous = func(_ context.Context, found func([]byte) error) error { return found([]byte("page:77")) }
	}
	p.run()
	if err := p.end(); err != nil {
		t.Fatal(err)
	}
	p.compare()
}

// hold makes Redis wait within its next execution. It gives when that has
// begun, and what lets it go on.
func (p *process) hold() (begun <-chan struct{}, release func()) {
	started, gate := make(chan struct{}), make(chan struct{})
	var once sync.Once
	p.redis.mu.Lock()
	defer p.redis.mu.Unlock()
	p.redis.script.during = func() {
		once.Do(func() { close(started) })
		<-gate
	}
	return started, sync.OnceFunc(func() { close(gate) })
}

// durable waits until a commit is confirmed.
func (p *process) durable(make func(tx *transaction)) cdc.LSN {
	p.t.Helper()
	confirmed := newLevel()
	p.source.set(func(s *fakeSource) { s.confirm = confirmed.raise })
	lsn := p.source.commit(make)
	confirmed.reach(p.t, lsn)
	return lsn
}

// level is a position that rises.
type level struct {
	mu      sync.Mutex
	now     cdc.LSN
	changed chan struct{}
}

func newLevel() *level { return &level{changed: make(chan struct{})} }

func (l *level) raise(lsn cdc.LSN) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = max(l.now, lsn)
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *level) reach(t *testing.T, lsn cdc.LSN) {
	t.Helper()
	for timeout := time.After(time.Minute); ; {
		l.mu.Lock()
		now, changed := l.now, l.changed
		l.mu.Unlock()
		if now >= lsn {
			return
		}
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("confirmed is %s, want %s", now, lsn)
		}
	}
}

// A stop publishes what was received before it, also what came while a round
// was under way.
func TestStopPublishesWhatWasReceived(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	p.run()
	p.arrive(body("first"))
	begun, release := p.hold()
	defer release()
	p.source.commit(body("second"))
	<-begun
	p.durable(body("third"))
	left := make(chan struct{})
	p.source.set(func(s *fakeSource) { s.left = func() { close(left) } })
	p.stop()
	<-left
	release()
	p.stopped()
	p.compare()
}

// A Redis that hangs does not keep a stop waiting for longer than was said.
func TestStopWaitsNoLongerThanSaid(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	p.change = func(c *Config) { c.DrainTimeout = time.Millisecond }
	p.run()
	p.arrive(body("first"))
	begun, release := p.hold()
	defer release()
	p.source.commit(body("second"))
	<-begun
	p.stop()
	go release() // as the timeout of the real one does
	p.stopped()
}

// A Redis that is away does not keep a stop waiting at all, and what was
// received while it was away is published at the next start.
func TestStopWithoutRedis(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	p.change = func(c *Config) { c.DrainTimeout = time.Hour }
	p.run()
	p.arrive(body("first"))
	p.redis.mu.Lock()
	p.redis.script.cut = func(string, int) (int, bool) { return 0, true }
	p.redis.mu.Unlock()
	lsn := p.durable(body("second"))
	p.stopped()
	p.redis.script.cut = nil
	p.run()
	p.visible(lsn)
	p.stopped()
}

// Where going on could serve wrong data it stops, and leaves Redis as it is.
func TestHalt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(s *fakeSource)
		gap    bool
	}{
		"another cluster":     {func(s *fakeSource) { s.facts.SystemID = "8" }, false},
		"slot gone":           {func(s *fakeSource) { s.facts.Exists = false }, true},
		"slot lost":           {func(s *fakeSource) { s.facts.Lost = "rows_removed" }, true},
		"publication changed": {func(s *fakeSource) { s.gap = fmt.Errorf("%w: a table is missing", errReload) }, true},
	} {
		for _, running := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/running %t", name, running), func(t *testing.T) {
				t.Parallel()
				p := newProcess(t)
				p.change = func(c *Config) { c.HaltOnGap = test.gap }
				p.run()
				p.arrive(body("first"))
				if !running {
					p.stopped()
				}
				before := p.redis.holds()
				p.source.set(func(s *fakeSource) {
					test.change(s)
					s.broken = errors.New("the connection broke")
				})
				if !running {
					p.run()
				}
				err := p.end()
				if halt := (*HaltError)(nil); !errors.As(err, &halt) || halt.Hint == "" {
					t.Errorf("it ended with %v, want a HaltError with a hint", err)
				}
				if after := p.redis.holds(); !maps.Equal(before, after) {
					t.Errorf("Redis held %q, now %q", before, after)
				}
				if p.source.loads != 1 {
					t.Errorf("%d loads, want 1", p.source.loads)
				}
			})
		}
	}
}

// Where changes are gone everything is loaded again, while it runs or at the
// next start; documents stay until they are replaced.
func TestReload(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(s *fakeSource){
		"slot gone":           func(s *fakeSource) { s.facts.Exists = false },
		"slot lost":           func(s *fakeSource) { s.facts.Lost = "rows_removed" },
		"slot moved ahead":    func(s *fakeSource) { s.facts.Confirmed = s.facts.Flushed + 5 },
		"another timeline":    func(s *fakeSource) { s.facts.Timeline++ },
		"publication changed": func(s *fakeSource) { s.gap = fmt.Errorf("%w: a table is missing", errReload) },
	} {
		for _, running := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/running %t", name, running), func(t *testing.T) {
				t.Parallel()
				p := newProcess(t)
				p.run()
				p.arrive(body("first"))
				if !running {
					p.stopped()
				}
				p.source.set(func(s *fakeSource) {
					change(s)
					s.broken = errors.New("the connection broke")
				})
				if !running {
					p.source.set(func(s *fakeSource) { s.broken = nil })
					p.run()
				}
				p.reloaded()
				p.arrive(body("second"))
				p.stopped()
				close(p.steps)
				for step := range p.steps {
					if strings.Contains(step, "del page:1") {
						t.Errorf("%q was executed", step)
					}
				}
			})
		}
	}
}

// reloaded waits for the second load.
func (p *process) reloaded() {
	p.t.Helper()
	for timeout := time.After(time.Minute); ; {
		p.source.mu.Lock()
		loads, changed := p.source.loads, p.source.changed
		p.source.mu.Unlock()
		if loads == 2 {
			return
		}
		select {
		case <-changed:
		case <-timeout:
			p.t.Fatalf("%d loads, want 2", loads)
		}
	}
}

// A stream that ends, also within a large transaction, is taken up again.
func TestStreamBreaks(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	p.batch = 1
	p.run()
	p.arrive(body("first"))
	breaks := 0
	p.source.set(func(s *fakeSource) {
		s.confirm = func(cdc.LSN) {
			if breaks++; breaks%3 == 2 && breaks < 9 {
				p.source.set(func(s *fakeSource) { s.broken = errors.New("the connection broke") })
			}
		}
	})
	p.arrive(func(tx *transaction) {
		tx.update(pages, "1", pageID, "2", true)
		for i := range 20 {
			tx.insert(notes, fmt.Sprint(i), "2", "note")
		}
		tx.insert(pages, "1", "b", null, "1", "1", "another body")
		tx.update(pages, "2", pageID, "3", true)
	})
	p.stopped()
	if p.source.loads != 1 {
		t.Errorf("%d loads, want 1", p.source.loads)
	}
}

// A load that fails begins again, and nothing is in Redis before one is complete.
func TestLoadFails(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	failures := 0
	p.source.copying = func(table string) error {
		if failures++; table == "middles" && failures < 5 {
			return errors.New("the connection broke")
		}
		return nil
	}
	p.run()
	p.arrive(body("first"))
	p.stopped()
	if p.source.loads < 2 {
		t.Errorf("%d loads, want another after the failure", p.source.loads)
	}
	if epochs := p.dir.Epochs(); len(epochs) != 1 {
		t.Errorf("epochs are %+v, want the complete one", epochs)
	}
}

// A Redis that was emptied, while it is idle or while it is away, is filled again.
func TestEmptiedRedis(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	p.run()
	p.arrive(body("first"))
	p.redis.flush()
	p.arrive(body("second"))
	p.stopped()
	p.redis.flush()
	p.run()
	p.arrive(body("third"))
	p.stopped()
}
