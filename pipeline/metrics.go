package pipeline

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics counts what the pipeline does. Register it where it is served.
type Metrics struct {
	Changes, Transactions       prometheus.Counter
	RowsLoaded, Loads           prometheus.Counter
	Rounds, Touches             prometheus.Counter
	Written, Removed            prometheus.Counter
	Rendered                    prometheus.Counter
	BytesWritten                prometheus.Counter
	KeysRemoved, Refused        prometheus.Counter
	Parked                      prometheus.Counter
	Collisions, Refills         prometheus.Counter
	SourceErrors, SinkErrors    prometheus.Counter
	IngestSeconds, RoundSeconds prometheus.Counter
	CommitToVisible             prometheus.Histogram
	all                         []prometheus.Collector
}

// NewMetrics makes metrics that count from zero.
func NewMetrics() *Metrics {
	m := &Metrics{}
	m.Changes = m.counter("changes_total", "Row changes applied to local state.")
	m.Transactions = m.counter("transactions_total", "Transactions applied to local state.")
	m.RowsLoaded = m.counter("rows_loaded_total", "Rows copied by first loads.")
	m.Loads = m.counter("loads_total", "First loads begun.")
	m.Rounds = m.counter("rounds_total", "Rounds published.")
	m.Touches = m.counter("touches_total", "Touches read from the journal by rounds.")
	m.Rendered = m.counter("documents_rendered_total", "Documents rendered.")
	m.Written = m.counter("keys_written_total", "Keys written to Redis.")
	m.Removed = m.counter("keys_removed_total", "Keys removed from Redis because their row is gone or has another key.")
	m.BytesWritten = m.counter("document_bytes_written_total", "Bytes of documents written to Redis.")
	m.KeysRemoved = m.counter("leftover_keys_removed_total", "Keys of an earlier state removed from Redis.")
	m.Refused = m.counter("documents_refused_total", "Documents that Redis refused for good.")
	m.Parked = m.counter("documents_parked_total", "Times that a document could not be made from its rows and kept what it was.")
	m.Collisions = m.counter("key_collisions_total", "Times that several rows were found to claim one key.")
	m.Refills = m.counter("refills_total", "Times that Redis was found to have lost writes.")
	m.SourceErrors = m.counter("source_errors_total", "Failed attempts to read from PostgreSQL.")
	m.SinkErrors = m.counter("sink_errors_total", "Failed attempts to write to Redis.")
	m.IngestSeconds = m.counter("ingest_seconds_total", "Time spent applying changes to local state.")
	m.RoundSeconds = m.counter("round_seconds_total", "Time spent rendering and writing rounds.")
	m.CommitToVisible = prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: "materializer", Name: "commit_to_visible_seconds",
		Help:    "From a commit on PostgreSQL, by its clock, to the documents in Redis, by ours.",
		Buckets: prometheus.ExponentialBuckets(0.0005, 2, 18),
	})
	m.all = append(m.all, m.CommitToVisible)
	return m
}

func (m *Metrics) counter(name, help string) prometheus.Counter {
	c := prometheus.NewCounter(prometheus.CounterOpts{Namespace: "materializer", Name: name, Help: help})
	m.all = append(m.all, c)
	return c
}

// watch adds what is read from the pipeline when somebody asks.
func (m *Metrics) watch(p *Pipeline) {
	m.gauge("lag_seconds", "For how long something stored has not been visible in Redis; 0 if everything is.",
		func() float64 { return p.Status().LagSeconds })
	m.gauge("live", "1 once all documents are in Redis, until they have to be written again.",
		func() float64 { return truth(p.Ready() == nil) })
	m.gauge("redis_connected", "1 while Redis can be written to.",
		func() float64 { return truth(p.redis.Load() == "") })
	m.gauge("postgres_connected", "1 while PostgreSQL can be read from.",
		func() float64 { return truth(p.postgres.Load() == "") })
	m.gauge("documents_quarantined", "Documents that cannot be made from their rows now and keep what they were.",
		func() float64 { return float64(p.quarantined()) })
	m.gauge("journal_bytes", "Size of the journal of touched documents that are not published yet.",
		func() float64 { return float64(p.Status().Store.JournalBytes) })
	m.gauge("state_disk_bytes", "Size of the local state on disk.",
		func() float64 { return float64(p.Status().Store.DiskBytes) })
}

func (m *Metrics) gauge(name, help string, read func() float64) {
	m.all = append(m.all, prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "materializer", Name: name, Help: help}, read))
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// Register adds the metrics to a registry.
func (m *Metrics) Register(registry prometheus.Registerer) error {
	for _, collector := range m.all {
		if err := registry.Register(collector); err != nil {
			return err
		}
	}
	return nil
}

func (m *Metrics) observeRound(touches int, took time.Duration, commit time.Time, caughtUp bool) {
	m.Rounds.Inc()
	m.Touches.Add(float64(touches))
	m.RoundSeconds.Add(took.Seconds())
	if touches > 0 && caughtUp && !commit.IsZero() {
		m.CommitToVisible.Observe(max(0, time.Since(commit).Seconds()))
	}
}

func (m *Metrics) observeWrite(c *changes) {
	m.Rendered.Add(float64(len(c.list)))
	m.Written.Add(float64(len(c.sets)))
	m.Removed.Add(float64(len(c.removals)))
	m.BytesWritten.Add(float64(c.bytes))
}
