package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"materializer/internal/suggest"
)

func (p *program) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [PROJECTION]",
		Short: "show what is stored, and what each change leads to",
		Long: "Shows for each projection, or for one, its document, what is stored locally for it,\n" +
			"which way a change of each table finds the documents that it affects, and, by the\n" +
			"statistics that ANALYZE gathered, what can become expensive, why, and what to do instead.",
		Example: "  materializer explain product",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := p.load(cmd, "source.url")
			if err != nil {
				return err
			}
			if len(args) == 1 {
				if err := c.known(args[0]); err != nil {
					return err
				}
			}
			s, err := c.open(cmd.Context(), nil)
			if err != nil {
				return err
			}
			defer s.Close()
			return p.explain(s, args)
		},
	}
}

func (p *program) explain(s *source, names []string) error {
	first := true
	for _, projection := range s.plan.Projections {
		if len(names) == 1 && projection.Name != names[0] {
			continue
		}
		if !first {
			if _, err := fmt.Fprintln(p.out); err != nil {
				return err
			}
		}
		first = false
		if err := s.plan.Explain(p.out, projection); err != nil {
			return err
		}
	}
	return nil
}

// known refuses a projection that the configuration does not have.
func (c configuration) known(name string) error {
	var names []string
	for _, projection := range c.file.Projections {
		if projection.Name.Value == name {
			return nil
		}
		names = append(names, projection.Name.Value)
	}
	text := fmt.Sprintf("there is no projection %s; there are: %s", name, strings.Join(names, ", "))
	if near := suggest.Suggest(name, names); len(near) > 0 {
		text = fmt.Sprintf("there is no projection %s; did you mean %s?", name, strings.Join(near, ", "))
	}
	return usage(errors.New(text))
}
