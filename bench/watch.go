package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// watch is a reader of documents: Redis tells it which keys were written, it
// reads them, and what it finds is seen. It works for whoever writes documents
// that hold the number of their last change, and costs a reply per document.
func (s *site) watch(ctx context.Context, client *redis.Client, seen func(seqs ...int64)) (stop func() error, err error) {
	if err := client.ConfigSet(ctx, "notify-keyspace-events", "K$").Err(); err != nil {
		return nil, fmt.Errorf("watch keys: %w", err)
	}
	const channel = "__keyspace@0__:"
	told := client.PSubscribe(ctx, channel+"*")
	if _, err := told.Receive(ctx); err != nil { // the confirmation
		return nil, fmt.Errorf("watch keys: %w", err)
	}
	ended := make(chan error, 1)
	messages := told.Channel(redis.WithChannelSize(1 << 16))
	go func() {
		var keys []string
		for message := range messages {
			keys = append(keys[:0], strings.TrimPrefix(message.Channel, channel))
			for len(messages) > 0 && len(keys) < 100 {
				keys = append(keys, strings.TrimPrefix((<-messages).Channel, channel))
			}
			if err := read(ctx, client, keys, seen); err != nil {
				ended <- err
				return
			}
		}
		ended <- nil
	}()
	return func() error {
		if err := told.Close(); err != nil {
			return fmt.Errorf("watch keys: %w", err)
		}
		if err := <-ended; err != nil {
			return fmt.Errorf("watch keys: %w", err)
		}
		return client.ConfigSet(ctx, "notify-keyspace-events", "").Err()
	}, nil
}

func read(ctx context.Context, client *redis.Client, keys []string, seen func(seqs ...int64)) error {
	documents, err := client.MGet(ctx, keys...).Result()
	if err != nil {
		return err
	}
	var seqs []int64
	for _, document := range documents {
		if text, ok := document.(string); ok {
			if seq, ok := seqOf(text); ok {
				seqs = append(seqs, seq)
			}
		}
	}
	seen(seqs...)
	return nil
}
