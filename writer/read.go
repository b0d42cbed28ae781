package writer

import (
	"context"
	"fmt"
)

// How many keys one command reads, deletes or looks at.
const (
	readKeys   = 128
	deleteKeys = 512
	scanKeys   = 512
)

// Marker reads the marker without connecting for writing. False means that
// there is none, or none that says anything.
func (r *Redis) Marker(ctx context.Context) (Marker, bool, error) {
	reply, err := r.reader.Do(ctx, r.readMarker(ctx).Args()...).Slice()
	if err != nil {
		return Marker{}, false, newError("read the marker", err)
	}
	found, ok := storedFrom(reply).decode()
	return found, ok, nil
}

// Values reads many documents, some at a time. A value is nil where there is
// no such key or it holds something other than a string.
func (r *Redis) Values(ctx context.Context, keys [][]byte) ([][]byte, error) {
	values := make([][]byte, 0, len(keys))
	for len(keys) > 0 {
		n := min(len(keys), readKeys)
		args := make([]any, 1, 1+n)
		args[0] = "mget"
		for i := range keys[:n] {
			args = append(args, (*argument)(&keys[i]))
		}
		reply, err := r.reader.Do(ctx, args...).Slice()
		if err == nil && len(reply) != n {
			err = fmt.Errorf("%d values for %d keys", len(reply), n)
		}
		if err != nil {
			return nil, newError("read from Redis", err)
		}
		for _, value := range reply {
			values = append(values, bytesOf(value))
		}
		keys = keys[n:]
	}
	return values, nil
}

func bytesOf(value any) []byte {
	text, ok := value.(string)
	if !ok {
		return nil
	}
	if text == "" {
		return []byte{} // not nil: the key is there
	}
	return []byte(text)
}

// Scan calls fn with the keys that match the pattern, some at a time. A key
// there from beginning to end is seen, perhaps more than once.
func (r *Redis) Scan(ctx context.Context, pattern string, fn func(keys []string) error) error {
	var cursor uint64
	for {
		keys, next, err := r.reader.Scan(ctx, cursor, pattern, scanKeys).Result()
		if err != nil {
			return newError("scan Redis", err)
		}
		if len(keys) > 0 {
			if err := fn(keys); err != nil {
				return err
			}
		}
		if next == 0 {
			return nil
		}
		cursor = next
	}
}

// Delete removes keys, some at a time, for a teardown: it is not fenced and
// must not run while documents are written.
func (r *Redis) Delete(ctx context.Context, keys [][]byte) error {
	for len(keys) > 0 {
		n := min(len(keys), deleteKeys)
		args := make([]any, 1, 1+n)
		args[0] = "unlink"
		for i := range keys[:n] {
			args = append(args, (*argument)(&keys[i]))
		}
		if err := r.reader.Do(ctx, args...).Err(); err != nil {
			return newError("delete from Redis", err)
		}
		keys = keys[n:]
	}
	return nil
}

// DeleteMarker removes the marker, for a teardown. A writer that runs takes it for lost data.
func (r *Redis) DeleteMarker(ctx context.Context) error {
	return r.Delete(ctx, [][]byte{[]byte(r.MarkerKey())})
}
