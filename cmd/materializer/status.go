package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"materializer/pipeline"
)

const askTimeout = 5 * time.Second

func (p *program) statusCommand() *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "status",
		Short: "show how far the service is, or what it has left",
		Long: "Asks the running service at http.listen. If it does not run, shows what there is of it:\n" +
			"local state, replication slot, and the marker in Redis. Changes nothing.",
		Example: "  materializer status\n  materializer status --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := p.load(cmd)
			if err != nil {
				return err
			}
			s, err := c.status(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				encoder := json.NewEncoder(p.out)
				encoder.SetIndent("", "  ")
				return encoder.Encode(s)
			}
			return s.print(p.out)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "for programs")
	return cmd
}

// status is what there is to know of the service: from itself while it runs,
// from what it has left otherwise.
type status struct {
	Name    string           `json:"name"`
	Running bool             `json:"running"`
	Why     string           `json:"not_running_because,omitempty"`
	Service *pipeline.Status `json:"service,omitempty"`
	Left    *remains         `json:"left,omitempty"`
}

var errNotRunning = errors.New("nothing answers")

func (c configuration) status(ctx context.Context) (*status, error) {
	s := &status{Name: c.Name}
	if c.HTTP.Listen == "off" {
		s.Why = "http.listen is off: a running service cannot be asked"
	} else {
		answer, err := c.ask(ctx)
		if err == nil {
			s.Running, s.Service = true, answer
			return s, nil
		}
		if !errors.Is(err, errNotRunning) {
			return nil, err
		}
		s.Why = err.Error()
	}
	s.Left = c.remains(ctx)
	return s, nil
}

// ask asks the running service.
func (c configuration) ask(ctx context.Context) (*pipeline.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	address := reachable(c.HTTP.Listen)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/v1/status", nil)
	if err != nil {
		return nil, fmt.Errorf("ask the service: %w", err)
	}
	if c.HTTP.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.HTTP.Token)
	}
	answer, err := http.DefaultClient.Do(request)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return nil, fmt.Errorf("%w at %s", errNotRunning, address)
	}
	if err != nil {
		return nil, fmt.Errorf("ask the service: %w", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("ask the service: %w", err)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask the service at %s: %s: %s", address, answer.Status, strings.TrimSpace(string(body)))
	}
	var s pipeline.Status
	if err := json.Unmarshal(body, &s); err != nil {
		return nil, fmt.Errorf("what answers at %s is not materializer: %w", address, err)
	}
	return &s, nil
}

// reachable is the address at which a listener on all interfaces can be asked.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return listen
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

func (s *status) print(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	row := func(name, format string, args ...any) {
		fmt.Fprintf(table, "%s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	if s.Running {
		row("service", "%s, running: %s", s.Name, s.Service.Phase)
		printService(row, s.Service)
	} else {
		row("service", "%s, not running: %s", s.Name, s.Why)
		s.Left.print(row)
	}
	return table.Flush()
}

// row writes one line of a table.
type row func(name, format string, args ...any)

func printService(row row, s *pipeline.Status) {
	row("PostgreSQL", "%s", s.Postgres)
	row("Redis", "%s", s.Redis)
	at := s.Positions
	row("received", "%s", at.Received)
	row("durable", "%s%s", at.Durable, commitTime(at.DurableTime))
	row("confirmed", "%s", at.Confirmed)
	row("visible", "%s%s", at.Visible, commitTime(at.VisibleTime))
	row("behind", "%.1f s", s.LagSeconds)
	if s.StateID != "" {
		row("local state", "epoch %d, %s on disk", s.Epoch, bytesText(int64(s.Store.DiskBytes)))
		row("journal", "%s records, %s", thousands(s.Store.JournalRecords), bytesText(s.Store.JournalBytes))
	}
	row("projections", "%s", strings.Join(s.Projections, ", "))
	printQuarantine(row, s.Quarantine)
}

// printQuarantine lists documents that keep what they were.
func printQuarantine(row row, q pipeline.Quarantine) {
	if q.Count == 0 {
		return
	}
	row("quarantine", "%s that cannot be made, and keep what they were", counted(q.Count))
	for _, one := range q.Documents {
		row("", "%s %s, since %s: %s", one.Projection, strings.Join(one.Keys, ", "), one.Since.Format("2006-01-02 15:04:05 UTC"), one.Error)
	}
}

func counted(documents int64) string {
	if documents == 1 {
		return "1 document"
	}
	return thousands(documents) + " documents"
}

func commitTime(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return ", committed " + at.UTC().Format("2006-01-02 15:04:05.000 UTC")
}

func bytesText(n int64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	case n >= 1e3:
		return fmt.Sprintf("%.1f KB", float64(n)/1e3)
	}
	return fmt.Sprintf("%d B", n)
}
