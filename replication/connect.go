package replication

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// pinned are the settings that change the text of values, or that could end a
// session of ours. They go into the startup packet, which outranks what ALTER
// ROLE and ALTER DATABASE have set, so that COPY and stream give the same text
// whatever the role is set to.
var pinned = []struct{ name, value string }{
	{"client_encoding", "UTF8"},
	{"datestyle", "ISO, MDY"},
	{"intervalstyle", "postgres"},
	{"timezone", "UTC"},
	{"extra_float_digits", "3"},
	{"bytea_output", "hex"},
	{"lc_monetary", "C"},
	{"xmloption", "content"},
	{"search_path", "public"}, // regclass and its like print names relative to it
	{"quote_all_identifiers", "off"},
	{"standard_conforming_strings", "on"},
	{"row_security", "off"}, // an error instead of rows missing without a word
	{"statement_timeout", "0"},
	{"lock_timeout", "0"}, // creating a slot waits for transactions by their locks
	{"idle_in_transaction_session_timeout", "0"},
	{"idle_session_timeout", "0"},
	{"default_transaction_read_only", "off"},
	{"default_transaction_deferrable", "off"},
	{"default_transaction_isolation", "read committed"},
	{"jit", "off"}, // catalog queries look expensive to the planner
}

const (
	connectTimeout = 15 * time.Second
	userTimeout    = 20 * time.Second // how long sent bytes may stay unacknowledged
)

var errPooler = errors.New("a connection pooler such as PgBouncer is in between and drops session settings: use the address of PostgreSQL itself in source.url")

// Connect opens an ordinary connection whose session prints values exactly as
// the stream and the copy do. The password is in none of its errors.
func Connect(ctx context.Context, url, application string) (*pgx.Conn, error) {
	config, err := parse(url, false)
	if err != nil {
		return nil, err
	}
	config.RuntimeParams["application_name"] = application
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, connectError(&config.Config, err)
	}
	return conn, nil
}

// connConfig is the configuration of every connection to the source: the
// pinned session, a dialer that notices dead peers, and replication commands
// if wanted.
func connConfig(url string, replication bool) (*pgconn.Config, error) {
	config, err := parse(url, replication)
	if err != nil {
		return nil, err
	}
	return &config.Config, nil
}

// connect opens a connection by a configuration of connConfig.
func connect(ctx context.Context, config *pgconn.Config) (*pgconn.PgConn, error) {
	conn, err := pgconn.ConnectConfig(ctx, config)
	if err != nil {
		return nil, connectError(config, err)
	}
	return conn, nil
}

func parse(url string, replication bool) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, parseError(err)
	}
	for given := range config.RuntimeParams {
		for _, p := range pinned {
			if strings.EqualFold(given, p.name) {
				delete(config.RuntimeParams, given)
			}
		}
	}
	for _, p := range pinned {
		config.RuntimeParams[p.name] = p.value
	}
	delete(config.RuntimeParams, "replication")
	if replication {
		config.RuntimeParams["replication"] = "database"
	}
	config.DialFunc = dial
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	config.AfterConnect = settle
	return config, nil
}

// dial opens a socket that does not stay half-open for ever.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{
		Control: setUserTimeout,
		KeepAliveConfig: net.KeepAliveConfig{
			Enable: true, Idle: 10 * time.Second, Interval: 5 * time.Second, Count: 3,
		},
	}
	return dialer.DialContext(ctx, network, address)
}

// settle pins what the startup packet cannot, and checks that what it pinned
// is in force: a pooler may have ignored it.
func settle(ctx context.Context, conn *pgconn.PgConn) error {
	encoding := "UTF8"
	if conn.ParameterStatus("server_encoding") == "SQL_ASCII" {
		// Such a database holds any bytes. Asking for UTF-8 would turn the
		// first invalid one into an error of the stream that never goes away.
		encoding = "SQL_ASCII"
		if err := exec(ctx, conn, "SET client_encoding TO 'SQL_ASCII'"); err != nil {
			return err
		}
	}
	if serverVersion(conn) >= 17 {
		if err := exec(ctx, conn, "SET transaction_timeout TO 0"); err != nil {
			return err
		}
	}
	var list []string
	for _, p := range pinned {
		list = append(list, "pg_catalog.current_setting('"+p.name+"')")
	}
	rows, err := query(ctx, conn, "SELECT "+strings.Join(list, ", "))
	if err != nil {
		return err
	}
	for i, p := range pinned {
		want, got := p.value, string(rows[0][i])
		if p.name == "client_encoding" {
			want = encoding
		}
		if !strings.EqualFold(got, want) {
			return fmt.Errorf("the session has %s = %q instead of %q: %w", p.name, got, want, errPooler)
		}
	}
	return nil
}

// serverVersion is the major version as the server reports it on connecting, 0 if it does not.
func serverVersion(conn *pgconn.PgConn) int {
	digits := conn.ParameterStatus("server_version")
	if end := strings.IndexFunc(digits, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		digits = digits[:end]
	}
	version, _ := strconv.Atoi(digits)
	return version
}

// exec runs a statement without a result by the simple protocol, the only one
// that a replication connection speaks.
func exec(ctx context.Context, conn *pgconn.PgConn, sql string) error {
	_, err := conn.Exec(ctx, sql).ReadAll()
	return err
}

// query gives the rows of a single statement as text. It fails when there are none.
func query(ctx context.Context, conn *pgconn.PgConn, sql string) ([][][]byte, error) {
	results, err := conn.Exec(ctx, sql).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(results) == 0 || len(results[0].Rows) == 0 {
		return nil, errors.New("the server answered with no rows")
	}
	return results[0].Rows, nil
}

// quoteName makes an SQL identifier of a catalog's spelling.
func quoteName(parts ...string) string { return pgx.Identifier(parts).Sanitize() }

// quoteText makes an SQL literal; standard_conforming_strings is pinned.
func quoteText(s string) string {
	return "'" + strings.ReplaceAll(strings.ReplaceAll(s, "\x00", ""), "'", "''") + "'"
}

// connectError names the server without what the driver's own error carries
// along: its configuration, password included.
func connectError(config *pgconn.Config, err error) error {
	var full *pgconn.ConnectError
	if errors.As(err, &full) {
		err = full.Unwrap()
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "08P01" && strings.Contains(refused.Message, "startup parameter") {
		err = fmt.Errorf("%w (%s)", errPooler, refused.Message)
	}
	return fmt.Errorf("connect to PostgreSQL at %s, database %s, user %s: %w",
		net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))), config.Database, config.User, err)
}

// parseError says why a URL is refused without showing it: where it is
// malformed, nobody can tell which part of it is the password.
func parseError(err error) error {
	text := err.Error()
	if i := strings.LastIndex(text, "`: "); i >= 0 {
		text = text[i+len("`: "):]
	}
	reason, _, detailed := strings.Cut(text, " (")
	if detailed && strings.Contains(reason, "TLS") {
		reason = text // names files and modes, never the password
	}
	return fmt.Errorf("read source.url: %s; want postgres://user:password@host:5432/database, with special characters percent-encoded", reason)
}
