package demo

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"materializer"
	"materializer/internal/servers"
)

// service is the materializer that the demo runs. From here on it is known as
// its users know it: by its configuration, its address and its log.
type service struct {
	config, log string // paths
	address     string // of HTTP
	done        chan struct{}
	code        int // how it ended, once done is closed
	stop        context.CancelFunc
}

var errNotServing = errors.New("it does not answer yet")

// startService runs the example configuration on the two servers.
func startService(ctx context.Context, dir, source, target string, run Service) (*service, error) {
	port, err := servers.FreePort()
	if err != nil {
		return nil, err
	}
	s := &service{
		config: filepath.Join(dir, "projections.yaml"), log: filepath.Join(dir, "materializer.log"),
		address: "127.0.0.1:" + strconv.Itoa(port), done: make(chan struct{}),
	}
	if err := os.WriteFile(s.config, materializer.Example, 0o600); err != nil {
		return nil, fmt.Errorf("write configuration: %w", err)
	}
	log, err := os.Create(s.log)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	// It ends when it is told to, and not with ctx: the servers go after it.
	ctx, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	args := []string{"run", "--config", s.config, "--name", "shop", "--source-url", source, "--target-url", target,
		"--state-dir", filepath.Join(dir, "state"), "--http-listen", s.address, "--http-token", ""}
	go func() {
		defer close(s.done)
		s.code = run(ctx, args, log)
		_ = log.Close() // what is lost of a log at the end is not worth an error
	}()
	return s, nil
}

// close stops the service and waits for its end.
func (s *service) close() error {
	s.stop()
	<-s.done
	if s.code != 0 {
		return s.ended()
	}
	return nil
}

// ended is the error of a service that has ended.
func (s *service) ended() error {
	text, err := os.ReadFile(s.log)
	if err != nil {
		return fmt.Errorf("materializer ended with code %d, and its log cannot be read: %w", s.code, err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return fmt.Errorf("materializer ended with code %d; the end of its log:\n%s", s.code, strings.Join(lines[max(len(lines)-15, 0):], "\n"))
}

// ready returns errNotServing or why not all documents are there yet.
func (s *service) ready(ctx context.Context) error {
	code, body, err := s.get(ctx, "/readyz")
	switch {
	case err != nil:
		return err
	case code != http.StatusOK:
		return errors.New(strings.TrimSpace(string(body)))
	}
	return nil
}

// await returns when everything committed up to lsn is visible.
func (s *service) await(ctx context.Context, lsn string) error {
	code, body, err := s.get(ctx, "/v1/wait?timeout=50s&lsn="+url.QueryEscape(lsn))
	if err == nil && code != http.StatusOK {
		err = errors.New(strings.TrimSpace(string(body)))
	}
	if err != nil {
		return fmt.Errorf("wait for position %s: %w", lsn, err)
	}
	return nil
}

// awaitCommitted returns when everything committed so far is visible.
func (s *service) awaitCommitted(ctx context.Context, conn *pgx.Conn) error {
	var lsn string
	if err := conn.QueryRow(ctx, "SELECT pg_current_wal_flush_lsn()::text").Scan(&lsn); err != nil {
		return fmt.Errorf("ask for the position: %w", err)
	}
	return s.await(ctx, lsn)
}

// counters are what the demo reads of the metrics.
type counters struct{ rowsLoaded, keysWritten int64 }

func (s *service) counters(ctx context.Context) (counters, error) {
	_, body, err := s.get(ctx, "/metrics")
	if err != nil {
		return counters{}, err
	}
	return counters{counter(body, "materializer_rows_loaded_total"), counter(body, "materializer_keys_written_total")}, nil
}

// counter finds a counter in Prometheus' text; one that is not there yet is 0.
func counter(text []byte, name string) int64 {
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			n, err := strconv.ParseFloat(value, 64)
			if err == nil {
				return int64(n)
			}
		}
	}
	return 0
}

func (s *service) get(ctx context.Context, path string) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.address+path, nil)
	if err != nil {
		return 0, nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", errNotServing, err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, body, err
}
