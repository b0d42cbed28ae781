package replication

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"materializer/catalog"
)

// oldest is the first major version whose publications and slots can do what is needed.
const oldest = 14

const prefix = "materializer_"

// Config says where the source is and what is ours in it.
type Config struct {
	URL             string       // of PostgreSQL itself, not of a pooler
	Name            string       // of the deployment, such as shop
	Slot            string       // Defaults to materializer_NAME.
	Publication     string       // Defaults to materializer_NAME.
	ColumnLists     bool         // publish only the columns used
	NoFailover      bool         // create the slot without FAILOVER, which PostgreSQL 17 and later offer
	ApplicationName string       // as seen in pg_stat_activity. Defaults to materializer_NAME.
	Logger          *slog.Logger // Defaults to none.
}

// Validate reports every mistake in the configuration at once.
func (c Config) Validate() error {
	c = c.withDefaults()
	var mistakes []error
	if c.URL == "" {
		mistakes = append(mistakes, errors.New("source.url is not set"))
	}
	if !isSlotName(c.Slot) {
		mistakes = append(mistakes, fmt.Errorf("%q cannot name a slot: 1 to 63 lower-case letters, digits and underscores can", c.Slot))
	}
	if c.Publication == "" || len(c.Publication) > 63 || strings.ContainsRune(c.Publication, 0) {
		mistakes = append(mistakes, fmt.Errorf("%q cannot name a publication: 1 to 63 bytes can", c.Publication))
	}
	return errors.Join(mistakes...)
}

func (c Config) withDefaults() Config {
	standard := defaultName(c.Name)
	if c.Slot == "" {
		c.Slot = standard
	}
	if c.Publication == "" {
		c.Publication = standard
	}
	if c.ApplicationName == "" {
		c.ApplicationName = standard
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

// defaultName makes a name that slots can have of the deployment's.
func defaultName(name string) string {
	return prefix + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToLower(name))
}

func isSlotName(name string) bool {
	return name != "" && len(name) <= 63 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// Source is one PostgreSQL database with our slot and publication in it. Its
// methods may be called from several goroutines; they take turns on one
// control connection, which is opened anew when it was lost.
type Source struct {
	config   Config
	version  int    // major version of the server
	database string // that we are connected to
	turn     chan struct{}
	conn     *pgx.Conn // held by whoever holds the turn; nil after Close
}

var errClosed = errors.New("the source is closed")

// Open connects. A server that cannot be a source, such as a standby, is
// refused with Problems.
func Open(ctx context.Context, config Config) (*Source, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	s := &Source{config: config.withDefaults(), turn: make(chan struct{}, 1)}
	conn, err := s.connect(ctx)
	if errors.Is(err, errPooler) {
		return nil, Problems{{
			Subject: "source.url",
			Message: err.Error(),
			Remedy:  "set source.url to the host and port of the PostgreSQL server itself",
		}}
	}
	if err != nil {
		return nil, err
	}
	s.conn, s.version = conn, serverVersion(conn.PgConn())
	if err := s.refuse(ctx); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// refuse finds what makes the server no source at all.
func (s *Source) refuse(ctx context.Context) error {
	if s.version < oldest {
		return Problems{{
			Subject: "server",
			Message: fmt.Sprintf("PostgreSQL %d is too old: %d is the oldest supported", s.version, oldest),
			Remedy:  "upgrade the server",
		}}
	}
	var standby bool
	if err := s.conn.QueryRow(ctx, "SELECT pg_is_in_recovery(), current_database()").Scan(&standby, &s.database); err != nil {
		return fmt.Errorf("ask whether the server is a standby: %w", err)
	}
	if standby {
		return Problems{standbyProblem}
	}
	return nil
}

var standbyProblem = Problem{
	Subject: "server",
	Message: "it is a standby (in recovery): slots and publications are made on the primary",
	Remedy:  "set source.url to the primary; a URL with several hosts takes target_session_attrs=read-write",
}

// Close ends the control connection.
func (s *Source) Close() {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if s.conn != nil {
		_ = s.conn.Close(context.Background()) // nothing is in flight
		s.conn = nil
	}
}

// Catalog reads the catalog anew.
func (s *Source) Catalog(ctx context.Context) (*catalog.Catalog, error) {
	var c *catalog.Catalog
	err := s.control(ctx, func(conn *pgx.Conn) (err error) {
		c, err = catalog.Load(ctx, conn)
		return err
	})
	return c, err
}

// control runs a function on the control connection.
func (s *Source) control(ctx context.Context, run func(*pgx.Conn) error) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-s.turn }()
	if s.conn == nil {
		return errClosed
	}
	if s.conn.IsClosed() {
		conn, err := s.connect(ctx)
		if err != nil {
			return err
		}
		s.conn = conn
	}
	return run(s.conn)
}

// connect opens a control connection. Nothing of a schema that others can
// write to may be found by an unqualified name there.
func (s *Source) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := Connect(ctx, s.config.URL, s.config.ApplicationName)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, "SET search_path TO pg_catalog, pg_temp"); err != nil {
		_ = conn.Close(ctx)
		return nil, fmt.Errorf("set up the control connection: %w", err)
	}
	return conn, nil
}

// replicate opens a connection that speaks the replication protocol.
func (s *Source) replicate(ctx context.Context) (*pgconn.PgConn, error) {
	config, err := connConfig(s.config.URL, true)
	if err != nil {
		return nil, err
	}
	config.RuntimeParams["application_name"] = s.config.ApplicationName
	return connect(ctx, config)
}
