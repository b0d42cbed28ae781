package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/redis/go-redis/v9"
)

// sampled is about how many documents are compared after each run.
const sampled = 1000

// fetch asks PostgreSQL for documents: those of the rows whose id is part modulo of.
func (s *site) fetch(ctx context.Context, of, part int) (map[string]string, error) {
	rows, err := s.conn.Query(ctx, "SELECT key, document::text FROM ("+s.documents+") d (key, document)", of, part)
	if err != nil {
		return nil, fmt.Errorf("ask for documents: %w", err)
	}
	defer rows.Close()
	documents := map[string]string{}
	for rows.Next() {
		var key, document string
		if err := rows.Scan(&key, &document); err != nil {
			return nil, fmt.Errorf("ask for documents: %w", err)
		}
		documents[key] = document
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("ask for documents: %w", err)
	}
	return documents, nil
}

// compare finds out whether Redis holds as many documents as PostgreSQL has,
// and whether a sample of them is equal.
func (s *site) compare(ctx context.Context, client *redis.Client, ownKeys int64) error {
	var want int64
	if err := s.conn.QueryRow(ctx, "SELECT count(*) FROM ("+s.documents+") d", 1, 0).Scan(&want); err != nil {
		return fmt.Errorf("count documents: %w", err)
	}
	have, err := client.DBSize(ctx).Result()
	if err != nil {
		return fmt.Errorf("count keys: %w", err)
	}
	if have -= ownKeys; have != want {
		return fmt.Errorf("%d documents in Redis, and %d in PostgreSQL", have, want)
	}
	wanted, err := s.fetch(ctx, max(1, s.rows/sampled), s.changed%max(1, s.rows/sampled))
	if err != nil {
		return err
	}
	for key, document := range wanted {
		got, err := client.Get(ctx, key).Bytes()
		if err != nil {
			return fmt.Errorf("read document %s: %w", key, err)
		}
		if err := sameDocument(got, []byte(document)); err != nil {
			return fmt.Errorf("document %s: %w", key, err)
		}
	}
	return nil
}

// sameDocument compares what JSON says: the order of members does not matter,
// every digit of a number does.
func sameDocument(got, want []byte) error {
	a, err := decode(got)
	if err != nil {
		return fmt.Errorf("read %q: %w", got, err)
	}
	b, err := decode(want)
	if err != nil {
		return fmt.Errorf("read %q: %w", want, err)
	}
	if !reflect.DeepEqual(a, b) {
		return fmt.Errorf("got %s, want %s", got, want)
	}
	return nil
}

func decode(document []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	var value any
	err := decoder.Decode(&value)
	return value, err
}

// seqOf finds the number of the last change in a document.
func seqOf(document string) (int64, bool) {
	_, rest, found := strings.Cut(document, `"seq":`)
	if !found {
		return 0, false
	}
	var seq int64
	digits := 0
	for _, c := range []byte(strings.TrimLeft(rest, " ")) {
		if c < '0' || c > '9' {
			break
		}
		seq = 10*seq + int64(c-'0')
		digits++
	}
	return seq, digits > 0
}
