package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"materializer/projections"
	"materializer/writer"
)

// Previous looks in Redis for the documents of an earlier state that is lost:
// keys that a projection could have made, with a body of exactly its shape; of
// collections the members of what has the type and a key that could be theirs.
// Texts have no shape to tell by and stay. It reads only. A document that is passed over stays where it is for ever; one
// taken for ours although it is not is deleted, hence both tests.
type Previous struct {
	Redis  *writer.Redis
	Plan   *projections.Plan
	Logger *slog.Logger
}

// Find calls found for the name of each, perhaps more than once. It waits for
// Redis as long as it takes: the load that asks for this needs Redis anyway.
func (p *Previous) Find(ctx context.Context, found func(name []byte) error) error {
	told := ""
	for attempt := 0; ; attempt++ {
		err := p.look(ctx, found)
		var failed *writer.Error
		if err == nil || !errors.As(err, &failed) {
			return err
		}
		if told != err.Error() {
			told = err.Error()
			p.Logger.Warn("Redis is away; the load waits, to learn whether documents of an earlier state are there", "error", err)
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

func (p *Previous) look(ctx context.Context, found func(name []byte) error) error {
	marker, ok, err := p.Redis.Marker(ctx)
	if err != nil || !ok {
		return err
	}
	p.Logger.Warn("Redis holds documents of a state that is not here any more; keys that do not come again will be removed at the end",
		"state", marker.StateID, "visible", marker.LSN)
	total := 0
	for _, projection := range p.Plan.Projections {
		n, err := p.scan(ctx, projection, found)
		if total += n; err != nil {
			return fmt.Errorf("projection %s: %w", projection.Name, err)
		}
	}
	p.Logger.Info("looked for documents of the earlier state", "found", total)
	return nil
}

// scan looks at the keys that one projection could have made.
func (p *Previous) scan(ctx context.Context, projection *projections.Projection, found func(name []byte) error) (total int, err error) {
	r := projections.NewRecognizer(projection)
	for _, pattern := range r.Patterns() {
		err := p.Redis.Scan(ctx, pattern, func(keys []string) error {
			n, err := p.sift(ctx, projection, r, keys, found)
			total += n
			return err
		})
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// sift picks what the projection made out of some keys.
func (p *Previous) sift(ctx context.Context, projection *projections.Projection, r *projections.Recognizer, keys []string, found func(name []byte) error) (n int, err error) {
	var candidates [][]byte
	for _, key := range keys {
		if r.Matches([]byte(key)) {
			candidates = append(candidates, []byte(key))
		}
	}
	count := func(name []byte) error {
		n++
		return found(name)
	}
	switch projection.Shape {
	case projections.JSON:
		err = p.siftStrings(ctx, r, candidates, count)
	case projections.Hash, projections.Set, projections.ZSet:
		err = p.siftTyped(ctx, projection, candidates, count)
	}
	return n, err
}

func (p *Previous) siftStrings(ctx context.Context, r *projections.Recognizer, keys [][]byte, found func(name []byte) error) error {
	bodies, err := p.Redis.Values(ctx, keys)
	if err != nil {
		return err
	}
	for i, key := range keys {
		if r.HasShape(bodies[i]) {
			if err := found(key); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *Previous) siftTyped(ctx context.Context, projection *projections.Projection, keys [][]byte, found func(name []byte) error) error {
	types, err := p.Redis.Types(ctx, keys)
	if err != nil {
		return err
	}
	for i, key := range keys {
		if types[i] != projection.Shape.String() {
			continue
		}
		if projection.Shape.Collects() {
			err = p.siftMembers(ctx, key, found)
		} else {
			err = p.siftHash(ctx, projection, key, found)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// siftHash takes a hash whose fields are all among the projection's.
func (p *Previous) siftHash(ctx context.Context, projection *projections.Projection, key []byte, found func(name []byte) error) error {
	fields, err := p.Redis.Fields(ctx, key)
	if err != nil {
		return err
	}
	for _, field := range fields {
		if !slices.Contains(projection.Columns, string(field.Name)) {
			return nil
		}
	}
	return found(key)
}

func (p *Previous) siftMembers(ctx context.Context, key []byte, found func(name []byte) error) error {
	return p.Redis.Members(ctx, key, func(members []writer.Member) error {
		for _, member := range members {
			if err := found(projections.AppendElement(nil, key, member.Name)); err != nil {
				return err
			}
		}
		return nil
	})
}
