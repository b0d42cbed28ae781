package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// plan is how much is measured.
type plan struct {
	rows     int           // in the root table
	changes  int           // of a backlog
	runs     int           // of each experiment
	duration time.Duration // of a run that measures latency
	rate     int           // commits per second in it

	groups       []int // sizes
	groupChanges int   // in each
}

var (
	usual = plan{rows: 300_000, changes: 300_000, runs: 3, duration: 8 * time.Second, rate: 1000,
		groups: []int{10, 1000, 100_000, 1_000_000}, groupChanges: 1000}
	quick = plan{rows: 20_000, changes: 20_000, runs: 1, duration: 2 * time.Second, rate: 500,
		groups: []int{10, 10_000}, groupChanges: 200}
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options is the command line.
type options struct {
	plan
	only     string
	programs programs
	args     string
	out      string
	cpus     int
}

func parse(args []string) (options, error) {
	o := options{}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	short := flags.Bool("quick", false, "little of everything: shows that it works, and no more")
	flags.IntVar(&o.rows, "rows", 0, "rows of the root table")
	flags.IntVar(&o.changes, "changes", 0, "changes of a backlog, no more than rows")
	flags.IntVar(&o.runs, "runs", 0, "runs of each experiment")
	flags.IntVar(&o.rate, "rate", 0, "commits per second when latency is measured")
	flags.StringVar(&o.only, "only", "load,large,single,latency,groups", "experiments: load, large and single (transactions), latency, groups")
	flags.Var(&o.programs, "materializer", "NAME=PROGRAM to be measured, several times for several; built from this checkout if not given")
	flags.StringVar(&o.args, "arguments", "run", "arguments of the program, before --config FILE")
	flags.StringVar(&o.out, "o", "", "file for the results, beside the terminal")
	flags.IntVar(&o.cpus, "cpus", 2, "processors for everything together; 0 for all")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	standard := usual
	if *short {
		standard = quick
	}
	o.duration, o.groups, o.groupChanges = standard.duration, standard.groups, standard.groupChanges
	for _, each := range []struct{ value, standard *int }{
		{&o.rows, &standard.rows}, {&o.changes, &standard.changes}, {&o.runs, &standard.runs}, {&o.rate, &standard.rate},
	} {
		if *each.value == 0 {
			*each.value = *each.standard
		}
	}
	o.changes = min(o.changes, o.rows)
	return o, nil
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == "profiled" {
		return runProfiled(ctx, args[1:])
	}
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := confine(o.cpus); err != nil {
		return err
	}
	var out io.Writer = os.Stdout
	if o.out != "" {
		file, err := os.Create(o.out)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }() // what is in it was printed, too
		out = io.MultiWriter(os.Stdout, file)
	}
	for _, w := range workloads {
		if o.only == "groups" {
			break
		}
		if err := measureWorkload(ctx, w, o, out); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	if !o.wanted("groups") {
		return nil
	}
	if err := measureGroups(ctx, o, out); err != nil {
		return fmt.Errorf("%s: %w", groups.name, err)
	}
	return nil
}

// wanted tells whether an experiment is to be made.
func (o options) wanted(name string) bool { return slices.Contains(strings.Split(o.only, ","), name) }

// built is the programs to be measured: that of this checkout if none are given.
func (o options) built(ctx context.Context, s *site) (programs, error) {
	if len(o.programs) > 0 {
		return o.programs, nil
	}
	path, err := build(ctx, s)
	return programs{{"materializer", path}}, err
}

func measureWorkload(ctx context.Context, w workload, o options, out io.Writer) (err error) {
	s, err := openSite(ctx, w, o.rows)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	described, err := s.machine(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, described)
	if o.programs, err = o.built(ctx, s); err != nil {
		return err
	}
	all := s.contestants(o)
	defer func() {
		for _, c := range all {
			err = errors.Join(err, c.close(context.WithoutCancel(ctx)))
		}
	}()
	return s.measureAll(ctx, all, o, out)
}

// contestants is who is measured. Another one is added here.
func (s *site) contestants(o options) []contestant {
	all := []contestant{
		&copyOut{s},
		&recvlogical{s},
		&stream{site: s},
		&redisWrite{site: s, group: 1},
		&redisWrite{site: s, group: 50},
	}
	for _, p := range o.programs {
		all = append(all, &materializer{site: s, label: p.label, program: p.path, args: strings.Fields(o.args)})
	}
	return all
}

// programs are versions of the service, measured beside each other.
type programs []struct{ label, path string }

// String is for package flag.
func (p *programs) String() string { return "" }

// Set takes NAME=PROGRAM.
func (p *programs) Set(text string) error {
	label, path, ok := strings.Cut(text, "=")
	if !ok || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return errors.New("want NAME=PROGRAM, the name in lower-case letters, digits and underscores")
	}
	*p = append(*p, struct{ label, path string }{label, path})
	return nil
}

// measureAll makes the experiments, the load first: the others begin where it ends.
func (s *site) measureAll(ctx context.Context, all []contestant, o options, out io.Writer) error {
	p := o.plan
	if !o.wanted("load") {
		p.runs = 1
	}
	loaded, err := s.load(ctx, all, p)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	if o.wanted("load") {
		if err := loaded.table().print(out); err != nil {
			return err
		}
	}
	for _, size := range []struct {
		name         string
		transactions int
	}{{"large", 10_000}, {"single", 1}} {
		if !o.wanted(size.name) {
			continue
		}
		drained, err := s.drain(ctx, all, o.plan, size.transactions)
		if err != nil {
			return fmt.Errorf("%s transactions: %w", size.name, err)
		}
		if err := drained.table().print(out); err != nil {
			return err
		}
	}
	if !o.wanted("latency") {
		return nil
	}
	delayed, err := s.latency(ctx, all, o.plan, o.rate)
	if err != nil {
		return fmt.Errorf("latency: %w", err)
	}
	return delayed.table().print(out)
}

// build compiles the program of this checkout.
func build(ctx context.Context, s *site) (string, error) {
	path := s.path("materializer")
	command := exec.CommandContext(ctx, "go", "build", "-o", path, "materializer/cmd/materializer")
	if said, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the materializer: %w\n%s", err, said)
	}
	return path, nil
}
