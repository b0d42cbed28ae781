package oracle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/redis/go-redis/v9"

	"materializer/projections"
)

// fetch is how many documents are compared at once.
const fetch = 500

// ownKeys is how the service's own keys begin: not documents.
const ownKeys = "materializer:"

// Compare answers a plan's queries on PostgreSQL, in one snapshot, and compares
// the documents with all that is in Redis, both ways. The caller has waited
// until Redis shows what is committed. Where two roots claim one key, the one of
// the earlier projection, then of the lower primary key, is wanted there.
func Compare(ctx context.Context, pgURL, redisURL string, plan *projections.Plan) (Differences, error) {
	c := &comparison{wanted: map[string]bool{}}
	options, err := redis.ParseURL(redisURL)
	if err != nil {
		return Differences{}, fmt.Errorf("compare documents: %w", err)
	}
	options.MaxRetries = -1
	c.redis = redis.NewClient(options)
	defer c.redis.Close()
	conn, err := connect(ctx, pgURL)
	if err != nil {
		return Differences{}, fmt.Errorf("compare documents: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := c.run(ctx, conn, plan); err != nil {
		return Differences{}, fmt.Errorf("compare documents: %w", err)
	}
	return c.found, nil
}

// connect pins what changes the text of values, as the service does.
func connect(ctx context.Context, url string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	for name, value := range map[string]string{
		"client_encoding": "UTF8", "datestyle": "ISO,MDY", "intervalstyle": "postgres", "timezone": "UTC",
		"extra_float_digits": "3", "bytea_output": "hex", "lc_monetary": "C", "xmloption": "content",
		"row_security": "off", "statement_timeout": "0", "search_path": "public", "jit": "off",
	} {
		config.RuntimeParams[name] = value
	}
	return pgx.ConnectConfig(ctx, config)
}

// comparison is one run of Compare.
type comparison struct {
	redis  *redis.Client
	tx     pgx.Tx
	wanted map[string]bool // keys that a document of PostgreSQL has
	// members of the collections of the projection at hand, with their scores
	members map[string]map[string]float64
	found   Differences
}

// wanted is a document as PostgreSQL has it, jsonb as text.
type wanted struct{ key, document string }

func (c *comparison) run(ctx context.Context, conn *pgx.Conn, plan *projections.Plan) error {
	var err error
	c.tx, err = conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return err
	}
	defer c.tx.Rollback(context.WithoutCancel(ctx))
	for _, p := range plan.Projections {
		if err := c.projection(ctx, p); err != nil {
			return fmt.Errorf("projection %s: %w", p.Name, err)
		}
	}
	return c.extra(ctx)
}

// projection reads the documents of one projection through a cursor, so that
// the connection is free to canonicalise ours in between.
func (c *comparison) projection(ctx context.Context, p *projections.Projection) error {
	if _, err := c.tx.Exec(ctx, "DECLARE documents NO SCROLL CURSOR FOR "+SQL(p)); err != nil {
		return fmt.Errorf("query documents: %w", err)
	}
	for {
		batch, read, err := c.fetch(ctx, p)
		if err != nil {
			return fmt.Errorf("fetch documents: %w", err)
		}
		if err := c.batch(ctx, p, batch); err != nil {
			return err
		}
		if read < fetch {
			break
		}
	}
	if _, err := c.tx.Exec(ctx, "CLOSE documents"); err != nil {
		return err
	}
	return c.collections(ctx, p)
}

func (c *comparison) fetch(ctx context.Context, p *projections.Projection) (batch []wanted, read int, err error) {
	rows, err := c.tx.Query(ctx, fmt.Sprintf("FETCH %d FROM documents", fetch))
	if err != nil {
		return nil, 0, err
	}
	var keys []string
	var document string
	_, err = pgx.ForEachRow(rows, []any{&keys, &document}, func() error {
		read++
		for _, key := range keys {
			if !c.wanted[key] || p.Shape.Collects() {
				c.wanted[key] = true
				batch = append(batch, wanted{key, document})
			}
		}
		return nil
	})
	return batch, read, err
}

// batch compares documents with what is in Redis under their keys.
func (c *comparison) batch(ctx context.Context, p *projections.Projection, batch []wanted) error {
	if p.Shape != projections.JSON {
		return c.shaped(ctx, p, batch)
	}
	have, err := c.read(ctx, batch)
	if err != nil {
		return err
	}
	var present []wanted
	var ours []string
	for i, want := range batch {
		c.found.Compared++
		switch value := have[i]; {
		case value.fault != "":
			c.found.add(Difference{Kind: Malformed, Projection: p.Name, Key: want.key, Want: want.document, Have: value.fault})
		case value.missing:
			c.found.add(Difference{Kind: Missing, Projection: p.Name, Key: want.key, Want: want.document})
		default:
			present = append(present, want)
			ours = append(ours, value.text)
		}
	}
	canonical, err := c.canonical(ctx, ours)
	if err != nil {
		return err
	}
	for i, want := range present {
		c.document(p, want, ours[i], canonical[i])
	}
	return nil
}

// document compares one document with ours, as written and as jsonb.
func (c *comparison) document(p *projections.Projection, want wanted, ours string, canonical value) {
	d := Difference{Projection: p.Name, Key: want.key, Want: want.document, Have: canonical.text}
	switch {
	case canonical.fault != "":
		d.Kind, d.Have = Malformed, ours+"\n(PostgreSQL: "+canonical.fault+")"
	case canonical.text != want.document:
		d.Kind = Different
		d.Path, d.WantThere, d.HaveThere = firstDifference(want.document, canonical.text)
	default:
		fault := shape(ours, p.Columns)
		if fault == "" {
			return
		}
		d.Kind, d.Have = Malformed, ours+"\n("+fault+")"
	}
	c.found.add(d)
}

// value is what is under a key, or why it cannot be compared.
type value struct {
	text    string
	missing bool
	fault   string
}

func (c *comparison) read(ctx context.Context, batch []wanted) ([]value, error) {
	if len(batch) == 0 {
		return nil, nil
	}
	pipeline := c.redis.Pipeline()
	replies := make([]*redis.StringCmd, len(batch))
	for i, want := range batch {
		replies[i] = pipeline.Get(ctx, want.key)
	}
	// Each command's own error is looked at below.
	_, _ = pipeline.Exec(ctx)
	have := make([]value, len(batch))
	for i, reply := range replies {
		text, err := reply.Result()
		switch {
		case err == nil:
			have[i].text = text
		case errors.Is(err, redis.Nil):
			have[i].missing = true
		case strings.HasPrefix(err.Error(), "WRONGTYPE"):
			have[i].fault = err.Error()
		default:
			return nil, fmt.Errorf("read %s: %w", batch[i].key, err)
		}
	}
	return have, nil
}

// canonical is the text that PostgreSQL gives documents as jsonb. If one of them
// is no JSON, the halves are tried.
func (c *comparison) canonical(ctx context.Context, ours []string) ([]value, error) {
	if len(ours) == 0 {
		return nil, nil
	}
	texts, err := c.cast(ctx, ours)
	var refused *pgconn.PgError
	switch {
	case err == nil:
		values := make([]value, len(texts))
		for i, text := range texts {
			values[i].text = text
		}
		return values, nil
	case !errors.As(err, &refused):
		return nil, fmt.Errorf("canonicalise documents: %w", err)
	case len(ours) == 1:
		return []value{{fault: refused.Message}}, nil
	}
	first, err := c.canonical(ctx, ours[:len(ours)/2])
	if err != nil {
		return nil, err
	}
	rest, err := c.canonical(ctx, ours[len(ours)/2:])
	return slices.Concat(first, rest), err
}

// cast runs in a savepoint, since an error would end the snapshot.
func (c *comparison) cast(ctx context.Context, ours []string) ([]string, error) {
	savepoint, err := c.tx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer savepoint.Rollback(context.WithoutCancel(ctx))
	rows, err := savepoint.Query(ctx, "SELECT (document::jsonb)::text FROM unnest($1::text[]) WITH ORDINALITY AS ours (document, place) ORDER BY place", ours)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// extra looks for keys in Redis that no document has.
func (c *comparison) extra(ctx context.Context) error {
	var extra []string
	seen := map[string]bool{}
	keys := c.redis.Scan(ctx, 0, "", 1000).Iterator()
	for keys.Next(ctx) {
		key := keys.Val()
		if strings.HasPrefix(key, ownKeys) || c.wanted[key] || seen[key] {
			continue
		}
		seen[key] = true
		extra = append(extra, key)
	}
	if err := keys.Err(); err != nil {
		return fmt.Errorf("scan the keys of Redis: %w", err)
	}
	slices.Sort(extra)
	for _, key := range extra {
		have, err := c.redis.Get(ctx, key).Result()
		if err != nil {
			have = err.Error() // such as WRONGTYPE
		}
		c.found.add(Difference{Kind: Extra, Key: key, Have: have})
	}
	return nil
}
