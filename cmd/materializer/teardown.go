package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"materializer/projections"
	"materializer/replication"
	"materializer/store"
	"materializer/writer"
)

func (p *program) teardownCommand() *cobra.Command {
	t := &teardown{program: p}
	cmd := &cobra.Command{
		Use:   "teardown",
		Short: "remove slot, publication and local state, on request also the documents",
		Long: "Removes what the service has made: the replication slot and the publication in\n" +
			"PostgreSQL, and the local state. With --keys also the documents in Redis. Refuses while\n" +
			"the service runs (exit code 4). Interrupted, it can be run again.",
		Example: "  materializer teardown\n  materializer teardown --keys --yes\n  materializer teardown --state",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if t.keys && t.stateOnly {
				return usage(errors.New("--keys and --state do not go together: without the slot documents are of no use, and without state they are not known"))
			}
			wanted := []string{"source.url"}
			if t.stateOnly {
				wanted = nil
			} else if t.keys {
				wanted = append(wanted, "target.url")
			}
			if t.configuration, err = p.load(cmd, wanted...); err != nil {
				return err
			}
			return t.run(cmd.Context())
		},
	}
	cmd.Flags().BoolVar(&t.yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&t.keys, "keys", false, "delete the documents in Redis, too")
	cmd.Flags().BoolVar(&t.stateOnly, "state", false, "remove the local state only: the next start loads anew")
	return cmd
}

// teardown removes in an order in which an interruption leaves nothing that is
// in anybody's way: first the slot, which holds WAL on the server; then, in
// Redis, what says that the documents are up to date, and the documents; at
// last the state, which knows the keys.
type teardown struct {
	*program
	configuration
	yes, keys, stateOnly bool
	state                *store.Dir // nil if there is none
}

func (t *teardown) run(ctx context.Context) (err error) {
	if err := t.takeState(); err != nil {
		return err
	}
	if t.state != nil {
		defer func() { err = errors.Join(err, t.state.Close()) }()
	}
	if t.stateOnly {
		if err := t.confirm(); err != nil {
			return err
		}
		return t.removeState()
	}
	source, err := replication.Open(ctx, t.sourceConfigWith(t.logger(t.console)))
	if err != nil {
		return err
	}
	defer source.Close()
	redis, err := t.connectRedis(ctx)
	if err != nil {
		return err
	}
	if redis != nil {
		defer func() { _ = redis.Close() }() // every deletion was answered
	}
	if err := t.confirm(); err != nil {
		return err
	}
	if err := t.dropSource(ctx, source); err != nil {
		return err
	}
	if redis != nil {
		if err := t.removeKeys(ctx, redis); err != nil {
			return err
		}
	}
	return t.removeState()
}

func (c configuration) sourceConfigWith(logger *slog.Logger) replication.Config {
	config := c.sourceConfig()
	config.Logger = logger
	return config
}

// takeState locks the state, so that no service runs meanwhile.
func (t *teardown) takeState() error {
	if _, err := os.Stat(t.State.Dir); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var err error
	t.state, err = store.OpenDir(t.State.Dir)
	return err
}

func (t *teardown) epochs() []store.Epoch {
	if t.state == nil {
		return nil
	}
	return t.state.Epochs()
}

// connectRedis makes sure, before anything is removed, that the documents can be.
func (t *teardown) connectRedis(ctx context.Context) (*writer.Redis, error) {
	if !t.keys {
		return nil, nil
	}
	if len(t.epochs()) == 0 {
		return nil, errors.New("there is no local state that knows which keys in Redis are ours; nothing was removed\n" +
			"  `materializer run --exit-when-caught-up` finds them, and then `materializer teardown --keys` removes them")
	}
	for _, epoch := range t.epochs() {
		if epoch.Err != nil {
			return nil, fmt.Errorf("nothing was removed: which keys are ours cannot be read: %w", epoch.Err)
		}
	}
	redis, err := t.openRedis(writer.Config{})
	if err != nil {
		return nil, err
	}
	if _, _, err := redis.Marker(ctx); err != nil {
		return nil, errors.Join(err, redis.Close())
	}
	return redis, nil
}

// confirm tells what will be removed, and asks.
func (t *teardown) confirm() error {
	fmt.Fprintf(t.console, "This removes\n")
	if !t.stateOnly {
		fmt.Fprintf(t.console, "  the replication slot %s and the publication %s\n", t.Source.Slot, t.Source.Publication)
	}
	if t.keys {
		fmt.Fprintf(t.console, "  the documents in Redis at %s\n", t.Redacted().Target.URL)
	}
	fmt.Fprintf(t.console, "  the local state in %s (%s)\n", t.State.Dir, count(len(t.epochs()), "state", "states"))
	if t.yes {
		return nil
	}
	fmt.Fprint(t.console, "Go on? [y/N] ")
	answer, _ := bufio.NewReader(t.in).ReadString('\n') // no answer is a no
	if answer = strings.ToLower(strings.TrimSpace(answer)); answer == "y" || answer == "yes" {
		return nil
	}
	return errors.New("nothing was removed; --yes does not ask")
}

func (t *teardown) dropSource(ctx context.Context, source *replication.Source) error {
	if err := source.Drop(ctx); err != nil {
		return err
	}
	return t.tell("slot %s and publication %s are removed", t.Source.Slot, t.Source.Publication)
}

// removeKeys deletes the documents that the states know of.
func (t *teardown) removeKeys(ctx context.Context, redis *writer.Redis) error {
	if err := redis.DeleteMarker(ctx); err != nil {
		return err
	}
	k := &keyRemover{redis: redis}
	for _, epoch := range t.epochs() {
		if err := k.remove(ctx, t.state, epoch.Number); err != nil {
			return err
		}
	}
	return t.tell("%s keys in Redis are removed", thousands(k.removed))
}

func (t *teardown) removeState() error {
	for _, epoch := range t.epochs() {
		if err := t.state.Remove(epoch.Number); err != nil {
			return err
		}
	}
	return t.tell("local state in %s is removed", t.State.Dir)
}

func (t *teardown) tell(format string, args ...any) error {
	_, err := fmt.Fprintf(t.out, format+"\n", args...)
	return err
}

// keyRemover deletes keys, many at a time.
type keyRemover struct {
	redis   *writer.Redis
	keys    [][]byte
	removed int64
}

// remove deletes all keys that a state knows: published ones, and those that it
// has inherited and not yet removed.
func (k *keyRemover) remove(ctx context.Context, state *store.Dir, number uint64) error {
	db, err := state.Open(number, store.Options{})
	if err != nil {
		return err
	}
	err = errors.Join(k.published(ctx, db), k.leftovers(ctx, db), db.Close())
	if err != nil {
		return err
	}
	return k.flush(ctx)
}

func (k *keyRemover) published(ctx context.Context, db *store.DB) error {
	return db.PublishedAll(func(_ uint16, _ []byte, published store.Published) error {
		for _, name := range published.Keys {
			if err := k.add(ctx, keyOf(name)); err != nil {
				return err
			}
		}
		return nil
	})
}

// keyOf is the key in Redis of what a name in local state stands for: the
// collection of an element.
func keyOf(name []byte) []byte {
	if key, _, ok := projections.SplitElement(name); ok {
		return key
	}
	return name
}

func (k *keyRemover) leftovers(ctx context.Context, db *store.DB) error {
	var from []byte
	for {
		batch, err := db.Leftovers(from, 1000)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, leftover := range batch {
			if err := k.add(ctx, keyOf(leftover.Key)); err != nil {
				return err
			}
		}
		from = append(append([]byte(nil), batch[len(batch)-1].Key...), 0)
	}
}

func (k *keyRemover) add(ctx context.Context, key []byte) error {
	k.keys = append(k.keys, append([]byte(nil), key...))
	if len(k.keys) < 1000 {
		return nil
	}
	return k.flush(ctx)
}

func (k *keyRemover) flush(ctx context.Context) error {
	if len(k.keys) == 0 {
		return nil
	}
	if err := k.redis.Delete(ctx, k.keys); err != nil {
		return err
	}
	k.removed += int64(len(k.keys))
	k.keys = k.keys[:0]
	return nil
}
