// Package demo shows the materializer at work, with nothing prepared: it starts
// a PostgreSQL and a Redis of its own, fills a shop, runs the example
// configuration on it, shows documents, and changes the shop at a steady rate
// while a reader times how soon each change can be read.
//
// It sees the materializer as users do: by its configuration, its log, HTTP and
// Redis. What it times is the documents themselves: from the return of COMMIT
// to the first answer of Redis that shows all of the change.
//
// It promises to leave nothing behind: the servers end and their one directory
// is removed when Run returns for whatever reason, and also when the process
// dies. A change that never became visible, or a document that differs from
// what SQL says at the end, is an error.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"materializer/internal/servers"
)

// Options say how the demo runs.
type Options struct {
	// Rows is how many rows the shop has at least, in all tables together.
	Rows int
	// Rate is how many transactions a second are attempted.
	Rate int
	// Duration is how long the shop is changed; 0 means until the context ends.
	Duration time.Duration
	// Seed makes another shop.
	Seed uint64
	// Keep leaves the directory with all data where it is.
	Keep bool
	// Out is where everything is printed.
	Out io.Writer
	// Service is the command line of the materializer.
	Service Service
}

// Service runs a command line until the context ends, with its messages going
// to the log, and returns its exit code.
type Service func(ctx context.Context, args []string, log io.Writer) int

// ErrMissing means that a server's programs are not installed.
var ErrMissing = errors.New("the demo needs PostgreSQL and Redis")

// demo is one run. What is nil was not started.
type demo struct {
	Options
	screen   *screen
	scratch  *servers.Scratch
	postgres *servers.Postgres
	redis    *servers.Redis
	service  *service
	conn     *pgx.Conn
	client   *redis.Client
	shop     *shop
	rows     int64
	opened   time.Time // for business
	closed   time.Time
	tally    *tally
	ended    bool // the materializer, by itself
}

// finishing is how long the end may take: everything committed becomes visible,
// and documents are compared. It is less where somebody waits for the prompt.
const (
	finishing            = 60 * time.Second
	finishingInterrupted = 10 * time.Second
)

// Run runs the demo. That ctx ends, at whatever time, is not an error.
func Run(ctx context.Context, o Options) (err error) {
	if err := installed(); err != nil {
		return err
	}
	d := &demo{Options: o, screen: newScreen(o.Out), tally: newTally()}
	defer func() {
		err = errors.Join(err, d.close())
		if err == nil {
			d.screen.say("%s", d.farewell())
		}
	}()
	working, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	err = d.prepare(working, cancel)
	if err == nil {
		err = d.business(working)
	}
	if ended := endedBy(working); ended != nil {
		d.ended = true
		return ended
	}
	return stopped(ctx, err)
}

// endedError is why the work was cancelled: the materializer has ended by itself.
type endedError struct{ error }

// endedBy gives that error, if it was the reason.
func endedBy(ctx context.Context) error {
	var ended *endedError
	if errors.As(context.Cause(ctx), &ended) {
		return ended.error
	}
	return nil
}

// installed names everything that is missing at once.
func installed() error {
	_, postgres := servers.PostgresBin()
	_, redis := servers.RedisServer()
	if err := errors.Join(postgres, redis); err != nil {
		return fmt.Errorf("%w:\n%w\non Debian and Ubuntu: sudo apt-get install postgresql redis-server", ErrMissing, err)
	}
	return nil
}

// prepare starts and fills everything. cancel is called when the materializer ends by itself.
func (d *demo) prepare(ctx context.Context, cancel context.CancelCauseFunc) error {
	d.screen.say("A shop in PostgreSQL, and its documents in Redis, kept up to date by materializer.")
	if !d.Keep {
		d.screen.say("Both servers are the demo's own, and are removed at the end. Ctrl-C ends it.")
	}
	d.screen.say("")
	if err := d.start(ctx); err != nil {
		return err
	}
	if err := d.fill(ctx); err != nil {
		return err
	}
	if err := d.load(ctx, cancel); err != nil {
		return err
	}
	return d.show(ctx)
}

// start starts the two servers within one directory.
func (d *demo) start(ctx context.Context) (err error) {
	if d.scratch, err = servers.NewScratch("demo"); err != nil {
		return err
	}
	if d.Keep {
		d.scratch.Keep()
	}
	// What else is made for the servers is to go away, too.
	if err := os.Setenv("TMPDIR", d.scratch.Path); err != nil {
		return fmt.Errorf("set directory for temporary files: %w", err)
	}
	began := time.Now()
	d.postgres, err = servers.StartPostgres(ctx, servers.PostgresOptions{
		Dir: filepath.Join(d.scratch.Path, "postgres"),
		// As durable as in earnest: a commit waits for the disk.
		Settings: map[string]string{"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "shared_buffers": "128MB"},
	})
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	d.step(fmt.Sprintf("PostgreSQL %d started on port %d, writing to disk at every commit", d.postgres.Version, d.postgres.Port), began)
	began = time.Now()
	d.redis, err = servers.StartRedis(ctx, servers.RedisOptions{
		Dir: filepath.Join(d.scratch.Path, "redis"), Args: []string{"--appendonly", "yes"},
	})
	if err != nil {
		return fmt.Errorf("start Redis: %w", err)
	}
	d.step(fmt.Sprintf("Redis started on port %d, empty", d.redis.Port), began)
	d.client = redis.NewClient(&redis.Options{Addr: d.redis.Addr, MaxRetries: -1, Protocol: 2, DisableIdentity: true})
	return nil
}

// step tells of something done, with the time it took at the end of the line.
func (d *demo) step(text string, began time.Time) {
	width := min(d.screen.width(), plainWidth)
	d.screen.say("  %-*s %8s", max(width-12, 0), text, short(time.Since(began)))
}

// fill makes the shop.
func (d *demo) fill(ctx context.Context) (err error) {
	began := time.Now()
	admin, err := pgx.Connect(ctx, d.postgres.URL("postgres"))
	if err != nil {
		return fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	_, err = admin.Exec(ctx, "CREATE DATABASE shop")
	if err := errors.Join(err, admin.Close(ctx)); err != nil {
		return fmt.Errorf("make the shop's database: %w", err)
	}
	if d.conn, err = pgx.Connect(ctx, d.postgres.URL("shop")); err != nil {
		return fmt.Errorf("connect to the shop: %w", err)
	}
	d.shop = newShop(d.Rows, d.Seed, time.Now().Truncate(time.Second))
	counts, err := fill(ctx, d.conn, d.shop, func(doing string) { d.screen.progress("  filling the shop: " + doing) })
	if err != nil {
		return err
	}
	d.screen.progress("")
	for _, n := range counts {
		d.rows += n
	}
	d.step(fmt.Sprintf("shop filled: %s rows in %d tables (%s, %s, %s)", thousands(d.rows), len(counts),
		many(d.shop.products, "product", "products"), many(d.shop.users, "user", "users"), many(d.shop.orders, "order", "orders")), began)
	return nil
}

// load starts the materializer and waits until every document is there.
func (d *demo) load(ctx context.Context, cancel context.CancelCauseFunc) (err error) {
	began := time.Now()
	d.service, err = startService(ctx, d.scratch.Path, d.postgres.URL("shop"), d.redis.URL(), d.Service)
	if err != nil {
		return err
	}
	go func() {
		<-d.service.done
		cancel(&endedError{d.service.ended()})
	}()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for d.service.ready(ctx) != nil {
		d.showLoad(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	keys, err := d.client.DBSize(ctx).Result()
	if err != nil {
		return fmt.Errorf("count the keys in Redis: %w", err)
	}
	d.screen.progress("")
	d.step(fmt.Sprintf("materializer started with projections.example.yaml: read all rows, wrote %s keys", thousands(keys)), began)
	return nil
}

// showLoad shows how far the first load is.
func (d *demo) showLoad(ctx context.Context) {
	now, err := d.service.counters(ctx)
	switch {
	case err != nil || now.rowsLoaded == 0:
		d.screen.progress("  materializer is starting")
	case now.keysWritten == 0:
		d.screen.progress(fmt.Sprintf("  materializer reads the tables: %s of %s rows", thousands(now.rowsLoaded), thousands(d.rows)))
	default:
		d.screen.progress(fmt.Sprintf("  materializer writes the documents: %s keys", thousands(now.keysWritten)))
	}
}

// show prints documents, what changes them, and how to read them without us.
func (d *demo) show(ctx context.Context) error {
	e, err := choose(ctx, d.conn)
	if err == nil {
		err = d.showDocuments(ctx, e)
	}
	if err == nil {
		err = d.tour(ctx, e)
	}
	if err != nil {
		return err
	}
	d.screen.say("\nTo look for yourself, in another terminal:")
	d.screen.say("  redis-cli -p %d get %s", d.redis.Port, e.productKey())
	d.screen.say("  psql postgres://postgres@127.0.0.1:%d/shop", d.postgres.Port)
	d.screen.say("  http://%s/v1/status", d.service.address)
	return nil
}

// business opens the shop, and closes it after the duration or when ctx ends.
func (d *demo) business(ctx context.Context) error {
	watcher := newWatcher(d.client, d.tally)
	traffic, err := newTraffic(ctx, d.conn, &traffic{
		url: d.postgres.URL("shop"), rate: d.Rate, seed: d.Seed, leaves: d.shop.leaves, watcher: watcher, tally: d.tally,
	})
	if err != nil {
		return err
	}
	d.explain()
	open := ctx
	if d.Duration > 0 {
		var shut context.CancelFunc
		open, shut = context.WithTimeout(ctx, d.Duration)
		defer shut()
	}
	d.opened = time.Now()
	seeing, stopSeeing := context.WithCancel(context.WithoutCancel(ctx))
	defer stopSeeing()
	var group errgroup.Group
	writing := make(chan struct{})
	group.Go(func() error {
		defer close(writing)
		return traffic.run(open)
	})
	group.Go(func() error {
		watcher.run(seeing, writing)
		return nil
	})
	d.report(ctx, writing)
	d.closed = time.Now()
	limit := finishing
	switch {
	case endedBy(ctx) != nil:
		limit = 0
	case ctx.Err() != nil:
		limit = finishingInterrupted
	}
	timer := time.AfterFunc(limit, stopSeeing)
	defer timer.Stop()
	if err := group.Wait(); err != nil {
		return err
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	return d.summarize(ending)
}

// close ends everything that was started, readers first.
func (d *demo) close() error {
	var problems []error
	ending, cancel := context.WithTimeout(context.Background(), finishingInterrupted)
	defer cancel()
	if d.conn != nil {
		_ = d.conn.Close(ending) // the server may be gone already
	}
	if d.client != nil {
		problems = append(problems, d.client.Close())
	}
	if d.service != nil {
		if err := d.service.close(); !d.ended { // else it is told already
			problems = append(problems, err)
		}
	}
	if d.redis != nil {
		problems = append(problems, d.keepRedis(ending), d.redis.Close())
	}
	if d.postgres != nil {
		problems = append(problems, d.keepPostgres(), d.postgres.Close())
	}
	if d.scratch != nil {
		problems = append(problems, d.scratch.Close())
	}
	return errors.Join(problems...)
}

// keepRedis ends Redis so that it can be started again with what it holds.
func (d *demo) keepRedis(ctx context.Context) error {
	if !d.Keep || !d.redis.Running() {
		return nil
	}
	return errors.Join(d.redis.Save(ctx), d.redis.Stop())
}

func (d *demo) keepPostgres() error {
	if !d.Keep {
		return nil
	}
	leftovers, err := filepath.Glob(filepath.Join(d.scratch.Path, "materializer-initdb-*"))
	for _, path := range leftovers {
		err = errors.Join(err, os.RemoveAll(path))
	}
	return errors.Join(err, d.postgres.Stop("fast"))
}

// farewell is the last line.
func (d *demo) farewell() string {
	if d.Keep {
		return fmt.Sprintf("\nStopped. The data is kept in %s: postgres, redis, state, projections.yaml, materializer.log.", d.scratch.Path)
	}
	return "\nStopped. The servers and all their data are removed."
}
