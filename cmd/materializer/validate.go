package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"materializer/replication"
)

func (p *program) validateCommand() *cobra.Command {
	offline := false
	cmd := &cobra.Command{
		Use:   "validate",
		Short: "check the configuration, against the database too",
		Long: "Checks the configuration and everything in the database that replicating its tables\n" +
			"depends on. Changes nothing. Exit code 2 if something is to be mended.",
		Example: "  materializer validate\n  materializer validate --offline --config shop.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if offline {
				return p.validateFile(cmd)
			}
			return p.validate(cmd)
		},
	}
	cmd.Flags().BoolVar(&offline, "offline", false, "check the file alone, without the database")
	return cmd
}

func (p *program) validateFile(cmd *cobra.Command) error {
	c, err := p.load(cmd)
	if err != nil {
		return err
	}
	fmt.Fprint(p.console, c.warnings.Render(c.file.Source))
	_, err = fmt.Fprintf(p.out, "%s is well formed: %s; the database was not asked\n",
		c.file.Path, count(len(c.file.Projections), "projection", "projections"))
	return err
}

func (p *program) validate(cmd *cobra.Command) error {
	c, err := p.load(cmd, "source.url")
	if err != nil {
		return err
	}
	s, err := c.prepare(cmd.Context(), nil)
	if err != nil {
		return notValid(err)
	}
	defer s.Close()
	fmt.Fprint(p.console, append(c.warnings, s.plan.Warnings...).Render(c.file.Source))
	for _, finding := range s.findings {
		fmt.Fprintln(p.console, finding)
	}
	for _, projection := range s.plan.Projections {
		if _, err := fmt.Fprintln(p.out, s.plan.Summary(projection)); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(p.out, "%s is fine, and so is the database\n", c.file.Path)
	return err
}

// notValid makes every failure to check one of the configuration.
func notValid(err error) error {
	if replication.Retryable(err) {
		err = fmt.Errorf("%w\n  the database could not be asked; --offline checks the file alone", err)
	}
	if exitCode(err) == exitFailed {
		return usage(err)
	}
	return err
}
