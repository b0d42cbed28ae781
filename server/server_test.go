package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"materializer/cdc"
)

// pipeline stands in for the one that knows: 16/10 is visible, it is ready
// when told so.
type pipeline struct {
	status  any
	notYet  error
	broken  error
	waiting chan struct{} // gets a value when a request begins to wait in vain
}

func (p *pipeline) wait(ctx context.Context, lsn cdc.LSN) error {
	if lsn <= 0x1600000010 {
		return nil
	}
	if p.broken != nil {
		return p.broken
	}
	if p.waiting != nil {
		p.waiting <- struct{}{}
	}
	<-ctx.Done()
	return fmt.Errorf("wait: %w", context.Cause(ctx))
}

func (p *pipeline) source() Source {
	registry := prometheus.NewRegistry()
	rounds := prometheus.NewCounter(prometheus.CounterOpts{Name: "materializer_rounds_total"})
	rounds.Add(3)
	registry.MustRegister(rounds)
	return Source{
		Status:  func() any { return p.status },
		Ready:   func() error { return p.notYet },
		Wait:    p.wait,
		Metrics: registry,
	}
}

func open(t *testing.T, c Config, p *pipeline) *Server {
	t.Helper()
	c.Listen = "127.0.0.1:0"
	s, err := Open(c, p.source())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.listener.Close() })
	return s
}

func get(s *Server, target string, header ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodGet, target, nil)
	if len(header) == 2 {
		request.Header.Set(header[0], header[1])
	}
	recorder := httptest.NewRecorder()
	s.handler().ServeHTTP(recorder, request)
	return recorder
}

func wantAnswer(t *testing.T, r *httptest.ResponseRecorder, code int, text string) {
	t.Helper()
	if r.Code != code || !strings.Contains(r.Body.String(), text) {
		t.Errorf("got %d %s, want %d with %q", r.Code, r.Body, code, text)
	}
}

func TestProbes(t *testing.T) {
	t.Parallel()
	p := &pipeline{notYet: errors.New("loading")}
	s := open(t, Config{Token: "secret"}, p)
	wantAnswer(t, get(s, "/healthz"), 200, "ok")
	wantAnswer(t, get(s, "/readyz"), 503, "loading")
	p.notYet = nil
	wantAnswer(t, get(s, "/readyz"), 200, "ready")
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	wantAnswer(t, get(open(t, Config{}, &pipeline{}), "/metrics"), 200, "materializer_rounds_total 3")
}

func TestStatus(t *testing.T) {
	t.Parallel()
	s := open(t, Config{}, &pipeline{status: map[string]any{"phase": "live", "visible": cdc.LSN(0x1600000010)}})
	r := get(s, "/v1/status")
	var got map[string]string
	if err := json.Unmarshal(r.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if r.Code != 200 || got["phase"] != "live" || got["visible"] != "16/10" || r.Header().Get("Content-Type") != "application/json" {
		t.Errorf("got %d %v %v", r.Code, got, r.Header())
	}
	wantAnswer(t, get(open(t, Config{}, &pipeline{status: math.NaN()}), "/v1/status"), 500, "no form in JSON")
}

func TestWait(t *testing.T) {
	t.Parallel()
	s := open(t, Config{}, &pipeline{})
	for target, want := range map[string]struct {
		code int
		text string
	}{
		"/v1/wait?lsn=16/10":                {200, `"lsn": "16/10"`},
		"/v1/wait?lsn=16%2F10&timeout=0s":   {200, `"lsn": "16/10"`},
		"/v1/wait?lsn=16/11&timeout=1ms":    {504, "position 16/11 did not become visible within 1ms"},
		"/v1/wait?lsn=16/11&timeout=0s":     {504, "within 0s"},
		"/v1/wait":                          {400, "lsn=16/B374D848"},
		"/v1/wait?lsn=":                     {400, "16/B374D848"},
		"/v1/wait?lsn=12345":                {400, "12345"},
		"/v1/wait?lsn=16/1G":                {400, "16/1G"},
		"/v1/wait?lsn=16/10&timeout=5":      {400, `\"5\": want a duration such as`},
		"/v1/wait?lsn=16/10&timeout=-1s":    {400, "0s to 1m0s"},
		"/v1/wait?lsn=16/10&timeout=1m0.1s": {400, "0s to 1m0s"},
	} {
		r := get(s, target)
		if r.Code != want.code || !strings.Contains(r.Body.String(), want.text) {
			t.Errorf("%s: got %d %s, want %d with %q", target, r.Code, r.Body, want.code, want.text)
		}
	}
	broken := open(t, Config{}, &pipeline{broken: errors.New("local state is closed")})
	wantAnswer(t, get(broken, "/v1/wait?lsn=16/11"), 503, "local state is closed")
}

func TestToken(t *testing.T) {
	t.Parallel()
	s := open(t, Config{Token: "secret"}, &pipeline{status: 1})
	for _, target := range []string{"/metrics", "/v1/status", "/v1/wait?lsn=16/10"} {
		for _, header := range []string{"", "Bearer", "Bearer ", "Bearer secre", "Bearer secrets", "Basic secret", "secret"} {
			r := get(s, target, "Authorization", header)
			wantAnswer(t, r, 401, "Authorization: Bearer")
			if strings.Contains(r.Body.String(), "secret") {
				t.Errorf("the answer tells the token: %s", r.Body)
			}
		}
		for _, header := range []string{"Bearer secret", "bearer secret"} {
			wantAnswer(t, get(s, target, "Authorization", header), 200, "")
		}
	}
}

func TestOnlyGet(t *testing.T) {
	t.Parallel()
	s := open(t, Config{}, &pipeline{})
	for _, target := range []string{"/healthz", "/v1/status", "/v1/wait?lsn=16/10"} {
		recorder := httptest.NewRecorder()
		s.handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodPost, target, nil))
		wantAnswer(t, recorder, 405, "")
	}
	wantAnswer(t, get(s, "/v1/nothing"), 404, "")
}

func TestAddressInUse(t *testing.T) {
	t.Parallel()
	s := open(t, Config{}, &pipeline{})
	if _, err := Open(Config{Listen: s.Addr().String()}, Source{}); err == nil || !strings.Contains(err.Error(), s.Addr().String()) {
		t.Errorf("got %v", err)
	}
}

func TestOpenToOthersIsWarnedOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		listen, token string
		want          bool
	}{
		{"127.0.0.1:0", "", false}, {"0.0.0.0:0", "", true}, {":0", "", true}, {":0", "secret", false},
	} {
		var log bytes.Buffer
		s, err := Open(Config{Listen: c.listen, Token: c.token, Logger: slog.New(slog.NewTextHandler(&log, nil))}, Source{})
		if err != nil {
			t.Fatal(err)
		}
		_ = s.listener.Close()
		if got := strings.Contains(log.String(), "without a token"); got != c.want {
			t.Errorf("%s %q: warned %v, want %v", c.listen, c.token, got, c.want)
		}
	}
}

// run serves and returns the way to stop it.
func run(t *testing.T, s *Server) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	return func() error { cancel(); return <-done }
}

func TestStopEndsWaits(t *testing.T) {
	t.Parallel()
	p := &pipeline{waiting: make(chan struct{})}
	s := open(t, Config{}, p)
	stop := run(t, s)
	answer := make(chan string)
	go func() {
		r, err := http.Get("http://" + s.Addr().String() + "/v1/wait?lsn=16/11&timeout=1m")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer r.Body.Close()
		body, err := io.ReadAll(r.Body)
		answer <- fmt.Sprint(r.StatusCode, string(body), err)
	}()
	<-p.waiting
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	if got := <-answer; !strings.HasPrefix(got, "503") || !strings.Contains(got, "stopping") {
		t.Errorf("got %s", got)
	}
	if _, err := http.Get("http://" + s.Addr().String() + "/healthz"); err == nil {
		t.Error("still listening")
	}
}

func TestClientThatLeavesEndsItsWait(t *testing.T) {
	t.Parallel()
	p := &pipeline{waiting: make(chan struct{})}
	ended := make(chan error, 1)
	source := p.source()
	source.Wait = func(ctx context.Context, lsn cdc.LSN) error {
		err := p.wait(ctx, lsn)
		ended <- err
		return err
	}
	s, err := Open(Config{Listen: "127.0.0.1:0"}, source)
	if err != nil {
		t.Fatal(err)
	}
	stop := run(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Addr().String()+"/v1/wait?lsn=16/11&timeout=1m", nil)
	if err != nil {
		t.Fatal(err)
	}
	gone := make(chan error)
	go func() {
		r, err := http.DefaultClient.Do(request)
		if err == nil {
			r.Body.Close()
		}
		gone <- err
	}()
	<-p.waiting
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("wait ended with %v", err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestStuckAnswerIsCutOff(t *testing.T) {
	t.Parallel()
	asked, release := make(chan struct{}), make(chan struct{})
	source := (&pipeline{}).source()
	source.Ready = func() error {
		close(asked)
		<-release
		return nil
	}
	s, err := Open(Config{Listen: "127.0.0.1:0", ShutdownTimeout: time.Millisecond}, source)
	if err != nil {
		t.Fatal(err)
	}
	stop := run(t, s)
	answered := make(chan error)
	go func() {
		r, err := http.Get("http://" + s.Addr().String() + "/readyz")
		if err == nil {
			r.Body.Close()
		}
		answered <- err
	}()
	<-asked
	if err := stop(); err != nil {
		t.Error(err)
	}
	if err := <-answered; err == nil {
		t.Error("an answer came from a stopped server")
	}
	close(release)
}

func TestBrokenListenerEndsRun(t *testing.T) {
	t.Parallel()
	s := open(t, Config{}, &pipeline{})
	_ = s.listener.Close()
	if err := s.Run(t.Context()); err == nil {
		t.Error("Run returned nil")
	}
}
