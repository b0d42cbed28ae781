package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"
)

// content is what is under a key: names with texts, in their order. A text has one, without a name.
type content []part

type part struct{ name, text string }

// contentOf reads a document, a text, a hash or one member of a collection.
// Redis keeps no order of a hash's fields: they are sorted by name.
func contentOf(ctx context.Context, client *redis.Client, p probe) (content, error) {
	reply, err := client.Do(ctx, p.args...).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", p, err)
	}
	switch v := reply.(type) {
	case []any:
		var c content
		for i := 0; i+1 < len(v); i += 2 {
			c = append(c, part{fmt.Sprint(v[i]), spaced([]byte(fmt.Sprint(v[i+1])))})
		}
		slices.SortFunc(c, func(a, b part) int { return strings.Compare(a.name, b.name) })
		return c, nil
	case string:
		if p.args[0] == "zscore" {
			v = string(shortest([]byte(v)))
		}
		if fields, err := members([]byte(v)); err == nil {
			return fields, nil
		}
		return content{{"", v}}, nil
	default:
		return content{{"", fmt.Sprint(v)}}, nil
	}
}

// differences are the parts that are not what they were, as before -> after.
// Of objects within only what changed is told, and of lists what they are now.
func differences(before, after content) (lines []string) {
	if before == nil || after == nil {
		if before == nil && after == nil {
			return nil
		}
		return []string{before.short() + " -> " + after.short()}
	}
	had := map[string]string{}
	for _, part := range before {
		had[part.name] = part.text
	}
	for _, part := range after {
		if old := had[part.name]; old != part.text {
			lines = append(lines, part.since(old)...)
		}
	}
	return lines
}

// since tells how a part has changed.
func (p part) since(old string) (lines []string) {
	was, wasErr := members([]byte(old))
	now, nowErr := members([]byte(p.text))
	switch {
	case wasErr == nil && nowErr == nil:
		for _, line := range differences(was, now) {
			lines = append(lines, p.name+"."+line)
		}
		return lines
	case strings.HasPrefix(p.text, "["):
		return []string{p.name + ": now " + p.text}
	case p.name == "":
		return []string{old + " -> " + p.text}
	}
	return []string{p.name + ": " + old + " -> " + p.text}
}

// short is a text, or that there is a document.
func (c content) short() string {
	switch {
	case c == nil:
		return "nothing"
	case c[0].name == "":
		return c[0].text
	}
	return "{...}"
}
