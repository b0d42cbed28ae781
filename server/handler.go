package server

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"materializer/cdc"
)

const defaultWait = 5 * time.Second

// problem is the JSON of every answer that is not a success.
type problem struct {
	Error string `json:"error"`
}

func (s *Server) handler() http.Handler {
	metrics := promhttp.HandlerFor(s.source.Metrics, promhttp.HandlerOpts{
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { s.text(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", s.guard(metrics))
	mux.Handle("GET /v1/status", s.guard(http.HandlerFunc(s.status)))
	mux.Handle("GET /v1/wait", s.guard(http.HandlerFunc(s.wait)))
	return mux
}

// guard lets through who knows the token, if there is one.
func (s *Server) guard(next http.Handler) http.Handler {
	if s.config.Token == "" {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare([]byte(token), []byte(s.config.Token)) != 1 {
			w.Header().Set("WWW-Authenticate", "Bearer")
			s.json(w, http.StatusUnauthorized, problem{"want the header Authorization: Bearer with the configured token"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	if err := s.source.Ready(); err != nil {
		s.text(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	s.text(w, http.StatusOK, "ready")
}

func (s *Server) status(w http.ResponseWriter, _ *http.Request) {
	s.json(w, http.StatusOK, s.source.Status())
}

// visible is the answer of a successful wait.
type visible struct {
	LSN cdc.LSN `json:"lsn"` // as asked for
}

func (s *Server) wait(w http.ResponseWriter, r *http.Request) {
	lsn, timeout, err := s.waitParameters(r)
	if err != nil {
		s.json(w, http.StatusBadRequest, problem{err.Error()})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	defer cancel()
	err = s.source.Wait(ctx, lsn)
	switch {
	case err == nil:
		s.json(w, http.StatusOK, visible{lsn})
	case r.Context().Err() != nil:
		// Stopping, or the client has gone and nobody reads this.
		s.json(w, http.StatusServiceUnavailable, problem{context.Cause(r.Context()).Error()})
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		s.json(w, http.StatusGatewayTimeout, problem{fmt.Sprintf("position %s did not become visible within %s", lsn, timeout)})
	default:
		s.json(w, http.StatusServiceUnavailable, problem{err.Error()})
	}
}

func (s *Server) waitParameters(r *http.Request) (cdc.LSN, time.Duration, error) {
	query := r.URL.Query()
	if !query.Has("lsn") {
		return 0, 0, errors.New("parameter lsn is missing: want a position such as lsn=16/B374D848, from pg_current_wal_insert_lsn() after the commit")
	}
	lsn, err := cdc.ParseLSN(query.Get("lsn"))
	if err != nil {
		return 0, 0, err
	}
	timeout := min(defaultWait, s.config.MaxWait)
	if text := query.Get("timeout"); text != "" {
		if timeout, err = time.ParseDuration(text); err != nil {
			return 0, 0, fmt.Errorf("parameter timeout is %q: want a duration such as 500ms or 5s", text)
		}
	}
	if timeout < 0 || timeout > s.config.MaxWait {
		return 0, 0, fmt.Errorf("parameter timeout is %s: want 0s to %s", timeout, s.config.MaxWait)
	}
	return lsn, timeout, nil
}

// text and json answer. What fails while the answer is sent is the client's
// connection, which it notices itself.

func (s *Server) text(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = fmt.Fprintln(w, text)
}

func (s *Server) json(w http.ResponseWriter, code int, value any) {
	body, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		s.log.Warn("status has no form in JSON", "error", err)
		code, body = http.StatusInternalServerError, []byte(`{"error": "status has no form in JSON"}`)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_, _ = w.Write(append(body, '\n'))
}
