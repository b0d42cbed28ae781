package store

import (
	"errors"
	"slices"
	"sync"

	"github.com/cockroachdb/pebble/v2"

	"materializer/cdc"
)

// journal knows which records are in the store, without their touches. The
// mutex is held by whoever removes or replaces records.
type journal struct {
	mu        sync.Mutex
	records   []journalRecord // by seq
	forgotten uint64          // all up to this one are done
}

type journalRecord struct {
	seq        uint64
	generation uint16 // 0 as it was written; folded records are sorted and have each touch once
	pieces     int
	bytes      int64
}

// load reads the list of records. Where a crash has left two generations of a
// record, the older one is whole; the newer is dropped.
func (j *journal) load(db *DB) (err error) {
	stale := db.pebble.NewBatch()
	defer stale.Close()
	lower, upper := spaceBounds(spaceJournal)
	records, err := db.pebble.NewIter(&pebble.IterOptions{LowerBound: lower, UpperBound: upper})
	if err != nil {
		return classify(err)
	}
	defer func() { err = errors.Join(err, classify(records.Close())) }()
	for ok := records.First(); ok; ok = records.Next() {
		seq, generation, err := parseJournalKey(records.Key())
		if err != nil {
			return err
		}
		if j.last() != seq {
			j.records = append(j.records, journalRecord{seq: seq, generation: generation})
		}
		last := &j.records[len(j.records)-1]
		if last.generation != generation {
			if err := stale.Delete(records.Key(), nil); err != nil {
				return err
			}
			continue
		}
		last.pieces++
		last.bytes += int64(len(records.Value()))
	}
	if err := records.Error(); err != nil || stale.Empty() || db.options.Schema == nil {
		return classify(err)
	}
	return db.write(stale, false)
}

func (j *journal) last() uint64 {
	if len(j.records) == 0 {
		return 0
	}
	return j.records[len(j.records)-1].seq
}

func (j *journal) append(r journalRecord) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.records = append(j.records, r)
}

// upto tells how many records have a sequence number up to seq. The caller
// holds the mutex.
func (j *journal) upto(seq uint64) int {
	n, found := slices.BinarySearchFunc(j.records, seq, func(r journalRecord, seq uint64) int {
		return int(int64(r.seq - seq))
	})
	if found {
		n++
	}
	return n
}

// forgetMany is from how many keys on one range is deleted instead.
const forgetMany = 64

// forget deletes the records up to seq in a batch. The caller holds the mutex
// until the batch is committed, and then calls forgot.
func (j *journal) forget(p *pebble.Batch, seq uint64) error {
	gone := j.records[:j.upto(seq)]
	keys := 0
	for _, r := range gone {
		keys += r.pieces
	}
	if keys > forgetMany {
		return p.DeleteRange([]byte{spaceJournal}, appendJournalKey(nil, seq+1, 0, 0), nil)
	}
	for _, r := range gone {
		if err := r.delete(p); err != nil {
			return err
		}
	}
	return nil
}

// alone finds a record that was not folded with others, which would have its
// number too if it was the last of them; negative if there is none.
func (j *journal) alone(seq uint64) int {
	if at := j.upto(seq) - 1; at >= 0 && j.records[at].seq == seq && j.records[at].generation == 0 {
		return at
	}
	return -1
}

// forgetRecord deletes one record. The caller holds the mutex.
func (j *journal) forgetRecord(p *pebble.Batch, seq uint64) error {
	if at := j.alone(seq); at >= 0 {
		return j.records[at].delete(p)
	}
	return nil
}

func (j *journal) forgot(seq uint64, records []uint64) {
	j.records = slices.Delete(j.records, 0, j.upto(seq))
	j.forgotten = max(j.forgotten, seq)
	for _, seq := range records {
		if at := j.alone(seq); at >= 0 {
			j.records = slices.Delete(j.records, at, at+1)
		}
	}
}

func (r journalRecord) delete(p *pebble.Batch) error {
	for piece := range r.pieces {
		if err := p.Delete(appendJournalKey(nil, r.seq, r.generation, uint32(piece)), nil); err != nil {
			return err
		}
	}
	return nil
}

func touchRecord(lsn cdc.LSN, touches []Touch) []byte {
	if len(touches) == 0 {
		return nil
	}
	record := appendLSN(nil, lsn)
	for _, t := range touches {
		record = appendTouch(record, t)
	}
	return record
}

// JournalIterator reads the records that a snapshot contains and that are not
// forgotten, from the oldest. A folded record may come in several pieces, all
// with its sequence number.
type JournalIterator struct {
	records *pebble.Iterator
	started bool
	seq     uint64
	lsn     cdc.LSN
	touches []byte
	err     error
}

// Journal starts reading the journal of the snapshot.
func (s *Snapshot) Journal() *JournalIterator { return s.JournalFrom(0) }

// JournalFrom starts reading at the first record with a sequence number from
// seq on. One that was folded with later ones since has the number of the last.
func (s *Snapshot) JournalFrom(seq uint64) *JournalIterator {
	s.db.journal.mu.Lock()
	from := max(seq, s.db.journal.forgotten+1)
	s.db.journal.mu.Unlock()
	records, err := s.boundary.snapshot.NewIter(&pebble.IterOptions{
		LowerBound: appendJournalKey(nil, from, 0, 0),
		UpperBound: appendJournalKey(nil, max(from, s.boundary.journalEnd+1), 0, 0),
	})
	return &JournalIterator{records: records, err: classify(err)}
}

// Next goes to the next record, the first one at first.
func (i *JournalIterator) Next() bool {
	if i.err != nil || !step(i.records, &i.started, false) {
		return false
	}
	if i.seq, _, i.err = parseJournalKey(i.records.Key()); i.err == nil {
		i.lsn, i.touches, i.err = cutLSN(i.records.Value())
	}
	return i.err == nil
}

// Seq is the sequence number of the record.
func (i *JournalIterator) Seq() uint64 { return i.seq }

// LSN is the position of the state that the record was written with.
func (i *JournalIterator) LSN() cdc.LSN { return i.lsn }

// Touches calls fn for each touch of the record. Its key is valid until Next.
func (i *JournalIterator) Touches(fn func(Touch) error) error {
	for rest := i.touches; len(rest) > 0; {
		t, after, err := cutTouch(rest)
		if err != nil {
			return err
		}
		if err := fn(t); err != nil {
			return err
		}
		rest = after
	}
	return nil
}

// Err is what ended the iteration early, if anything did.
func (i *JournalIterator) Err() error { return iterError(i.records, i.err) }

// Close ends the iteration.
func (i *JournalIterator) Close() error { return closeIter(i.records) }
