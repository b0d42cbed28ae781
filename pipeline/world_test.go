package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"materializer/checkpoint"
	"materializer/projections"
	"materializer/store"
)

// testingT is what *testing.T and *rapid.T have in common.
type testingT interface {
	Helper()
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

// plans are the two configurations, compiled once.
var plans = sync.OnceValue(func() (made [2]*projections.Plan) {
	t := &testing.T{}
	return [2]*projections.Plan{compile(t, shopConfig), compile(t, otherConfig)}
})

func plan(other bool) *projections.Plan {
	if other {
		return plans()[1]
	}
	return plans()[0]
}

// world is a pipeline between a fake PostgreSQL and a fake Redis, on a file
// system that can crash. Nothing runs by itself: a test makes each step of the
// two loops, and all that Redis shows on the way is checked against the source.
type world struct {
	t      testingT
	source *fakeSource
	redis  *fakeRedis
	other  bool              // which plan
	plan   *projections.Plan // one that the model does not know; optional
	roots  int               // RoundRoots
	batch  int               // bytes of a batch of the ingest loop

	fs        *vfs.MemFS
	dir       *store.Dir
	pipeline  *Pipeline
	db        *store.DB
	ingester  *ingester
	publisher *publisher
	stream    *fakeStream

	syncing  func()   // called before each sync of a file; optional
	calm     bool     // nothing goes wrong from now on
	suspects []string // keys that belong to nobody

	mu        sync.Mutex
	countdown int                   // moments until the crash; 0: none is due
	random    uint64                // of the next crash
	unsynced  int                   // percent of what was not synced that survives; less than 0: any
	crashed   atomic.Pointer[wreck] // what the crash left; the rest of the step does not count
}

// wreck is what a crash at some moment leaves.
type wreck struct {
	fs    *vfs.MemFS
	redis *fakeRedis
	facts checkpoint.Server
}

func newWorld(t testingT, roots int) *world {
	return &world{t: t, source: newSource(), redis: newRedis(), roots: roots, batch: batchBytes, unsynced: -1, fs: vfs.NewCrashableMem()}
}

// step is a moment at which a crash may be due.
func (w *world) step() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.countdown == 0 || w.isCrashed() {
		return
	}
	if w.countdown--; w.countdown == 0 {
		w.wreck()
	}
}

// wreck takes the picture of the crash. The caller holds mu.
func (w *world) wreck() {
	w.random++
	random := rand.New(rand.NewPCG(w.random, 1))
	facts, err := w.source.Facts(context.Background())
	if err != nil {
		w.t.Fatalf("facts: %v", err)
	}
	percent := w.unsynced
	if percent < 0 {
		percent = random.IntN(101)
	}
	w.crashed.Store(&wreck{
		fs:    w.fs.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: percent, RNG: random}),
		redis: w.redis.clone(), facts: facts,
	})
}

func (w *world) isCrashed() bool { return w.crashed.Load() != nil }

// InjectError implements errorfs.Injector: a sync is a moment too.
func (w *world) inject(op errorfs.Op) error {
	if op.Kind == errorfs.OpFileSync || op.Kind == errorfs.OpFileSyncData || op.Kind == errorfs.OpRename {
		w.step()
		if w.syncing != nil {
			w.syncing()
		}
	}
	return nil
}

// open starts a process on what is there.
func (w *world) open() {
	w.redis.script.step = w.step
	w.redis.script.note = w.note
	if w.redis.executed = w.check; w.plan != nil {
		w.redis.executed = nil
	}
	fs := errorfs.Wrap(w.fs, errorfs.InjectorFunc(w.inject))
	var err error
	if w.dir, err = store.OpenDirOn(fs, "state"); err != nil {
		w.t.Fatalf("open the directory: %v", err)
	}
	w.pipeline = New(w.config())
	if w.db, err = w.pipeline.open(context.Background()); err != nil {
		w.t.Fatalf("open: %v", err)
	}
	w.pipeline.positions.Reset(w.db.Position().LSN)
	w.ingester = newIngester(w.pipeline, w.db, make(chan struct{}, 1))
	w.pipeline.most = w.batch
	w.publisher = newPublisher(w.pipeline, w.db, nil)
	w.connectStream()
}

func (w *world) config() Config {
	chosen := plan(w.other)
	if w.plan != nil {
		chosen = w.plan
	}
	return Config{
		Plan: chosen, Source: w.source, Sink: w.redis, State: w.dir, Slot: "slot", RoundRoots: w.roots,
		Previous: w.previous, Logger: slog.New(slog.NewTextHandler(logTo{w.t}, nil)),
		Store: store.Options{
			CacheBytes: 1 << 20, MemTableBytes: 1 << 18, BallastBytes: -1,
			Fatal: func(err error) { panic(fmt.Sprintf("fatal: %v", err)) },
		},
	}
}

// logTo is where the pipeline's log goes.
type logTo struct{ t testingT }

func (l logTo) Write(line []byte) (int, error) {
	_, text, _ := strings.Cut(string(line), "msg=")
	l.t.Logf("  log: %s", strings.TrimSpace(text))
	return len(line), nil
}

// previous finds what is in Redis, as Previous does: if there is a marker.
func (w *world) previous(_ context.Context, found func(key []byte) error) error {
	if w.redis.now.marker == nil {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(w.redis.holds())) {
		if err := found([]byte(key)); err != nil {
			return err
		}
	}
	return nil
}

// connectStream does what a session does.
func (w *world) connectStream() {
	w.ingester.batch.Reset()
	if err := w.db.RollBack(); err != nil {
		w.t.Fatalf("roll back: %v", err)
	}
	stream, err := w.source.Stream(context.Background(), w.db.Position().LSN, w.ingester.tables())
	if err != nil {
		w.t.Fatalf("stream: %v", err)
	}
	w.stream = stream.(*fakeStream)
}

// close ends the process in good order.
func (w *world) close() {
	w.settle()
	w.settle()
	if err := errors.Join(w.db.Close(), w.dir.Close()); err != nil {
		w.t.Fatalf("close: %v", err)
	}
}

// crash ends the process at a moment to come; 0 is now.
func (w *world) crash(moments int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case moments == 0 && !w.isCrashed():
		w.wreck()
	case w.countdown == 0:
		w.countdown = moments
	}
}

// restart goes on after a crash, if there was one, until a process is there.
func (w *world) restart() {
	for w.isCrashed() {
		w.close()
		left := w.crashed.Swap(nil)
		w.suspects = nil
		w.fs, w.redis = left.fs, left.redis.connected(w.redis.script)
		w.source.set(func(s *fakeSource) {
			left.facts.Flushed = s.facts.Flushed
			s.facts = left.facts
		})
		w.open()
		w.checkDurable()
	}
}

// connected gives the Redis left by a crash the script of the one before.
func (r *fakeRedis) connected(s script) *fakeRedis {
	r.script = s
	return r
}

// ingest applies a batch of at most so many changes.
func (w *world) ingest(most int) bool {
	batch := w.stream.take(most)
	if batch == nil {
		return false
	}
	if err := w.ingester.applyBatch(batch, w.stream); err != nil {
		w.t.Fatalf("ingest: %v", err)
	}
	w.step()
	return true
}

// settle makes what was applied durable.
func (w *world) settle() {
	if err := w.ingester.settle(); err != nil {
		w.t.Fatalf("settle: %v", err)
	}
	w.step()
}

// ended is a context that is.
var ended = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// publish makes one pass of the publish loop. It tells whether another is due.
func (w *world) publish() bool {
	w.publisher.probed = time.Time{} // an idle Redis is asked at once
	more, err := w.publisher.step(context.Background())
	switch {
	case err == nil:
		w.checkSuspects()
	case sinkFailed(err):
		if err := w.publisher.redisDown(ended, err); err != nil {
			w.t.Fatalf("redis is down: %v", err)
		}
		more = true
	default:
		w.t.Fatalf("publish: %v", err)
	}
	w.step()
	w.checkVisible()
	return more
}

// reload makes everything be loaded anew.
func (w *world) reload(other bool) {
	w.close()
	w.other = other
	w.source.set(func(s *fakeSource) { s.facts.Exists = false })
	w.open()
}

// quiesce lets everything arrive and compares the end.
func (w *world) quiesce() {
	w.calm = true
	w.mu.Lock()
	w.countdown = 0
	w.mu.Unlock()
	w.restart()
	w.source.idle()
	for w.ingest(100) {
	}
	w.settle()
	for i := 0; w.publish(); i++ {
		if i > 1000 {
			w.t.Fatalf("publishing does not come to an end")
		}
	}
	w.checkEnd()
}

// journal lists the touches that are not published.
func (w *world) journal() (touches []string) {
	snapshot := w.db.Snapshot()
	defer snapshot.Close()
	journal := snapshot.Journal()
	for journal.Next() {
		err := journal.Touches(func(t store.Touch) error {
			touches = append(touches, fmt.Sprintf("%d:%d/%x", journal.Seq(), t.Node, t.Key))
			return nil
		})
		if err != nil {
			w.t.Fatalf("journal: %v", err)
		}
	}
	if err := journal.Close(); err != nil {
		w.t.Fatalf("journal: %v", err)
	}
	return touches
}

func (w *world) leftovers() (keys []string) {
	found, err := w.db.Leftovers(nil, 1000)
	if err != nil {
		w.t.Fatalf("leftovers: %v", err)
	}
	for _, one := range found {
		keys = append(keys, string(one.Key))
	}
	return keys
}

// isRefused tells whether a key had at some time a document that Redis refuses:
// it may hold anything older then.
func (w *world) isRefused(key string) bool {
	for i := range w.source.commits {
		for _, other := range []bool{false, true} {
			claims := w.source.documents(i, other)[key]
			if slices.ContainsFunc(claims, func(body string) bool { return strings.Contains(body, huge) }) {
				return true
			}
		}
	}
	return false
}
