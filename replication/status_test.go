package replication

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pglogrepl"
	"pgregory.net/rapid"

	"materializer/cdc"
)

// model is what a server and a consumer can do to a stream, in any order.
type model struct {
	d         *decoder
	handed    cdc.LSN   // as the stream keeps it
	given     []cdc.LSN // positions that the consumer has been given
	confirmed cdc.LSN   // by the consumer, one of them
	told      cdc.LSN
	end       cdc.LSN // of the WAL
}

// TestTell checks the one thing that must never happen: a position is told to
// be durable that the consumer has not been given and confirmed.
func TestTell(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start := cdc.LSN(rapid.Uint64Range(1, 1000).Draw(t, "start"))
		m := &model{d: newDecoder(start, nil), handed: start, given: []cdc.LSN{start}, confirmed: start, end: start}
		m.d.batch = newBatches().take()
		t.Repeat(map[string]func(*rapid.T){
			"transaction": m.transaction,
			"begin":       m.begin,
			"keepalive":   func(t *rapid.T) { m.d.idle(m.end + cdc.LSN(rapid.Uint64Range(0, 5).Draw(t, "ahead"))) },
			"hand on":     m.handOn,
			"confirm":     m.confirm,
			"":            m.check,
		})
	})
}

func (m *model) begin(t *rapid.T) {
	if !m.d.open {
		m.end = max(m.end, m.d.position)
		m.d.open = true
	}
}

func (m *model) transaction(t *rapid.T) {
	m.begin(t)
	m.end += cdc.LSN(rapid.Uint64Range(1, 5).Draw(t, "size"))
	m.d.open, m.d.position = false, m.end
	m.d.batch.Idle = 0
	m.d.batch.Commits = append(m.d.batch.Commits, cdc.Commit{LSN: m.end})
}

func (m *model) handOn(*rapid.T) {
	if reached := end(m.d.batch); reached > 0 {
		if reached <= m.handed {
			panic("a position was handed on twice")
		}
		m.handed = reached
		m.given = append(m.given, reached)
	}
	m.d.batch.Commits, m.d.batch.Idle = nil, 0
}

func (m *model) confirm(t *rapid.T) {
	m.confirmed = max(m.confirmed, rapid.SampledFrom(m.given).Draw(t, "confirmed"))
}

func (m *model) check(t *rapid.T) {
	p, err := tell(m.d.position, m.handed, m.confirmed)
	if err != nil {
		t.Fatal(err)
	}
	if p.flush != m.confirmed || p.apply != m.confirmed || p.write < p.flush || p.write > max(m.end+5, m.confirmed) || p.flush < m.told {
		t.Fatalf("told %+v with %s confirmed, %s received, %s told before", p, m.confirmed, m.d.position, m.told)
	}
	m.told = p.flush
	if _, err := tell(m.d.position, m.handed, m.handed+1); !errors.Is(err, errConfirm) {
		t.Fatalf("a position that was never handed on: %v", err)
	}
}

func TestAppendStatus(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	got := appendStatus(nil, positions{write: 0x300000002, flush: 2, apply: 1}, now, true)
	want := "d\x00\x00\x00\x26r\x00\x00\x00\x03\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x01"
	if string(got[:len(want)]) != want || len(got) != len(want)+9 || got[len(got)-1] != 1 {
		t.Errorf("got %q", got)
	}
	if at := serverTime(uint64(now.UnixMicro() - epoch2000)); !at.Equal(now) {
		t.Errorf("%s became %s", now, at)
	}
	if pglogrepl.StandbyStatusUpdateByteID != got[5] {
		t.Errorf("type is %q", got[5])
	}
}
