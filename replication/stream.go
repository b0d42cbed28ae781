package replication

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"encoding/binary"

	"github.com/jackc/pgx/v5/pgconn"

	"materializer/cdc"
)

// Stream receives committed changes. The goroutine of Run owns the connection,
// for reading and for writing; all others only leave values for it.
type Stream struct {
	conn    net.Conn
	frames  *frames
	decoder *decoder
	batches *batches
	pace    pace
	timing  timing

	confirmed atomic.Uint64 // left by others: durable
	worked    atomic.Uint64 // left by others: how often they said that they work
	received  atomic.Uint64
	serverEnd atomic.Uint64
	counts    struct {
		sync.Mutex
		Counts
	}

	// What follows belongs to the goroutine of Run.
	status      []byte    // the message being written
	told        positions // last
	toldAt      time.Time
	handed      cdc.LSN   // the furthest position handed on
	idleAt      time.Time // when an idle position was last handed on
	heard       time.Time // when the server last said something
	moved       time.Time // when a confirmation last came, or was last not due
	movedTo     cdc.LSN
	began       time.Time // when the batch got its first commit
	asked       int       // requests for a reply since moved
	replyWanted bool
	deadline    time.Time // of reads, as last set
}

// streamConfig is what a stream is started with.
type streamConfig struct {
	slot        string
	publication string
	start       cdc.LSN // where to resume: everything before it is stored
	tables      []*cdc.Table
	// senderTimeout is the server's wal_sender_timeout, 0 if that is off.
	senderTimeout time.Duration
	batchBytes    int           // size at which a batch is cut. Defaults to 1 MiB.
	maxMessage    int           // largest message accepted. Defaults to 1 GiB, PostgreSQL's own limit for a value.
	idleInterval  time.Duration // least time between idle positions. Defaults to 1s.
	stallTimeout  time.Duration // see timing.stall. Defaults to 10s.
}

// timing is the clock of a stream.
type timing struct {
	status  time.Duration // how often the server hears from us
	silence time.Duration // after which it counts as dead
	idle    time.Duration // least time between two idle positions
	stall   time.Duration // how long a server that wants to stop waits for us while we get nowhere
	batch   int           // bytes
}

const (
	readBuffer     = 1 << 20
	sessionTimeout = 10 * time.Second      // the longest wal_sender_timeout of our session
	writeTimeout   = 10 * time.Second      // for a message of some bytes
	replyPause     = 20 * time.Millisecond // between replies that tell nothing new
	commitAge      = 2 * time.Millisecond  // how long a commit waits for others that are already on their way
	confirmStep    = 4 << 20               // bytes of WAL that are confirmed without waiting for the next status
	leaveTimeout   = time.Second           // for the server's goodbye
	startTimeout   = 30 * time.Second      // for the answer to START_REPLICATION, if the context has no deadline
)

// startStream connects and starts replication. The server accepts any start
// position: the caller compares it with the slot after startStream has
// succeeded, and before Run.
func startStream(ctx context.Context, config *pgconn.Config, c streamConfig) (*Stream, error) {
	if !slotName.MatchString(c.slot) {
		return nil, fmt.Errorf("start the stream: slot name %q: only up to 63 lower-case letters, digits and underscores are allowed", c.slot)
	}
	config = config.Copy()
	timeout := pinSenderTimeout(config, c.senderTimeout)
	pg, err := connect(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := pg.SyncConn(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start the stream: %w", err), pg.Close(ctx))
	}
	hijacked, err := pg.Hijack()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the stream: %w", err), pg.Close(ctx))
	}
	st := newStream(hijacked.Conn, c, timeout)
	if err := st.begin(ctx, c); err != nil {
		st.Close()
		return nil, fmt.Errorf("start the stream of slot %s at %s: %w", c.slot, c.start, err)
	}
	return st, nil
}

var slotName = regexp.MustCompile(`^[a-z0-9_]{1,63}$`)

// pinSenderTimeout shortens wal_sender_timeout for our session. While it skips
// through a large transaction that has nothing for us the server reads our
// messages only when half of it has passed, and not at all where it is off;
// and a session whose client is gone holds the slot for that long.
func pinSenderTimeout(config *pgconn.Config, server time.Duration) time.Duration {
	if server > 0 && server <= sessionTimeout {
		return server
	}
	config.RuntimeParams["wal_sender_timeout"] = fmt.Sprint(sessionTimeout.Milliseconds())
	return sessionTimeout
}

func newStream(conn net.Conn, c streamConfig, senderTimeout time.Duration) *Stream {
	st := &Stream{
		conn:    conn,
		frames:  newFrames(conn, readBuffer, or(c.maxMessage, 1<<30)),
		decoder: newDecoder(c.start, c.tables),
		batches: newBatches(),
		pace:    pace{socket: socketOf(conn)},
		handed:  c.start,
		movedTo: c.start,
		timing: timing{
			status: min(time.Second, senderTimeout/3),
			idle:   or(c.idleInterval, time.Second),
			stall:  or(c.stallTimeout, 10*time.Second),
			batch:  or(c.batchBytes, 1<<20),
		},
	}
	st.timing.silence = max(10*time.Second, 3*st.timing.status, senderTimeout)
	st.decoder.batch = st.batches.take()
	st.confirmed.Store(uint64(c.start))
	st.received.Store(uint64(c.start))
	return st
}

// begin sends START_REPLICATION and waits until the server streams.
func (st *Stream) begin(ctx context.Context, c streamConfig) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = st.conn.SetDeadline(time.Unix(1, 0)) })()
	command := fmt.Sprintf("START_REPLICATION SLOT %s LOGICAL %s (proto_version '1', publication_names %s)",
		quoteName(c.slot), c.start, quoteText(quoteName(c.publication)))
	message := binary.BigEndian.AppendUint32([]byte{'Q'}, uint32(4+len(command)+1))
	message = append(append(message, command...), 0)
	if _, err := st.conn.Write(message); err != nil {
		return errors.Join(err, context.Cause(ctx))
	}
	for {
		kind, body, ok, err := st.frames.next()
		switch {
		case err != nil:
			return err
		case !ok:
			if _, err := st.frames.fill(); err != nil {
				return errors.Join(err, context.Cause(ctx))
			}
		case kind == 'W':
			return nil
		case kind == 'E':
			return refusal(body)
		case kind != 'S' && kind != 'N':
			return fmt.Errorf("the server answered with a message of type %q", kind)
		}
	}
}

// Confirm leaves the position up to which everything is durable here, to be
// told to the server. A position lower than an earlier one changes nothing.
func (st *Stream) Confirm(lsn cdc.LSN) {
	for {
		old := st.confirmed.Load()
		if uint64(lsn) <= old || st.confirmed.CompareAndSwap(old, uint64(lsn)) {
			return
		}
	}
}

// Working says that what was handed on is being worked at, although no batch
// is taken and no position confirmed: one change, such as the truncation of a
// large table, can take longer than a server is left waiting.
func (st *Stream) Working() { st.worked.Add(1) }

// Received is the end of the last transaction received, or a later position
// that the server has reached without a change for us.
func (st *Stream) Received() cdc.LSN { return cdc.LSN(st.received.Load()) }

// ServerEnd is the furthest position of the server that is known.
func (st *Stream) ServerEnd() cdc.LSN { return cdc.LSN(st.serverEnd.Load()) }

// Counts tells what was received so far.
func (st *Stream) Counts() Counts {
	st.counts.Lock()
	defer st.counts.Unlock()
	return st.counts.Counts
}

// Close ends a stream that is not run. Run closes it by itself.
func (st *Stream) Close() { _ = st.conn.Close() }

// or gives the default for a value that was not set.
func or[T int | time.Duration](value, otherwise T) T {
	if value == 0 {
		return otherwise
	}
	return value
}
