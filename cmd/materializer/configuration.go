package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"materializer/config"
	"materializer/replication"
	"materializer/writer"
)

// configuration is what a command was told: the file with everything over it.
type configuration struct {
	*config.Settings
	file     *config.File
	warnings config.Problems
}

// load reads the configuration; wanted settings that are missing are mistakes.
// All mistakes are told at once.
func (p *program) load(cmd *cobra.Command, wanted ...string) (configuration, error) {
	path, err := cmd.Flags().GetString("config")
	if err != nil {
		return configuration{}, err
	}
	settings, file, problems := config.Load(path, cmd.Flags(), nil)
	c := configuration{settings, file, problems.Warnings()}
	return c, c.refuse(append(problems, settings.Require(wanted...)...))
}

// refuse renders mistakes in the configuration; nil if there are only warnings.
func (c configuration) refuse(problems config.Problems) error {
	err := problems.Err()
	if err == nil {
		return nil
	}
	n := len(problems.Mistakes())
	text := problems.Render(c.file.Source) + fmt.Sprintf("\n%s. Nothing was touched.\n", count(n, "mistake", "mistakes"))
	return renderedError{text, err}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// sourceConfig is how the settings say where PostgreSQL is.
func (c configuration) sourceConfig() replication.Config {
	return replication.Config{
		URL: c.Source.URL, Name: c.Name, Slot: c.Source.Slot, Publication: c.Source.Publication,
		ColumnLists: c.Source.ColumnLists, NoFailover: !c.Source.Failover,
	}
}

// openRedis opens the target, which does not connect yet.
func (c configuration) openRedis(config writer.Config) (*writer.Redis, error) {
	config.URL, config.Name = c.Target.URL, c.Name
	redis, err := writer.Open(config)
	return redis, usage(err)
}
