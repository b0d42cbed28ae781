// Command materializer keeps denormalized documents in Redis up to date with
// PostgreSQL, and says how it does.
//
// The commands parse, wire the stages together and turn errors into exit codes
// (exit.go); what a stage does is in its package. run.go is the service. The
// first SIGINT or SIGTERM stops it in good order, the second at once; a kill
// is as safe. Nothing it prints holds a password or a row's values.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second signal ends the process
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run executes one command line and gives the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, messages io.Writer) int {
	p := &program{in: in, out: out, console: newConsole(messages)}
	root := p.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprint(p.console, describe(err))
	}
	return exitCode(err)
}
