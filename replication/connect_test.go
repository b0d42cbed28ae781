package replication

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"materializer/internal/servers/servertest"
)

// What a role or database is set to must change neither the text of a value
// nor end a session of ours.
var hostile = []string{
	"datestyle = 'German'", "intervalstyle = 'iso_8601'", "timezone = 'Asia/Kolkata'", "extra_float_digits = -3",
	"bytea_output = 'escape'", "client_encoding = 'LATIN1'", "search_path = ''", "quote_all_identifiers = on",
	"standard_conforming_strings = off", "row_security = on", "statement_timeout = '1ms'", "lock_timeout = '1ms'",
	"idle_in_transaction_session_timeout = '1ms'", "idle_session_timeout = '1ms'", "default_transaction_read_only = on",
	"default_transaction_isolation = 'serializable'", "xmloption = 'document'", "lc_monetary = 'C.UTF-8'",
}

func (s *site) hostileRole(attributes string) string {
	s.t.Helper()
	sql := []string{"ALTER ROLE $ROLE " + attributes}
	for _, setting := range hostile {
		sql = append(sql, "ALTER ROLE $ROLE SET "+setting)
	}
	if s.version >= 17 {
		sql = append(sql, "ALTER ROLE $ROLE SET transaction_timeout = '1ms'")
	}
	return s.role(sql...)
}

func TestPinnedSession(t *testing.T) {
	t.Parallel()
	s := newSite(t, "CREATE TABLE public.seen (id int)")
	role := s.hostileRole("REPLICATION")
	conn, err := Connect(t.Context(), urlAs(s.url, role), "test of settings")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	const sql = `SELECT '2024-07-01 12:00+00'::timestamptz, '1 day 02:00'::interval, 0.1::float8 + 0.2, '\xff00'::bytea,
		'seen'::regclass, 'ü', '1'::money, current_setting('transaction_isolation'), current_setting('application_name')`
	want := "2024-07-01 12:00:00+00|1 day 02:00:00|0.30000000000000004|\\xff00|seen|ü|$1.00|read committed|test of settings"
	rows, err := query(t.Context(), conn.PgConn(), sql)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(texts(rows[0]), "|"); got != want {
		t.Errorf("ordinary connection:\ngot  %s\nwant %s", got, want)
	}
	config, err := connConfig(urlAs(s.url, role)+"&options=-c%20datestyle%3DGerman&TimeZone=Asia/Kolkata", true)
	if err != nil {
		t.Fatal(err)
	}
	config.RuntimeParams["application_name"] = "test of settings"
	replica, err := connect(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer replica.Close(context.WithoutCancel(t.Context()))
	if rows, err = query(t.Context(), replica, sql); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(texts(rows[0]), "|"); got != want {
		t.Errorf("replication connection:\ngot  %s\nwant %s", got, want)
	}
	if _, err := identify(t.Context(), replica); err != nil {
		t.Errorf("not a replication connection: %v", err)
	}
}

func texts(fields [][]byte) []string {
	list := make([]string, len(fields))
	for i, field := range fields {
		list[i] = string(field)
	}
	return list
}

// Any bytes can be in such a database; asking for UTF-8 would make some of
// them an error for ever.
func TestBytesOfNoEncoding(t *testing.T) {
	t.Parallel()
	admin := servertest.Database(t)
	name := databaseOf(admin) + "_ascii"
	servertest.Exec(t, admin, "CREATE DATABASE "+name+" ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
	t.Cleanup(func() { servertest.Exec(t, admin, "DROP DATABASE "+name+" WITH (FORCE)") })
	conn, err := Connect(t.Context(), strings.Replace(admin, "/"+databaseOf(admin), "/"+name, 1), "test")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	rows, err := query(t.Context(), conn.PgConn(), `SELECT E'\xc3\x28'`)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(rows[0][0]); got != "\xc3\x28" {
		t.Errorf("got %q", got)
	}
}

func TestNoPasswordInErrors(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"postgres://app:s3cr3t@127.0.0.1:1/db?sslmode=disable&connect_timeout=1",
		"postgres://app:s3cr3t%zz@127.0.0.1:1/db",
		"postgres://app:s3cr3t@h:port/db",
		"postgres://app:x@s3cr3t@h:1:2/db",
		"postgres://app@127.0.0.1:1/db?password=s3cr3t&sslmode=wrong",
		"host=127.0.0.1 port=1 password=s3cr3t sslmode=wrong",
		"host=127.0.0.1 port=1 password='s3cr3t sslmode=disable",
		"host=127.0.0.1 password=s3cr3t port=x1",
	} {
		_, err := Connect(t.Context(), url, "test")
		if err == nil {
			t.Fatalf("connected to %s", url)
		}
		var config *pgconn.ParseConfigError
		for cause := err; cause != nil; cause = errors.Unwrap(cause) {
			if strings.Contains(cause.Error(), "s3cr3t") || errors.As(cause, &config) {
				t.Errorf("%s: the error shows the password: %v", url, cause)
			}
		}
	}
}

func TestParseErrorsSayWhy(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"postgres://h/db?sslmode=wrong":                 "sslmode is invalid",
		"postgres://h:x/db":                             "invalid port",
		"postgres://h/db?target_session_attrs=nonsense": "target_session_attrs",
	} {
		if _, err := connConfig(url, true); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", url, err, want)
		}
	}
}

// A pooler that refuses what it does not know.
func TestPoolerThatRefuses(t *testing.T) {
	t.Parallel()
	address := listen(t, func(client net.Conn) {
		if _, err := readStartup(client); err != nil {
			return
		}
		refusal := pgproto3.ErrorResponse{Severity: "FATAL", Code: "08P01", Message: "unsupported startup parameter: datestyle"}
		answer, err := refusal.Encode(nil)
		if err != nil {
			t.Error(err)
		}
		_, _ = client.Write(answer) // whether it arrives is what the test sees
	})
	wantPooler(t, "postgres://app@"+address+"/db?sslmode=disable")
}

// A pooler that drops what it does not know, which is worse.
func TestPoolerThatIgnores(t *testing.T) {
	t.Parallel()
	real := servertest.Database(t)
	config, err := pgx.ParseConfig(real)
	if err != nil {
		t.Fatal(err)
	}
	address := listen(t, func(client net.Conn) {
		startup, err := readStartup(client)
		if err != nil {
			return
		}
		server, err := dial(t.Context(), "tcp", net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))))
		if err != nil {
			t.Error(err)
			return
		}
		defer server.Close()
		kept := pgproto3.StartupMessage{ProtocolVersion: pgproto3.ProtocolVersion30, Parameters: map[string]string{
			"user": startup.Parameters["user"], "database": startup.Parameters["database"], "timezone": startup.Parameters["timezone"],
		}}
		message, err := kept.Encode(nil)
		if err != nil {
			t.Error(err)
		}
		_, _ = server.Write(message)
		go func() { _, _ = io.Copy(server, client); server.Close() }()
		_, _ = io.Copy(client, server)
	})
	wantPooler(t, "postgres://postgres@"+address+"/"+config.Database+"?sslmode=disable")
}

func wantPooler(t *testing.T, url string) {
	t.Helper()
	_, err := Open(t.Context(), Config{URL: url, Name: "shop"})
	var problems Problems
	if !errors.As(err, &problems) || !strings.Contains(err.Error(), "PgBouncer") || problems[0].Remedy == "" {
		t.Errorf("got %v", err)
	}
}

func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return // the test is over
			}
			serve(client)
			client.Close()
		}
	}()
	return listener.Addr().String()
}

func readStartup(client net.Conn) (*pgproto3.StartupMessage, error) {
	var size [4]byte
	if _, err := io.ReadFull(client, size[:]); err != nil {
		return nil, err
	}
	body := make([]byte, binary.BigEndian.Uint32(size[:])-4)
	if _, err := io.ReadFull(client, body); err != nil {
		return nil, err
	}
	message := &pgproto3.StartupMessage{}
	return message, message.Decode(body)
}
