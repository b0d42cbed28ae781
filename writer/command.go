package writer

import (
	"bytes"
	"math"
	"slices"
	"strconv"
)

// Kind is what a Command does.
type Kind byte

// The kinds.
const (
	String Kind = iota // Key holds Value, whatever it held before
	Hash               // Key holds Fields and no others, whatever it held before
	Delete             // Key goes, whatever it holds
	Drop               // Key goes unless it holds a set or sorted set, whose members go one by one
	Add                // Member is in the set under Key
	Score              // Member is in the sorted set under Key, with Score
	Remove             // Member is not in the set or sorted set under Key
)

// Command changes one key, or one member of a collection.
type Command struct {
	Kind   Kind
	Key    []byte
	Value  []byte
	Fields [][]byte // name, value, name, value, ...; none: the key goes
	Member []byte
	Score  float64 // no NaN
	// Replace allows Add and Score to take the place of something else under
	// Key, for which Write returns a WrongTypeError otherwise. Whoever sets it
	// sees to it that all members come again before the marker is moved.
	Replace bool
}

func (c *Command) size() int {
	switch c.Kind {
	case String:
		return len(c.Key) + len(c.Value)
	case Hash:
		size := len(c.Key)
		for _, part := range c.Fields {
			size += len(part)
		}
		return size
	}
	return len(c.Key) + len(c.Member)
}

// largest is what the server's limit is held against: the longest argument, or
// all that a hash holds, since readers want it whole.
func (c *Command) largest() int {
	if c.Kind == Hash {
		return max(len(c.Key), c.size()-len(c.Key))
	}
	return max(len(c.Key), len(c.Value), len(c.Member))
}

// isMember tells whether the command is about a member of a collection.
func (c *Command) isMember() bool { return c.Kind >= Add }

func (c *Command) refusal(reason string) Refusal { return Refusal{c.Key, c.Member, reason} }

// collection is the type that Redis gives a key for the member to go there.
func (c *Command) collection() string {
	if c.Kind == Score {
		return "zset"
	}
	return "set"
}

// arrange puts members of one collection next to each other where the order of
// the commands leaves that free: among neighbours of one kind.
func arrange(commands []Command) []Command {
	if !slices.ContainsFunc(commands, func(c Command) bool { return c.isMember() }) {
		return commands
	}
	commands = slices.Clone(commands)
	for rest := commands; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Kind == rest[0].Kind {
			n++
		}
		if rest[0].isMember() {
			slices.SortStableFunc(rest[:n], func(a, b Command) int { return bytes.Compare(a.Key, b.Key) })
		}
		rest = rest[n:]
	}
	return commands
}

// formatScore writes a score so that Redis reads the same double. Redis cannot
// tell 0 from -0 where a member has the one and is given the other: it is always 0.
func formatScore(score float64) string {
	switch {
	case score == 0:
		return "0"
	case math.IsInf(score, 1):
		return "inf"
	case math.IsInf(score, -1):
		return "-inf"
	}
	return strconv.FormatFloat(score, 'g', 17, 64)
}
