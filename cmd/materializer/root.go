package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"materializer/config"
)

// program is one invocation.
type program struct {
	in      io.Reader
	out     io.Writer // results
	console *console  // messages
}

const overview = `materializer keeps denormalized documents in Redis up to date with PostgreSQL.

You write in projections.yaml which rows make which documents. The service reads
PostgreSQL's replication stream, and applications read the documents with GET.

To begin:
  materializer init TABLE   write a projections.yaml from the foreign keys around a table
  materializer validate     check projections.yaml against the database
  materializer explain      see what is stored, and what each change leads to
  materializer run          load everything, then follow every change
  materializer status       see how far it is

`

// root is the command line. A command is added in one line.
func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:                        "materializer",
		Short:                      "documents in Redis, kept up to date with PostgreSQL",
		Long:                       strings.TrimSpace(overview),
		SilenceErrors:              true,
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
		Args:                       unknownCommand,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.console)
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(fmt.Errorf("%w; see %s --help", err, cmd.CommandPath()))
	})
	root.SetHelpCommand(helpCommand(root))
	root.PersistentFlags().StringP("config", "c", "projections.yaml", "the configuration")
	root.PersistentFlags().AddFlagSet(settingFlags())
	root.AddCommand(
		p.initCommand(),
		p.runCommand(),
		p.validateCommand(),
		p.explainCommand(),
		p.statusCommand(),
		p.getCommand(),
		p.teardownCommand(),
		demoCommand(),
		p.versionCommand(),
		settingsTopic(),
	)
	for _, command := range root.Commands() {
		command.Args = asUsage(command.Args)
	}
	return root
}

// settingFlags has a flag for every setting. They are the same for all commands,
// and shown by `help settings` rather than by each.
func settingFlags() *pflag.FlagSet {
	flags := pflag.NewFlagSet("settings", pflag.ContinueOnError)
	config.AddFlags(flags)
	flags.VisitAll(func(flag *pflag.Flag) { flag.Hidden = true })
	return flags
}

func settingsTopic() *cobra.Command {
	flags := pflag.NewFlagSet("settings", pflag.ContinueOnError)
	config.AddFlags(flags)
	return &cobra.Command{
		Use:   "settings",
		Short: "the settings of the file, which are also flags and environment variables",
		Long: "A setting of the file, such as source.url, is also a flag (--source-url) and an\n" +
			"environment variable (MATERIALIZER_SOURCE_URL). The flag wins over the variable,\n" +
			"the variable over the file.\n\n" + strings.TrimRight(flags.FlagUsages(), "\n"),
	}
}

// helpCommand is cobra's own, but for its name among the commands and for what
// it does about a command that is not there.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:    "help [COMMAND]",
		Short:  "help for a command",
		Hidden: true,
		RunE: func(_ *cobra.Command, args []string) error {
			found, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(root, args)
			}
			found.InitDefaultHelpFlag()
			return found.Help()
		},
	}
}

func unknownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("there is no command %q", args[0])
	if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		text += "; did you mean " + strings.Join(near, ", ") + "?"
	}
	return usage(errors.New(text + "\n`materializer help` lists them"))
}

// asUsage makes wrong arguments wrong usage.
func asUsage(check cobra.PositionalArgs) cobra.PositionalArgs {
	if check == nil {
		check = cobra.NoArgs
	}
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usage(fmt.Errorf("%w\nusage: %s", err, cmd.UseLine()))
		}
		return nil
	}
}
