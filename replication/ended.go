package replication

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"materializer/cdc"
)

var (
	errSilent  = errors.New("the server has answered nothing")
	errStalled = errors.New("no position was stored, and PostgreSQL must not wait for us when it shuts down")
	errStopped = errors.New("the server ended the stream")
)

// EndedError says why a stream ended. Everything received but not confirmed
// is sent again on the next connection.
type EndedError struct {
	At       cdc.LSN // how far the stream had come
	SQLSTATE string  // if the server gave one
	// Retry tells that the same stream may succeed later. Without it somebody
	// has to look: at the slot and publication first, since the code alone
	// does not say which of them is missing.
	Retry bool
	Err   error
}

func (e *EndedError) Error() string {
	return fmt.Sprintf("stream from PostgreSQL ended at %s: %v", e.At, e.Err)
}

func (e *EndedError) Unwrap() error { return e.Err }

// Retryable tells whether an error of connecting, starting or receiving may
// go by on its own.
func Retryable(err error) bool {
	if code := sqlstate(err); code != "" {
		return passing(code)
	}
	for _, passes := range []error{errSilent, errStalled, errStopped, io.EOF, io.ErrUnexpectedEOF} {
		if errors.Is(err, passes) {
			return true
		}
	}
	var network net.Error
	return errors.As(err, &network)
}

// refusal reads an ErrorResponse.
func refusal(body []byte) error {
	var message pgproto3.ErrorResponse
	if err := message.Decode(body); err != nil {
		return fmt.Errorf("read an error of the server: %v", err) // io.EOF among them, which is not the connection's
	}
	refused := pgconn.ErrorResponseToPgError(&message)
	if refused.Where != "" { // names the slot, the plugin and the position
		return fmt.Errorf("%w (%s)", refused, refused.Where)
	}
	return refused
}

// warning reads a NoticeResponse, of which one matters: since PostgreSQL 18 a
// publication that does not exist is warned of, and all changes are left out.
func warning(body []byte) error {
	var notice pgproto3.ErrorResponse // has the same form
	if notice.Decode(body) != nil || notice.Code != "55000" && notice.Code != "42704" {
		return nil
	}
	return fmt.Errorf("changes are left out: %w", refusal(body))
}

// sqlstate is the code of an error of the server, "" if it is none.
func sqlstate(err error) string {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}

// passing tells the codes of conditions that go by on their own from those
// that do not: a missing slot or publication, a slot that was invalidated, a
// value that cannot be decoded, missing rights.
func passing(code string) bool {
	for _, class := range []string{"08", "40", "53", "55006", "57", "58", "XX"} {
		if strings.HasPrefix(code, class) {
			return true
		}
	}
	return false
}
