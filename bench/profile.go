package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"time"

	"materializer/config"
	"materializer/pipeline"
	"materializer/projections"
	"materializer/replication"
	"materializer/store"
	"materializer/writer"
)

// runProfiled is the service's pipeline in this program, with profiles of
// processor time and allocations written at its end:
//
//	bench -materializer BENCH -arguments "profiled -dir DIR"
//
// measures this program as if it were the service. Each start is numbered.
func runProfiled(ctx context.Context, args []string) (err error) {
	flags := flag.NewFlagSet("profiled", flag.ContinueOnError)
	dir := flags.String("dir", ".", "where the profiles go")
	path := flags.String("config", "", "the configuration")
	if err := flags.Parse(args); err != nil {
		return err
	}
	name := filepath.Join(*dir, time.Now().Format("150405"))
	cpu, err := os.Create(name + ".cpu")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cpu.Close()) }()
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return fmt.Errorf("profile: %w", err)
	}
	defer func() {
		pprof.StopCPUProfile()
		err = errors.Join(err, writeAllocations(name+".mem"))
	}()
	return runPipeline(ctx, *path)
}

func writeAllocations(name string) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	runtime.GC() // what it would have freed is not in the profile otherwise
	return errors.Join(pprof.Lookup("allocs").WriteTo(file, 0), file.Close())
}

func runPipeline(ctx context.Context, path string) (err error) {
	settings, file, problems := config.Load(path, nil, nil)
	if err := problems.Err(); err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	source, err := replication.Open(ctx, replication.Config{URL: settings.Source.URL, Name: settings.Name, Logger: logger})
	if err != nil {
		return err
	}
	defer source.Close()
	catalog, err := source.Catalog(ctx)
	if err != nil {
		return err
	}
	plan, problems := projections.Compile(file, catalog)
	if err := problems.Err(); err != nil {
		return err
	}
	redis, err := writer.Open(writer.Config{URL: settings.Target.URL, Name: settings.Name, Logger: logger})
	if err != nil {
		return err
	}
	state, err := store.OpenDir(settings.State.Dir)
	if err != nil {
		return errors.Join(err, redis.Close())
	}
	err = pipeline.New(pipeline.Config{
		Plan: plan, Source: &pipeline.Postgres{Source: source, Slot: settings.Source.Slot, Workers: settings.Source.LoadWorkers},
		Sink: redis, State: state, Slot: settings.Source.Slot, Logger: logger,
	}).Run(ctx)
	return errors.Join(err, redis.Close(), state.Close())
}
