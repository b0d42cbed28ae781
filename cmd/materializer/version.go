package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"materializer/store"
)

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print the version",
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(p.out, version())
			return err
		},
	}
}

// version is what the build says of itself.
func version() string {
	number, commit := "(devel)", "unknown"
	if build, ok := debug.ReadBuildInfo(); ok {
		if build.Main.Version != "" {
			number = build.Main.Version
		}
		for _, setting := range build.Settings {
			switch {
			case setting.Key == "vcs.revision":
				commit = setting.Value
			case setting.Key == "vcs.modified" && setting.Value == "true":
				commit += " (with changes)"
			}
		}
	}
	return fmt.Sprintf("materializer %s\ncommit       %s\ngo           %s %s/%s\nstate format %d\n",
		number, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH, store.FormatVersion)
}
