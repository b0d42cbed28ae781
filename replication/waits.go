package replication

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	waitsEvery = time.Second      // how often we look
	waitsAgain = 30 * time.Second // how often the same wait is told
)

// wait is a transaction of somebody else that holds us up.
type wait struct {
	pid         int // 0 of a prepared transaction
	user        string
	application string
	state       string
	age         time.Duration // of its transaction; 0 if we may not know
}

// tellWaits logs which transactions hold up the processes given, until the
// context ends: creating a slot waits for every transaction older than it, and
// a copy for whoever rewrites its table. Nobody else would know why nothing moves.
func (s *Source) tellWaits(ctx context.Context, pids ...uint32) {
	ticker := time.NewTicker(waitsEvery)
	defer ticker.Stop()
	told := map[int]time.Time{}
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			waits, err := s.waits(ctx, pids)
			if err != nil {
				s.config.Logger.Debug("cannot see what is waited for", "error", err)
				continue
			}
			for _, w := range waits {
				if now.Sub(told[w.pid]) < waitsAgain {
					continue
				}
				told[w.pid] = now
				s.config.Logger.Warn("waiting for transaction", "pid", w.pid, "user", w.user, "application", w.application,
					"state", w.state, "age", w.age.Round(time.Second), "hint", w.hint())
			}
		}
	}
}

func (w wait) hint() string {
	if w.pid == 0 {
		return "a prepared transaction: see pg_prepared_xacts"
	}
	return "it must end before we can go on; pg_terminate_backend(pid) ends it"
}

func (s *Source) waits(ctx context.Context, pids []uint32) ([]wait, error) {
	var waits []wait
	err := s.control(ctx, func(conn *pgx.Conn) error {
		rows, err := conn.Query(ctx, `
			SELECT DISTINCT ON (b.pid) b.pid, coalesce(a.usename, ''), coalesce(a.application_name, ''), coalesce(a.state, ''),
			       coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::float8
			  FROM unnest($1::int4[]) w(pid), unnest(pg_blocking_pids(w.pid)) b(pid)
			  LEFT JOIN pg_stat_activity a ON a.pid = b.pid
			 WHERE b.pid <> ALL ($1::int4[])`, toInt32(pids))
		if err != nil {
			return err
		}
		waits, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (wait, error) {
			var w wait
			var seconds float64
			err := row.Scan(&w.pid, &w.user, &w.application, &w.state, &seconds)
			w.age = time.Duration(seconds * float64(time.Second))
			return w, err
		})
		return err
	})
	return waits, err
}

func toInt32(pids []uint32) []int32 {
	signed := make([]int32, len(pids))
	for i, pid := range pids {
		signed[i] = int32(pid)
	}
	return signed
}
