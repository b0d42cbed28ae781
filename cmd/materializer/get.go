package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"materializer/config"
	"materializer/projections"
	"materializer/writer"
)

func (p *program) getCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "get PROJECTION KEY...",
		Short: "print a document as it is in Redis",
		Long: "Prints a document as applications read it. KEY is the whole key in Redis, or the values\n" +
			"that stand for the braces of the projection's key. Exit code 1 if there is none.",
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
		body, err := redis.Get(ctx, []byte(key))
		if err != nil {
			return err
		}
		if body != nil {
			return p.print(body)
		}
	}
	return fmt.Errorf("there is no document under %s", strings.Join(keys, ", nor under "))
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

// print writes a document: indented for people, as it is for programs.
func (p *program) print(body []byte) error {
	var indented bytes.Buffer
	if isTerminal(p.out) && json.Indent(&indented, body, "", "  ") == nil {
		body = indented.Bytes()
	}
	_, err := p.out.Write(append(body, '\n'))
	return err
}
