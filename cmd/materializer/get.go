package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"materializer/config"
	"materializer/projections"
	"materializer/writer"
)

func (p *program) getCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "get PROJECTION KEY...",
		Short: "print what is in Redis under a key",
		Long: "Prints what applications read, of any shape: a JSON document, a text, the fields of a hash,\n" +
			"the members of a set, the scores and members of a sorted set. KEY is the whole key in Redis,\n" +
			"or the values that stand for the braces of the projection's key. Exit code 1 if there is none.",
		Example: "  materializer get product 42\n  materializer get product product:42",
		Args:    cobra.MinimumNArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := p.load(cmd, "target.url")
			if err != nil {
				return err
			}
			if err := c.known(args[0]); err != nil {
				return err
			}
			return p.get(cmd.Context(), c, args[0], args[1:])
		},
	}
}

func (p *program) get(ctx context.Context, c configuration, name string, values []string) (err error) {
	keys, err := c.keys(name, values)
	if err != nil {
		return usage(err)
	}
	redis, err := c.openRedis(writer.Config{})
	if err != nil {
		return err
	}
	defer func() { _ = redis.Close() }() // it was only read
	for _, key := range keys {
		value, err := redis.Value(ctx, []byte(key))
		if err != nil {
			return err
		}
		if value.Type != "none" {
			return p.print(key, value)
		}
	}
	return fmt.Errorf("there is nothing under %s", strings.Join(keys, ", nor under "))
}

// keys are the keys that may be meant, the likeliest first: what looks like one
// of the projection's keys, then its templates filled with the values.
func (c configuration) keys(name string, values []string) ([]string, error) {
	var keys, templates []string
	for _, template := range c.projection(name).Keys {
		templates = append(templates, template.Value)
		if len(values) == 1 && projections.CouldBeKey(template.Value, values[0]) {
			keys = append(keys, values[0])
		}
	}
	for _, template := range templates {
		if key, err := projections.FillTemplate(template, values); err == nil {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("the keys of projection %s are %s: %s cannot stand for their braces", name, strings.Join(templates, ", "), strings.Join(values, " "))
	}
	return keys, nil
}

// projection finds one that is known to be there.
func (c configuration) projection(name string) *config.Projection {
	for _, projection := range c.file.Projections {
		if projection.Name.Value == name {
			return projection
		}
	}
	panic("the projection " + name + " was known to be there")
}

// print writes what is under a key: for people JSON is indented and columns are
// aligned; for programs JSON is as it is, and a tab stands between columns.
func (p *program) print(key string, v writer.Value) error {
	var lines [][]string
	switch v.Type {
	case "string":
		_, err := p.out.Write(append(p.readable(v.Text), '\n'))
		return err
	case "hash":
		for _, field := range sorted(v.Fields) {
			lines = append(lines, []string{oneLine(field.Name), oneLine(field.Value)})
		}
	case "set":
		for _, member := range v.Members {
			lines = append(lines, []string{oneLine(member.Name)})
		}
	case "zset":
		for _, member := range v.Members {
			lines = append(lines, []string{strconv.FormatFloat(member.Score, 'g', -1, 64), oneLine(member.Name)})
		}
	default:
		return fmt.Errorf("%s holds a %s, which is none of ours", key, v.Type)
	}
	return p.printLines(lines)
}

func (p *program) printLines(lines [][]string) error {
	var text strings.Builder
	for _, line := range lines {
		text.WriteString(strings.Join(line, "\t") + "\n")
	}
	out, flush := p.out, func() error { return nil }
	if isTerminal(p.out) {
		table := tabwriter.NewWriter(p.out, 0, 0, 3, ' ', 0)
		out, flush = table, table.Flush
	}
	if _, err := io.WriteString(out, text.String()); err != nil {
		return err
	}
	return flush()
}

// oneLine is a text as it is, and quoted where it would break the line.
func oneLine(text []byte) string {
	if !utf8.Valid(text) || bytes.ContainsFunc(text, unicode.IsControl) {
		return strconv.Quote(string(text))
	}
	return string(text)
}

// readable is JSON indented where people read it.
func (p *program) readable(body []byte) []byte {
	var indented bytes.Buffer
	if isTerminal(p.out) && json.Indent(&indented, body, "", "  ") == nil {
		return indented.Bytes()
	}
	return body
}

// sorted puts fields in the order of their names: Redis keeps none.
func sorted(fields []writer.Field) []writer.Field {
	slices.SortFunc(fields, func(a, b writer.Field) int { return bytes.Compare(a.Name, b.Name) })
	return fields
}
