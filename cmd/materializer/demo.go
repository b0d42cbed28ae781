package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"materializer/internal/demo"
)

func demoCommand() *cobra.Command {
	o := demo.Options{Service: func(ctx context.Context, args []string, log io.Writer) int {
		return run(ctx, args, strings.NewReader(""), log, log)
	}}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "see it work: servers of its own, a shop, and changes that become visible",
		Long: "Starts a PostgreSQL and a Redis of its own, fills a shop, keeps its documents up to\n" +
			"date with the example configuration, and changes the shop all the time, while a reader\n" +
			"times how soon each change can be read. It needs the programs of PostgreSQL and Redis,\n" +
			"touches none of your servers, and removes everything at the end.",
		Example: "  materializer demo\n  materializer demo --duration 30s --rows 1000000",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkDemo(cmd, o); err != nil {
				return usage(err)
			}
			o.Out = cmd.OutOrStdout()
			err := demo.Run(cmd.Context(), o)
			if errors.Is(err, demo.ErrMissing) {
				return usage(err)
			}
			return err
		},
	}
	cmd.Flags().IntVar(&o.Rows, "rows", 120_000, "rows of the shop, in all tables together")
	cmd.Flags().IntVar(&o.Rate, "rate", 200, "transactions a second")
	cmd.Flags().DurationVar(&o.Duration, "duration", 0, "end after this time, such as 30s (default: at Ctrl-C)")
	cmd.Flags().Uint64Var(&o.Seed, "seed", 1, "another number makes another shop")
	cmd.Flags().BoolVar(&o.Keep, "keep", false, "keep the directory with all data at the end")
	return cmd
}

// checkDemo refuses what would be ignored or cannot be.
func checkDemo(cmd *cobra.Command, o demo.Options) (err error) {
	cmd.InheritedFlags().VisitAll(func(flag *pflag.Flag) {
		if !flag.Changed {
			return
		}
		err = fmt.Errorf("--%s does not go with the demo, which has servers and a configuration of its own; see materializer run", flag.Name)
	})
	switch {
	case err != nil:
		return err
	case o.Rows < 1 || o.Rows > 100_000_000:
		return fmt.Errorf("--rows is %d: want 1 to 100000000", o.Rows)
	case o.Rate < 1 || o.Rate > 100_000:
		return fmt.Errorf("--rate is %d: want 1 to 100000", o.Rate)
	case o.Duration < 0:
		return fmt.Errorf("--duration is %s: want a time such as 30s, or 0 for no end", o.Duration)
	}
	return nil
}
