package writer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Cause is the kind of trouble, a constant word for states and metrics.
type Cause string

// The causes. All of them may pass while the service runs; Configuration tells
// which ones should stop it when they appear at the first start.
const (
	Unreachable Cause = "unreachable" // no connection, or it broke
	Timeout     Cause = "timeout"     // outcome unknown
	Loading     Cause = "loading"     // the server reads its data from disk
	Busy        Cause = "busy"        // a script or too many clients hold the server
	ReadOnly    Cause = "readonly"    // a replica
	OutOfMemory Cause = "oom"
	NotSaving   Cause = "misconf"    // the server cannot save its data and refuses writes
	NoReplicas  Cause = "noreplicas" // fewer replicas than min-replicas-to-write
	Auth        Cause = "auth"
	Permission  Cause = "permission"
	TLS         Cause = "tls"
	Topology    Cause = "topology" // a Cluster node, a Sentinel
	Other       Cause = "other"
)

// hints say what an operator can do.
var hints = map[Cause]string{
	Timeout:     "the server did not answer in time; whether the commands ran is unknown",
	ReadOnly:    "this server is a replica; the target URL must lead to the primary",
	OutOfMemory: "raise maxmemory; documents already there are kept as they are",
	NotSaving:   "see the server's log for why it cannot save",
	Auth:        "check user and password in the target URL",
	Permission:  "see the documentation for the commands and keys that the user needs",
	TLS:         "check the certificate, its authority and whether the port speaks TLS",
	Topology:    "only a standalone Redis is supported: give the URL of one server",
}

// Error is a failure after which the connection is closed. What was being
// written may have been written, in whole, in part or not at all; after the
// next Connect nothing of it can happen any more.
type Error struct {
	Op    string // what was being done
	Cause Cause
	Err   error
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%s: %v", e.Op, e.Err)
	if hint := hints[e.Cause]; hint != "" {
		text += " (" + hint + ")"
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// Configuration tells whether waiting is unlikely to mend it.
func (e *Error) Configuration() bool {
	switch e.Cause {
	case Auth, Permission, TLS, Topology:
		return true
	}
	return false
}

// LostError says that the marker in Redis is not the one last written: Redis
// was emptied, restored, failed over or written by someone else. Documents may
// be missing or old. The round was not executed, apart from earlier parts of a
// large one, and the marker was not moved.
type LostError struct {
	Found Marker // what is there now
	OK    bool   // false: nothing is there
}

func (e *LostError) Error() string {
	if !e.OK {
		return "Redis has lost its data: the marker is gone"
	}
	return fmt.Sprintf("Redis has lost data or has another writer: the marker was not the one last written (now state %s, epoch %d, position %s)",
		e.Found.StateID, e.Found.Epoch, e.Found.LSN)
}

// WrongTypeError says that something else is under the keys of collections:
// put there by hand, or left from an earlier configuration. All of their members
// have to be written again, with Command.Replace.
type WrongTypeError struct{ Keys [][]byte }

func (e *WrongTypeError) Error() string {
	return fmt.Sprintf("%d keys of collections hold something else, the first is %q", len(e.Keys), e.Keys[0])
}

// RefusedError lists the documents that Redis would refuse again and again.
// Everything else was written. The connection is still good.
type RefusedError struct {
	// Documents, in the order of the round.
	Documents []Refusal
	// MarkerMoved tells whether the marker was written: true from Write, false from Push.
	MarkerMoved bool
}

// Refusal is one document that was not written. What Redis held before is still there.
type Refusal struct {
	Key    []byte
	Member []byte // nil: the document under Key
	Reason string
}

func (e *RefusedError) Error() string {
	first := e.Documents[0]
	return fmt.Sprintf("%d documents refused, the first with key %q: %s", len(e.Documents), first.Key, first.Reason)
}

func newError(op string, err error) *Error { return &Error{Op: op, Cause: causeOf(err), Err: err} }

// verdict is an error whose cause we found out ourselves.
type verdict struct {
	cause Cause
	text  string
}

func (v verdict) Error() string { return v.text }

func causeOf(err error) Cause {
	var own verdict
	if errors.As(err, &own) {
		return own.cause
	}
	var reply redis.Error
	if errors.As(err, &reply) {
		return causeOfReply(reply.Error())
	}
	var authority x509.UnknownAuthorityError
	var record tls.RecordHeaderError
	var verification *tls.CertificateVerificationError
	var alert tls.AlertError
	var timeout net.Error
	switch {
	case errors.As(err, &authority), errors.As(err, &record), errors.As(err, &verification), errors.As(err, &alert):
		return TLS
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded),
		errors.As(err, &timeout) && timeout.Timeout():
		return Timeout
	default:
		return Unreachable
	}
}

// codes are the first words of Redis' error replies, texts what else tells.
var (
	codes = map[string]Cause{
		"READONLY":    ReadOnly,
		"LOADING":     Loading,
		"MASTERDOWN":  Loading,
		"BUSY":        Busy,
		"OOM":         OutOfMemory,
		"MISCONF":     NotSaving,
		"NOREPLICAS":  NoReplicas,
		"NOAUTH":      Auth,
		"WRONGPASS":   Auth,
		"DENIED":      Auth, // protected mode
		"NOPERM":      Permission,
		"MOVED":       Topology,
		"ASK":         Topology,
		"CROSSSLOT":   Topology,
		"CLUSTERDOWN": Topology,
		"TRYAGAIN":    Topology,
	}
	texts = []struct {
		text  string
		cause Cause
	}{
		{"ERR max number of clients", Busy},
		{"ERR invalid password", Auth},
		{"ERR AUTH", Auth},
		{"ERR Client sent AUTH", Auth},
	}
)

func causeOfReply(text string) Cause {
	// EXEC's reply names the code of what went wrong behind its own.
	text = strings.TrimPrefix(text, "EXECABORT Transaction discarded because of: ")
	code, _, _ := strings.Cut(text, " ")
	if cause, ok := codes[code]; ok {
		return cause
	}
	for _, t := range texts {
		if strings.HasPrefix(text, t.text) {
			return t.cause
		}
	}
	return Other
}
