package replication

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"materializer/cdc"
)

// scripted is a stream whose server is the test.
type scripted struct {
	*Stream
	t      *testing.T
	server net.Conn
	out    chan *cdc.Batch
	ended  chan error
	stop   context.CancelFunc
	heard  chan positions // what the stream has told
}

// runScripted runs a stream that starts at 100, after adjusting it. Only what
// the adjusted timing allows happens by itself.
func runScripted(t *testing.T, adjust func(*Stream)) *scripted {
	t.Helper()
	client, server := net.Pipe()
	stream := newStream(client, streamConfig{start: 100, tables: []*cdc.Table{tableOf(1, "+id")}}, time.Minute)
	stream.timing = timing{status: time.Hour, silence: time.Hour, idle: time.Hour, stall: time.Hour, batch: 1 << 20}
	if adjust != nil {
		adjust(stream)
	}
	ctx, stop := context.WithCancel(t.Context())
	s := &scripted{stream, t, server, make(chan *cdc.Batch), make(chan error, 1), stop, make(chan positions, 1000)}
	go s.listen()
	go func() { s.ended <- stream.Run(ctx, s.out) }()
	t.Cleanup(func() { _ = server.Close() })
	return s
}

// listen reads what the stream sends, until it closes or says that it leaves.
func (s *scripted) listen() {
	f := newFrames(s.server, 1024, 1024)
	for {
		kind, body, ok, err := f.next()
		switch {
		case err != nil:
			return
		case !ok:
			if _, err := f.fill(); err != nil {
				close(s.heard)
				return
			}
		case kind == 'd':
			r := reader{rest: body[1:]}
			s.heard <- positions{cdc.LSN(r.uint64()), cdc.LSN(r.uint64()), cdc.LSN(r.uint64())}
		}
	}
}

func (s *scripted) send(frames ...[]byte) {
	s.t.Helper()
	if _, err := s.server.Write(join(frames...)); err != nil {
		s.t.Fatal(err)
	}
}

func data(message []byte) []byte {
	return frame('d', join([]byte("w"), u64(0), u64(0), u64(0), message))
}

func keepalive(end uint64, replyWanted byte) []byte {
	return frame('d', join([]byte("k"), u64(end), u64(0), []byte{replyWanted}))
}

// insertion is a transaction of one row.
func insertion(final, end uint64) []byte {
	return join(data(beginAt(final)), data(relationOf(1, 'd', "+id")), data(change("I", 1, tuple("N", "1"))), data(commitAt(final, end)))
}

func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v, ok := <-from:
		if !ok {
			t.Fatal("the stream has closed")
		}
		return v
	case <-time.After(patience):
		t.Fatalf("nothing within %s", patience)
	}
	panic("unreachable")
}

// A commit must not wait for anything: here nothing else will ever happen.
func TestSingleCommitGoesStraightThrough(t *testing.T) {
	t.Parallel()
	s := runScripted(t, nil)
	s.send(insertion(100, 110))
	if batch := receive(t, s.out); end(batch) != 110 || len(batch.Changes) != 1 {
		t.Errorf("got %+v", batch)
	}
}

func TestIdlePositionsAreRationed(t *testing.T) {
	t.Parallel()
	s := runScripted(t, nil)
	s.send(keepalive(110, 0))
	if batch := receive(t, s.out); batch.Idle != 110 {
		t.Errorf("got %+v", batch)
	}
	s.send(keepalive(120, 0), keepalive(130, 0)) // within the hour: not worth a sync
	s.send(insertion(130, 140))
	if batch := receive(t, s.out); batch.Idle != 0 || end(batch) != 140 {
		t.Errorf("got %+v", batch)
	}
	s.send(keepalive(150, 1)) // the server waits for this one
	if batch := receive(t, s.out); batch.Idle != 150 {
		t.Errorf("got %+v", batch)
	}
}

func TestRequestsAreAnswered(t *testing.T) {
	t.Parallel()
	s := runScripted(t, nil)
	if first := receive(t, s.heard); first != (positions{100, 100, 100}) {
		t.Errorf("told %+v", first)
	}
	s.send(insertion(100, 110))
	receive(t, s.out)
	s.send(keepalive(110, 1))
	if p := receive(t, s.heard); p != (positions{110, 100, 100}) {
		t.Errorf("told %+v", p)
	}
	s.Confirm(110)
	s.Confirm(105)
	s.send(keepalive(110, 1))
	if p := receive(t, s.heard); p != (positions{110, 110, 110}) {
		t.Errorf("told %+v", p)
	}
	if s.Received() != 110 || s.ServerEnd() != 110 {
		t.Errorf("received %s, server at %s", s.Received(), s.ServerEnd())
	}
}

func TestStatusWhileNobodyTakes(t *testing.T) {
	t.Parallel()
	s := runScripted(t, func(st *Stream) { st.timing.status = 5 * time.Millisecond })
	s.send(insertion(100, 110))
	for range 20 {
		if p := receive(t, s.heard); p.flush != 100 {
			t.Errorf("told %+v", p)
		}
	}
	if batch := receive(t, s.out); end(batch) != 110 {
		t.Errorf("got %+v", batch)
	}
}

func TestLargeTransactionIsCut(t *testing.T) {
	t.Parallel()
	s := runScripted(t, func(st *Stream) { st.timing.batch = 10 * changeSize })
	go func() {
		frames := [][]byte{data(beginAt(100)), data(relationOf(1, 'd', "+id"))}
		for range 100 {
			frames = append(frames, data(change("I", 1, tuple("N", "1"))))
		}
		s.send(append(frames, data(commitAt(100, 110)))...)
	}()
	changes, commits := 0, 0
	for batches := 0; commits == 0; batches++ {
		batch := receive(t, s.out)
		changes, commits = changes+len(batch.Changes), len(batch.Commits)
		if len(batch.Changes) > 10 || commits == 0 && end(batch) != 0 {
			t.Errorf("batch %d has %d changes and ends at %s", batches, len(batch.Changes), end(batch))
		}
		batch.Release()
	}
	if changes != 100 {
		t.Errorf("%d changes of 100", changes)
	}
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	refused := frame('E', []byte("SERROR\x00VERROR\x00C42704\x00Mpublication \"p\" does not exist\x00Wslot \"s\"\x00\x00"))
	for _, test := range []struct {
		name   string
		adjust func(*Stream)
		send   []byte
		want   error
		state  string
		retry  bool
	}{
		{name: "error", send: refused, state: "42704"},
		{name: "publication skipped", send: frame('N', []byte("SWARNING\x00C55000\x00Mskipped loading publication \"p\"\x00\x00")), state: "55000"},
		{name: "shutdown", send: frame('E', []byte("SFATAL\x00C57P01\x00Mterminating\x00\x00")), state: "57P01", retry: true},
		{name: "ready", send: frame('Z', []byte("I")), want: errStopped, retry: true},
		{name: "complete", send: frame('C', []byte("COPY 0\x00")), want: errStopped, retry: true},
		{name: "copy done", send: frame('c', nil), want: errStopped, retry: true},
		{name: "malformed error", send: frame('E', []byte("S"))},
		{name: "unknown message", send: frame('G', nil)},
		{name: "unknown data", send: frame('d', []byte("x"))},
		{name: "unknown change", send: data([]byte("S"))},
		{name: "silence", adjust: func(st *Stream) { st.timing.status, st.timing.silence = time.Millisecond, 20*time.Millisecond }, want: errSilent, retry: true},
		{name: "nobody takes", adjust: func(st *Stream) { st.timing.status, st.timing.stall = time.Millisecond, 20*time.Millisecond },
			send: insertion(100, 110), want: errStalled, retry: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := runScripted(t, test.adjust)
			if test.send != nil {
				s.send(test.send)
			}
			err := receive(t, s.ended)
			var ended *EndedError
			if !errors.As(err, &ended) || ended.SQLSTATE != test.state || ended.Retry != test.retry || Retryable(err) != test.retry {
				t.Errorf("ended with %+v", err)
			}
			if test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("ended with %v, want %v", err, test.want)
			}
		})
	}
}

// Who works at a change for longer than the server is left waiting keeps the
// session, until the work ends.
func TestWorkKeepsTheSession(t *testing.T) {
	t.Parallel()
	s := runScripted(t, func(st *Stream) { st.timing.status, st.timing.stall = time.Millisecond, time.Second })
	s.send(insertion(100, 110))
	for since := time.Now(); time.Since(since) < 2*s.timing.stall; { // heard of once a millisecond
		receive(t, s.heard)
		s.Working()
	}
	if batch := receive(t, s.out); end(batch) != 110 {
		t.Errorf("got %+v", batch)
	}
	s.send(insertion(110, 120))
	if err := receive(t, s.ended); !errors.Is(err, errStalled) {
		t.Errorf("ended with %v, want %v", err, errStalled)
	}
}

func TestConnectionLost(t *testing.T) {
	t.Parallel()
	s := runScripted(t, nil)
	s.send(insertion(100, 110)[:40])
	_ = s.server.Close()
	if err := receive(t, s.ended); !Retryable(err) {
		t.Errorf("ended with %v", err)
	}
}

// A server that shuts down asks until everything is confirmed. One that only
// asks now and then, or gets confirmations, is none.
func TestServerIsReleased(t *testing.T) {
	t.Parallel()
	s := runScripted(t, func(st *Stream) { st.timing.stall = 50 * time.Millisecond })
	s.send(insertion(100, 110))
	receive(t, s.out)
	var err error
	for err == nil {
		select {
		case err = <-s.ended:
		case <-s.heard:
			_, _ = s.server.Write(keepalive(110, 1)) // fails once the stream has closed
		}
	}
	if !errors.Is(err, errStalled) {
		t.Errorf("ended with %v", err)
	}
}

func TestConfirmationOfWhatWasNeverReceived(t *testing.T) {
	t.Parallel()
	s := runScripted(t, func(st *Stream) { st.timing.status = time.Millisecond })
	s.Confirm(101)
	err := receive(t, s.ended)
	if !errors.Is(err, errConfirm) || Retryable(err) {
		t.Errorf("ended with %v", err)
	}
	for p := range s.heard {
		if p.flush > 100 {
			t.Errorf("told %+v", p)
		}
	}
}

func TestLeave(t *testing.T) {
	t.Parallel()
	for name, blocked := range map[string]bool{"reading": false, "handing on": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := runScripted(t, func(st *Stream) { st.timing.status = time.Millisecond })
			s.send(insertion(100, 110))
			want := positions{110, 100, 100}
			if !blocked {
				receive(t, s.out)
				s.Confirm(110)
				want = positions{110, 110, 110}
			}
			for receive(t, s.heard) != want {
			}
			s.stop()
			// It waits for this for a second only: on a busy machine it may have gone.
			_, _ = s.server.Write(join(frame('c', nil), frame('C', []byte("COPY 0\x00")), frame('Z', []byte("I"))))
			if err := receive(t, s.ended); err != nil {
				t.Error(err)
			}
		})
	}
}
