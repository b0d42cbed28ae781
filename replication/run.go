package replication

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"materializer/cdc"
)

// Run receives until ctx ends or the session does. In the first case it takes
// leave of the server and returns nil; batches that were not handed on by then
// are sent again next time. Otherwise the error is an *EndedError. Nothing is
// retried and nothing skipped.
//
// While out is full nothing is read, which makes the server wait, but it hears
// from us on time.
func (st *Stream) Run(ctx context.Context, out chan<- *cdc.Batch) error {
	defer st.Close()
	woken := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(woken)
		_ = st.conn.SetReadDeadline(time.Unix(1, 0))
	})
	ticker := time.NewTicker(st.timing.status)
	defer ticker.Stop()
	err := st.receive(ctx, handover{ctx: ctx, out: out, tick: ticker.C})
	st.publish()
	if !stop() {
		<-woken
		st.leave()
		return nil
	}
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: it closed the connection", errStopped)
	}
	return &EndedError{At: st.decoder.position, SQLSTATE: sqlstate(err), Retry: Retryable(err), Err: err}
}

// handover is where batches go.
type handover struct {
	ctx  context.Context
	out  chan<- *cdc.Batch
	tick <-chan time.Time
}

// receive is the loop: take what has been read, hand on what is complete, tell
// the server how far we are, read.
func (st *Stream) receive(ctx context.Context, to handover) error {
	now := time.Now()
	st.heard, st.moved = now, now
	for ctx.Err() == nil {
		if err := st.consume(to); err != nil {
			return err
		}
		st.publish()
		now = time.Now()
		if err := st.handOnDue(to, now); err != nil {
			return err
		}
		if err := st.tend(now); err != nil {
			return err
		}
		if err := st.read(ctx, now); err != nil {
			return err
		}
	}
	return nil
}

// consume takes all whole messages that have been read.
func (st *Stream) consume(to handover) error {
	for {
		kind, body, ok, err := st.frames.next()
		if !ok {
			return err
		}
		if err := st.take(kind, body); err != nil {
			return err
		}
		if st.decoder.size >= st.timing.batch {
			if err := st.handOn(to); err != nil {
				return err
			}
		}
	}
}

// take takes one message. Anything but data, notices and parameters means that
// the server does not stream any more, even if the connection stays open.
func (st *Stream) take(kind byte, body []byte) error {
	switch kind {
	case 'd':
		return st.data(body)
	case 'N':
		return warning(body)
	case 'S', 'A':
		return nil
	case 'E':
		return refusal(body)
	case 'c', 'C', 'Z':
		return errStopped
	}
	return fmt.Errorf("the server sent a message of type %q in the stream", kind)
}

const (
	dataHead      = 1 + 8 + 8 + 8 // w, start and end in the WAL, time
	keepaliveSize = 1 + 8 + 8 + 1 // k, end of the WAL, time, whether a reply is wanted
)

func (st *Stream) data(body []byte) error {
	switch {
	case len(body) > dataHead && body[0] == 'w':
		return st.decoder.decode(body[dataHead:])
	case len(body) == keepaliveSize && body[0] == 'k':
		st.keepalive(cdc.LSN(binary.BigEndian.Uint64(body[1:])), body[keepaliveSize-1] != 0)
		return nil
	}
	return fmt.Errorf("the stream holds a message of %d bytes that is neither data nor a keepalive", len(body))
}

// keepalive takes the position that the server has read up to. A server that
// is shutting down asks for a reply until that position is confirmed.
func (st *Stream) keepalive(end cdc.LSN, replyWanted bool) {
	st.decoder.idle(end)
	st.serverEnd.Store(max(st.serverEnd.Load(), uint64(end)))
	if replyWanted {
		st.replyWanted = true
		st.asked++
	}
}

// publish makes the progress visible to others.
func (st *Stream) publish() {
	position := uint64(st.decoder.position)
	st.received.Store(position)
	st.serverEnd.Store(max(st.serverEnd.Load(), position))
	st.counts.Lock()
	st.counts.Counts = st.decoder.counts
	st.counts.Unlock()
}

// handOnDue hands commits on as soon as nothing more is to be read, so that a
// single commit does not wait; and an idle position at most once a second,
// since each costs a sync in the store, unless the server waits for it.
func (st *Stream) handOnDue(to handover, now time.Time) error {
	batch := st.decoder.batch
	switch {
	case len(batch.Commits) > 0:
		if st.began.IsZero() {
			st.began = now
		}
		if !st.pace.socket.readable() {
			return st.handOn(to)
		}
		if now.Sub(st.began) >= commitAge {
			st.offer(to)
		}
	case batch.Idle > 0 && (st.replyWanted || now.Sub(st.idleAt) >= st.timing.idle):
		st.idleAt = now
		return st.handOn(to)
	}
	return nil
}

// handOn gives the batch away, even if that takes time.
func (st *Stream) handOn(to handover) error {
	if st.offer(to) {
		return nil
	}
	reached := end(st.decoder.batch)
	if err := st.wait(to); err != nil {
		return err
	}
	st.renew(reached)
	return nil
}

// offer gives the batch away if it is taken at once.
func (st *Stream) offer(to handover) bool {
	reached := end(st.decoder.batch)
	select {
	case to.out <- st.decoder.batch:
		st.renew(reached)
		return true
	default:
		return false
	}
}

// renew begins a new batch after one was handed on, which must not be looked at any more.
func (st *Stream) renew(reached cdc.LSN) {
	st.handed = max(st.handed, reached)
	st.decoder.batch, st.decoder.size, st.began = st.batches.take(), 0, time.Time{}
}

// wait hands a batch on when there is room for it, and keeps the server
// informed meanwhile. It knows that the server is silent because we do not
// listen. If nothing is confirmed and nobody works, the server is released,
// since it could not shut down while it has something to send.
func (st *Stream) wait(to handover) error {
	st.pace.quiet()
	defer st.pace.wake()
	since, worked := time.Now(), st.worked.Load()
	for {
		select {
		case to.out <- st.decoder.batch:
			st.heard = time.Now()
			return nil
		case <-to.ctx.Done():
			return to.ctx.Err()
		case <-to.tick: // perhaps an old one: the clock is read here
			now := time.Now()
			if st.moved.After(since) {
				since = st.moved
			}
			if n := st.worked.Load(); n != worked {
				since, worked = now, n
			}
			if now.Sub(since) > st.timing.stall {
				return fmt.Errorf("hand a batch on for %s: %w", now.Sub(since).Round(time.Second), errStalled)
			}
			if err := st.report(now, false); err != nil {
				return err
			}
		}
	}
}

// tend tells the server how far we are when it is time to, and ends the
// session when the server asks in vain for longer than it should have to.
func (st *Stream) tend(now time.Time) error {
	confirmed := cdc.LSN(st.confirmed.Load())
	if confirmed != st.movedTo || confirmed >= st.handed {
		st.moved, st.movedTo, st.asked = now, confirmed, 0
	}
	if st.asked >= 3 && now.Sub(st.moved) > st.timing.stall {
		return fmt.Errorf("confirm a position for %s: %w", now.Sub(st.moved).Round(time.Second), errStalled)
	}
	since := now.Sub(st.toldAt)
	news := confirmed > st.told.flush
	if since >= st.timing.status || confirmed-st.told.flush >= confirmStep || st.replyWanted && (news || since >= replyPause) {
		return st.report(now, true)
	}
	return nil
}

// report sends a status. Asking for a reply each time is how a dead server is noticed.
func (st *Stream) report(now time.Time, ask bool) error {
	p, err := tell(st.decoder.position, st.handed, cdc.LSN(st.confirmed.Load()))
	if err != nil {
		return err
	}
	st.status = appendStatus(st.status[:0], p, now, ask)
	if err := st.conn.SetWriteDeadline(now.Add(writeTimeout)); err != nil {
		return fmt.Errorf("send a status: %w", err)
	}
	if _, err := st.conn.Write(st.status); err != nil {
		return fmt.Errorf("send a status: %w", err)
	}
	st.told, st.toldAt, st.replyWanted = p, now, false
	return nil
}

// read waits for the server, no longer than until the next thing to do.
func (st *Stream) read(ctx context.Context, now time.Time) error {
	deadline := st.toldAt.Add(st.timing.status)
	if st.replyWanted {
		deadline = earlier(deadline, st.toldAt.Add(replyPause))
	}
	if st.decoder.batch.Idle > 0 && len(st.decoder.batch.Commits) == 0 {
		deadline = earlier(deadline, st.idleAt.Add(st.timing.idle))
	}
	if !deadline.Equal(st.deadline) {
		if err := st.conn.SetReadDeadline(deadline); err != nil {
			return fmt.Errorf("read the stream: %w", err)
		}
		st.deadline = deadline
	}
	if ctx.Err() != nil { // it may have ended before the deadline was set
		return nil
	}
	st.pace.rest(now)
	n, err := st.frames.fill()
	now = time.Now()
	st.decoder.counts.Bytes += uint64(n)
	st.pace.took(n, now)
	var network net.Error
	switch {
	case n > 0:
		st.heard = now
		return nil
	case errors.As(err, &network) && network.Timeout():
		if now.Sub(st.heard) > st.timing.silence {
			return fmt.Errorf("%w for %s", errSilent, now.Sub(st.heard).Round(time.Second))
		}
		return nil
	}
	return fmt.Errorf("read the stream: %w", err)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// leave ends the stream in an orderly way: the last confirmed position, our
// end of the copy, the server's, good-bye. The server may be in the middle of
// a large transaction, so it is not waited for long.
func (st *Stream) leave() {
	now := time.Now()
	if err := st.report(now, false); err != nil {
		return
	}
	if _, err := st.conn.Write([]byte{'c', 0, 0, 0, 4}); err != nil {
		return
	}
	if err := st.conn.SetReadDeadline(now.Add(leaveTimeout)); err != nil {
		return
	}
	for {
		kind, _, ok, err := st.frames.next()
		if err != nil {
			return
		}
		if !ok {
			if _, err := st.frames.fill(); err != nil {
				return
			}
			continue
		}
		if kind == 'Z' || kind == 'E' {
			_, _ = st.conn.Write([]byte{'X', 0, 0, 0, 4})
			return
		}
	}
}
