package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"materializer/pipeline"
	"materializer/projections"
	"materializer/store"
	"materializer/writer"
)

func (p *program) runCommand() *cobra.Command {
	s := &service{program: p}
	cmd := &cobra.Command{
		Use:   "run",
		Short: "load what is missing, then follow every change until stopped",
		Long: "Loads the tables that projections use, writes all documents, and then follows every\n" +
			"change until it is stopped. It goes on where it was stopped or killed. Exit codes:\n" +
			"0 stopped, 1 failed, 2 configuration or preflight, 3 changes lost and source.on_gap is\n" +
			"halt, 4 slot or state owned by another, 5 local state unusable, 6 local disk full,\n" +
			"7 Redis may evict documents and target.strict is set.",
		Example: "  materializer run\n  materializer run --config shop.yaml --exit-when-caught-up",
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if s.configuration, err = p.load(cmd, "source.url", "target.url"); err != nil {
				return err
			}
			return stopped(cmd.Context(), s.run(cmd.Context()))
		},
	}
	cmd.Flags().BoolVar(&s.once, "exit-when-caught-up", false, "end once everything is visible that was committed before the stream was reached")
	cmd.Flags().DurationVar(&s.slotWait, "slot-wait", 30*time.Second, "how long to wait for a slot that another process reads")
	return cmd
}

// stopped takes the error away that only says that we were told to stop.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return nil
	}
	return err
}

// service is the run command: the stages wired together.
type service struct {
	*program
	configuration
	once     bool
	slotWait time.Duration
	log      *slog.Logger
	state    *store.Dir
	redis    *writer.Redis
	source   *source
	view     view
	progress progress
}

// run starts the stages in the order in which they can refuse, and closes them
// in the other.
func (s *service) run(ctx context.Context) (err error) {
	s.log = s.logger(s.console)
	shown := s.Redacted()
	s.log.Info("starting", "name", s.Name, "source", shown.Source.URL, "slot", s.Source.Slot, "target", shown.Target.URL, "state", s.State.Dir)
	defer func() {
		if stopped(ctx, err) == nil {
			s.log.Info("stopped")
		}
	}()
	if s.redis, err = s.openRedis(writer.Config{Logger: s.log}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.redis.Close()) }()
	registry, err := s.view.open(s.configuration, s.log)
	if err != nil {
		return err
	}
	return s.together(ctx, func(ctx context.Context) error { return s.work(ctx, registry) })
}

// together runs the HTTP server beside the work and ends it with the work.
func (s *service) together(ctx context.Context, work func(context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	serving, stop := context.WithCancel(ctx)
	group.Go(func() error { return s.view.run(serving) })
	group.Go(func() error {
		defer stop()
		return work(ctx)
	})
	return group.Wait()
}

// work is everything but showing: check, take the state, run the pipeline.
func (s *service) work(ctx context.Context, registry *prometheus.Registry) (err error) {
	if s.source, err = s.await(ctx, s.log); err != nil {
		return err
	}
	defer s.source.Close()
	s.tellWarnings()
	if s.state, err = store.OpenDir(s.State.Dir); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.state.Close()) }()
	if err := s.checkRedis(ctx); err != nil {
		return err
	}
	if err := awaitSlot(ctx, s.source.Source, s.slotWait, s.log); err != nil {
		return err
	}
	metrics := pipeline.NewMetrics()
	if err := metrics.Register(registry); err != nil {
		return fmt.Errorf("register metrics: %w", err)
	}
	s.progress.documents = expected(s.source.plan)
	previous := &pipeline.Previous{Redis: s.redis, Plan: s.source.plan, Logger: s.log}
	p := pipeline.New(pipeline.Config{
		Plan: s.source.plan, Sink: s.redis, State: s.state, Slot: s.Source.Slot,
		Source: &pipeline.Postgres{
			Source: s.source.Source, Slot: s.Source.Slot, Workers: s.Source.LoadWorkers, Progress: s.progress.load,
		},
		Previous: previous.Find, HaltOnGap: s.Source.OnGap == "halt", ExitWhenCaughtUp: s.once,
		Logger: s.log, Metrics: metrics,
	})
	s.view.show(p)
	return s.carry(ctx, p, metrics)
}

// carry runs the pipeline and tells how it comes along.
func (s *service) carry(ctx context.Context, p *pipeline.Pipeline, metrics *pipeline.Metrics) error {
	telling, stop := context.WithCancel(ctx)
	var group errgroup.Group
	group.Go(func() error {
		s.progress.tell(telling, p, metrics, s.console, s.log)
		return nil
	})
	err := p.Run(ctx)
	stop()
	return errors.Join(err, group.Wait())
}

// tellWarnings logs what does not prevent running.
func (s *service) tellWarnings() {
	for _, warning := range s.source.plan.Warnings.Warnings() {
		s.log.Warn("configuration", "warning", warning.String())
	}
	for _, finding := range s.source.findings {
		s.log.Warn("preflight", "subject", finding.Subject, "warning", finding.Message, "remedy", finding.Remedy)
	}
}

// checkRedis refuses a Redis that would lose documents, where that is wanted,
// and at the first start also one that cannot work. Later, and while it cannot
// be reached, changes are kept in local state until Redis is mended.
func (s *service) checkRedis(ctx context.Context) error {
	report, err := s.redis.Check(ctx, samples(s.source.plan)...)
	_, loaded := s.state.Newest()
	var failed *writer.Error
	if errors.As(err, &failed) && failed.Configuration() && !loaded {
		return usage(err)
	}
	if err != nil {
		return ctx.Err() // the pipeline tells, and goes on trying
	}
	for _, finding := range report.Findings {
		switch {
		case finding.Severity == writer.Policy && s.Target.Strict:
			return codedError{exitPolicy, fmt.Errorf("%s; target.strict is set", finding.Text)}
		case finding.Severity == writer.Misconfigured && !loaded:
			return usage(errors.New(finding.Text))
		case finding.Severity == writer.Warning:
			s.log.Warn("Redis", "warning", finding.Text)
		default:
			s.log.Error("Redis", "problem", finding.Text)
		}
	}
	return nil
}

func samples(plan *projections.Plan) [][]byte {
	var keys [][]byte
	for _, projection := range plan.Projections {
		for _, template := range projection.Keys {
			keys = append(keys, template.Sample())
		}
	}
	return keys
}

// newRegistry has the metrics of the process itself.
func newRegistry() *prometheus.Registry {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return registry
}
