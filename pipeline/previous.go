package pipeline

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"materializer/projections"
	"materializer/writer"
)

// Previous looks in Redis for the documents of an earlier state that is lost:
// keys that a projection could have made, with a body of exactly its shape. It
// reads only. A document that is passed over stays where it is for ever; one
// taken for ours although it is not is deleted, hence both tests.
type Previous struct {
	Redis  *writer.Redis
	Plan   *projections.Plan
	Logger *slog.Logger
}

// Find calls found for each such key, perhaps more than once. It waits for
// Redis as long as it takes: the load that asks for this needs Redis anyway.
func (p *Previous) Find(ctx context.Context, found func(key []byte) error) error {
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

func (p *Previous) look(ctx context.Context, found func(key []byte) error) error {
	marker, ok, err := p.Redis.Marker(ctx)
	if err != nil || !ok {
		return err
	}
	p.Logger.Warn("Redis holds documents of a state that is not here any more; keys that do not come again will be removed at the end",
		"state", marker.StateID, "visible", marker.LSN)
	total := 0
	for _, projection := range p.Plan.Projections {
		n, err := p.scan(ctx, projections.NewRecognizer(projection), found)
		if total += n; err != nil {
			return fmt.Errorf("projection %s: %w", projection.Name, err)
		}
	}
	p.Logger.Info("looked for documents of the earlier state", "found", total)
	return nil
}

// scan looks at the keys that one projection could have made.
func (p *Previous) scan(ctx context.Context, r *projections.Recognizer, found func(key []byte) error) (total int, err error) {
	for _, pattern := range r.Patterns() {
		err := p.Redis.Scan(ctx, pattern, func(keys []string) error {
			n, err := p.sift(ctx, r, keys, found)
			total += n
			return err
		})
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

// sift picks the keys that the projection made out of some.
func (p *Previous) sift(ctx context.Context, r *projections.Recognizer, keys []string, found func(key []byte) error) (n int, err error) {
	var candidates [][]byte
	for _, key := range keys {
		if r.Matches([]byte(key)) {
			candidates = append(candidates, []byte(key))
		}
	}
	bodies, err := p.Redis.Values(ctx, candidates)
	if err != nil {
		return 0, err
	}
	for i, key := range candidates {
		if !r.HasShape(bodies[i]) {
			continue
		}
		n++
		if err := found(key); err != nil {
			return n, err
		}
	}
	return n, nil
}
