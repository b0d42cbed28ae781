package oracle

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"

	"materializer/projections"
)

// shaped compares documents that are no JSON strings with what is under their
// keys. Members of collections are gathered: see collections.
func (c *comparison) shaped(ctx context.Context, p *projections.Projection, batch []wanted) error {
	for _, want := range batch {
		var err error
		switch p.Shape {
		case projections.Hash:
			err = c.hash(ctx, p, want)
		case projections.Text:
			err = c.text(ctx, p, want)
		default:
			err = c.member(want)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", want.key, err)
		}
	}
	return nil
}

func (c *comparison) text(ctx context.Context, p *projections.Projection, want wanted) error {
	c.found.Compared++
	var text string
	if err := json.Unmarshal([]byte(want.document), &text); err != nil {
		return err
	}
	have, err := c.redis.Get(ctx, want.key).Result()
	if d, wrong := c.differs(p, want.key, text, have, err); wrong {
		c.found.add(d)
	}
	return ignoreReplies(err)
}

// differs is the difference of two texts, if there is one.
func (c *comparison) differs(p *projections.Projection, key, want, have string, err error) (Difference, bool) {
	d := Difference{Projection: p.Name, Key: key, Want: want, Have: have}
	switch {
	case errors.Is(err, redis.Nil):
		d.Kind = Missing
	case err != nil:
		d.Kind, d.Have = Malformed, err.Error()
	case have != want:
		d.Kind = Different
	default:
		return d, false
	}
	return d, true
}

// ignoreReplies keeps errors other than Redis' answers.
func ignoreReplies(err error) error {
	var reply redis.Error
	if errors.As(err, &reply) {
		return nil
	}
	return err
}

func (c *comparison) hash(ctx context.Context, p *projections.Projection, want wanted) error {
	c.found.Compared++
	var fields map[string]json.RawMessage
	if err := json.Unmarshal([]byte(want.document), &fields); err != nil {
		return err
	}
	have, err := c.redis.HGetAll(ctx, want.key).Result()
	if err != nil {
		d, _ := c.differs(p, want.key, want.document, "", err)
		c.found.add(d)
		return ignoreReplies(err)
	}
	if len(have) == 0 {
		c.found.add(Difference{Kind: Missing, Projection: p.Name, Key: want.key, Want: want.document})
		return nil
	}
	return c.fields(ctx, p, want.key, fields, have)
}

// fields compares the fields of one hash. What is no string is JSON text, and
// compared as jsonb.
func (c *comparison) fields(ctx context.Context, p *projections.Projection, key string, fields map[string]json.RawMessage, have map[string]string) error {
	different := func(name, want, have string) {
		c.found.add(Difference{Kind: Different, Projection: p.Name, Key: key, Path: name, WantThere: want, HaveThere: have})
	}
	texts := textFields(p.Body)
	var trees, ours []string
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		wanted := string(fields[name])
		shown, there := have[name]
		delete(have, name)
		switch {
		case !there:
			different(name, wanted, "no such field")
		case wanted[0] != '"' || !texts[name]:
			trees, ours = append(trees, name), append(ours, shown)
		default:
			if err := json.Unmarshal(fields[name], &wanted); err != nil {
				return err
			}
			if wanted != shown {
				different(name, wanted, shown)
			}
		}
	}
	canonical, err := c.canonical(ctx, ours)
	if err != nil {
		return err
	}
	for i, name := range trees {
		switch wanted := string(fields[name]); {
		case canonical[i].fault != "":
			different(name, wanted, ours[i]+" (PostgreSQL: "+canonical[i].fault+")")
		case canonical[i].text != wanted:
			different(name, wanted, canonical[i].text)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		different(name, "no such field", have[name])
	}
	return nil
}

// textFields are the fields of a hash whose strings are shown without quotes: all
// but those of the JSON types.
func textFields(b *projections.Body) map[string]bool {
	texts := map[string]bool{}
	for _, item := range b.Items {
		e := item.Expr
		if r := item.Relation; r != nil {
			if r.Inline {
				maps.Copy(texts, textFields(r.Body))
			}
			e = r.Value
		}
		texts[item.Name] = texts[item.Name] || e != nil && e.Type().Name != "json" && e.Type().Name != "jsonb"
	}
	return texts
}

// member notes a member of a collection. Of several scores the highest counts.
func (c *comparison) member(want wanted) error {
	var pair [2]any
	if err := json.Unmarshal([]byte(want.document), &pair); err != nil {
		return err
	}
	score, err := strconv.ParseFloat(fmt.Sprint(pair[1]), 64)
	if err != nil {
		return err
	}
	score += 0 // no negative zero
	if c.members == nil {
		c.members = map[string]map[string]float64{}
	}
	if c.members[want.key] == nil {
		c.members[want.key] = map[string]float64{}
	}
	name := pair[0].(string)
	if have, again := c.members[want.key][name]; !again || score > have {
		c.members[want.key][name] = score
	}
	return nil
}

// collections compares the collections of a projection.
func (c *comparison) collections(ctx context.Context, p *projections.Projection) error {
	for _, key := range slices.Sorted(maps.Keys(c.members)) {
		c.found.Compared++
		have, err := c.membersIn(ctx, p, key)
		d, wrong := c.differs(p, key, membersText(c.members[key]), membersText(have), err)
		if wrong && err == nil && len(have) == 0 {
			d.Kind = Missing
		}
		if wrong {
			c.found.add(d)
		}
		if ignoreReplies(err) != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
	}
	c.members = nil
	return nil
}

func (c *comparison) membersIn(ctx context.Context, p *projections.Projection, key string) (map[string]float64, error) {
	have := map[string]float64{}
	if p.Shape == projections.Set {
		members, err := c.redis.SMembers(ctx, key).Result()
		for _, member := range members {
			have[member] = 0
		}
		return have, err
	}
	members, err := c.redis.ZRangeWithScores(ctx, key, 0, -1).Result()
	for _, member := range members {
		have[member.Member.(string)] = member.Score
	}
	return have, err
}

func membersText(members map[string]float64) string {
	var lines []string
	for _, member := range slices.Sorted(maps.Keys(members)) {
		lines = append(lines, fmt.Sprintf("%q %v", member, members[member]))
	}
	return strings.Join(lines, "\n")
}
