package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"golang.org/x/sync/errgroup"
)

// traffic is what happens in the shop: transactions at a steady rate, whether
// or not earlier ones are visible yet.
type traffic struct {
	url     string
	rate    int
	seed    uint64
	watcher *watcher
	tally   *tally

	products, discontinued, users, orders, categories, tags *pool

	wide allowance

	movable       *pool // the categories that hold products
	parents       []int64
	leaves        []leaf
	userCount     int64
	categoryNames map[int64]string
	tagNames      map[int64]string
}

const (
	// clients is how many connections write at once.
	clients = 8
	// paceInterval is how often transactions that are due are let go.
	paceInterval = 2 * time.Millisecond
	// transactionTimeout bounds one that has begun when the demo ends.
	transactionTimeout = 30 * time.Second
)

// newTraffic reads what the shop has.
func newTraffic(ctx context.Context, conn *pgx.Conn, t *traffic) (*traffic, error) {
	var err error
	list := func(sql string) []int64 {
		var rows pgx.Rows
		var ids []int64
		if err == nil {
			rows, err = conn.Query(ctx, sql)
		}
		if err == nil {
			ids, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		}
		return ids
	}
	t.products = newPool(list("SELECT id FROM products WHERE status <> 'discontinued'"))
	t.discontinued = newPool(list("SELECT id FROM products WHERE status = 'discontinued'"))
	t.users = newPool(list("SELECT id FROM users"))
	t.orders = newPool(list("SELECT id FROM orders"))
	t.categories = newPool(list("SELECT id FROM categories"))
	t.tags = newPool(list("SELECT id FROM tags"))
	t.movable = newPool(list("SELECT id FROM categories c WHERE NOT EXISTS (SELECT FROM categories WHERE parent_id = c.id)"))
	t.parents = list("SELECT DISTINCT parent_id FROM categories c WHERE NOT EXISTS (SELECT FROM categories WHERE parent_id = c.id)")
	if err != nil {
		return nil, fmt.Errorf("read the shop: %w", err)
	}
	t.userCount = int64(t.users.size())
	if t.categoryNames, err = names(ctx, conn, "categories"); err != nil {
		return nil, err
	}
	t.tagNames, err = names(ctx, conn, "tags")
	return t, err
}

func names(ctx context.Context, conn *pgx.Conn, table string) (map[int64]string, error) {
	out := map[int64]string{}
	rows, err := conn.Query(ctx, "SELECT id, name FROM "+table)
	if err == nil {
		var id int64
		var name string
		_, err = pgx.ForEachRow(rows, []any{&id, &name}, func() error {
			out[id] = name
			return nil
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read names of %s: %w", table, err)
	}
	return out, nil
}

func (t *traffic) someUser(r *rand.Rand) int64 { return 1 + r.Int64N(t.userCount) }

// run writes until the context ends. Transactions that have begun are finished.
func (t *traffic) run(ctx context.Context) error {
	due := make(chan struct{}, clients)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(due)
		t.pace(ctx, due)
		return nil
	})
	for n := range clients {
		group.Go(func() error { return t.client(ctx, rand.New(rand.NewPCG(t.seed, uint64(n)+2)), due) })
	}
	return group.Wait()
}

// pace lets transactions go at the rate. What the clients cannot take is not
// made up for later: then the rate is lower, and shown to be.
func (t *traffic) pace(ctx context.Context, due chan<- struct{}) {
	tick := time.NewTicker(paceInterval)
	defer tick.Stop()
	began, gone := time.Now(), 0
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		owed := int(time.Since(began).Seconds() * float64(t.rate))
		for ; gone < owed; gone++ {
			select {
			case due <- struct{}{}:
			default:
			}
		}
	}
}

// client is one connection of the application.
func (t *traffic) client(ctx context.Context, random *rand.Rand, due <-chan struct{}) error {
	conn, err := pgx.Connect(ctx, t.url)
	if err != nil {
		return stopped(ctx, fmt.Errorf("connect to the shop: %w", err))
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	for range due {
		if err := t.one(ctx, conn, random); err != nil {
			return fmt.Errorf("write to the shop: %w", err)
		}
	}
	return nil
}

// one is one transaction, and hands on where to look for it.
func (t *traffic) one(ctx context.Context, conn *pgx.Conn, random *rand.Rand) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), transactionTimeout)
	defer cancel()
	c := &change{kind: pickKind(random, t.wide.open()), random: random}
	err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return c.kind.make(t, ctx, tx, c) })
	at := time.Now() // COMMIT has returned
	if err != nil {
		c.release()
		return t.forgive(err)
	}
	for _, note := range c.committed {
		note()
	}
	t.wide.spend(c.documents)
	t.tally.commit(c.kind)
	t.watcher.add(c, at)
	return nil
}

// forgive lets pass what comes of others who work in the shop, such as a reader
// who tries the psql line: rows that have gone, conflicts.
func (t *traffic) forgive(err error) error {
	var refused *pgconn.PgError
	switch {
	case errors.Is(err, errNothingFree), errors.Is(err, pgx.ErrNoRows):
	case errors.As(err, &refused) && (refused.Code[:2] == "23" || refused.Code[:2] == "40"):
	default:
		return err
	}
	t.tally.skip()
	return nil
}

// stopped takes the error away that only says that we were told to stop.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// wideDocuments is how many documents a second may be touched by changes that
// show in many: in a large shop one rename shows in thousands, and a shop is
// not renamed all day.
const wideDocuments = 1000

// allowance bounds something per second. It may be overdrawn once.
type allowance struct {
	mu   sync.Mutex
	free time.Time // when it is open again
}

func (a *allowance) open() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return !time.Now().Before(a.free)
}

func (a *allowance) spend(documents int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if now := time.Now(); a.free.Before(now) {
		a.free = now
	}
	a.free = a.free.Add(time.Duration(documents) * time.Second / wideDocuments)
}
