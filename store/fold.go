package store

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"materializer/cdc"
)

// Folding merges neighbouring journal records into one that has each touch
// once, under the sequence number and position of the last. A folded record is
// sorted and may be large, so it is kept in pieces and merged as a stream.
//
// It is safe beside a reader: a reader that has read up to a record in the
// middle forgets up to there, and the folded record, being later, stays. The
// new pieces are written before the old ones are deleted, so a crash leaves
// some touches twice and none out.

const (
	foldBytes  = 4 << 20   // of unsorted records that are sorted at once, in memory
	pieceLimit = 256 << 10 // of one piece of a folded record
)

// FoldJournal folds the journal where it is longer than maxRecords. Records
// are merged like the levels of a log-structured tree, a later one only into
// one at most twice its size, so that each touch is rewritten O(log n) times;
// what remains is a logarithmic number of records, each touch at most once in
// each.
func (db *DB) FoldJournal(maxRecords int) error {
	db.mu.Lock()
	end := db.boundary.journalEnd
	db.mu.Unlock()
	j := &db.journal
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.upto(end) <= maxRecords {
		return nil
	}
	if err := db.foldSmall(end); err != nil {
		return fmt.Errorf("fold journal: %w", err)
	}
	if err := db.foldSorted(end); err != nil {
		return fmt.Errorf("fold journal: %w", err)
	}
	return nil
}

// foldSmall sorts runs of unsorted records, each run in memory.
func (db *DB) foldSmall(end uint64) error {
	j := &db.journal
	for from := 0; from < j.upto(end); from++ {
		to, size := from, int64(0)
		for to < j.upto(end) && j.records[to].generation == 0 && size < foldBytes {
			size += j.records[to].bytes
			to++
		}
		if to == from {
			continue
		}
		if err := db.fold(from, to, sortTouches); err != nil {
			return err
		}
	}
	return nil
}

// foldSorted merges sorted neighbours, from the latest on, where the earlier
// one is not much larger.
func (db *DB) foldSorted(end uint64) error {
	j := &db.journal
	for from := j.upto(end) - 2; from >= 0; from-- {
		if j.records[from].bytes > 2*j.records[from+1].bytes {
			continue
		}
		if err := db.fold(from, from+2, mergeTouches); err != nil {
			return err
		}
	}
	return nil
}

// fold replaces records [from, to) by one. The caller holds the journal.
func (db *DB) fold(from, to int, merge func([]*touchStream, func(Touch) error) error) (err error) {
	j := &db.journal
	old := j.records[from:to]
	last := old[len(old)-1]
	var streams []*touchStream
	defer func() {
		for _, s := range streams {
			err = errors.Join(err, closeIter(s.records))
		}
	}()
	for _, r := range old {
		s, err := db.openTouches(r)
		if err != nil {
			return err
		}
		streams = append(streams, s)
	}
	w := foldWriter{db: db, lsn: streams[len(streams)-1].lsn}
	w.record = journalRecord{seq: last.seq, generation: last.generation + 1}
	if err := merge(streams, w.add); err != nil {
		return err
	}
	if err := w.flush(); err != nil {
		return err
	}
	p := db.pebble.NewBatch()
	defer p.Close()
	for _, r := range old {
		if err := r.delete(p); err != nil {
			return err
		}
	}
	if err := db.write(p, false); err != nil {
		return err
	}
	j.records = slices.Replace(j.records, from, to, w.record)
	return nil
}

// foldWriter writes the pieces of a folded record.
type foldWriter struct {
	db     *DB
	lsn    cdc.LSN
	record journalRecord
	piece  []byte
}

func (w *foldWriter) add(t Touch) error {
	if len(w.piece) == 0 {
		w.piece = appendLSN(w.piece, w.lsn)
	}
	w.piece = appendTouch(w.piece, t)
	if len(w.piece) < pieceLimit {
		return nil
	}
	return w.flush()
}

func (w *foldWriter) flush() error {
	if len(w.piece) == 0 {
		return nil
	}
	p := w.db.pebble.NewBatch()
	defer p.Close()
	key := appendJournalKey(nil, w.record.seq, w.record.generation, uint32(w.record.pieces))
	if err := p.Set(key, w.piece, nil); err != nil {
		return err
	}
	if err := w.db.write(p, false); err != nil {
		return err
	}
	w.record.pieces++
	w.record.bytes += int64(len(w.piece))
	w.piece = w.piece[:0]
	return nil
}

// touchStream reads the touches of one record, piece after piece.
type touchStream struct {
	records *pebble.Iterator
	started bool
	lsn     cdc.LSN
	rest    []byte
}

func (db *DB) openTouches(r journalRecord) (*touchStream, error) {
	records, err := db.pebble.NewIter(&pebble.IterOptions{
		LowerBound: appendJournalKey(nil, r.seq, r.generation, 0),
		UpperBound: appendJournalKey(nil, r.seq, r.generation, uint32(r.pieces)),
	})
	if err != nil {
		return nil, classify(err)
	}
	s := &touchStream{records: records}
	if err := s.fill(); err != nil {
		return nil, errors.Join(err, closeIter(records))
	}
	return s, nil
}

func (s *touchStream) fill() (err error) {
	if !step(s.records, &s.started, false) {
		return iterError(s.records, nil)
	}
	s.lsn, s.rest, err = cutLSN(s.records.Value())
	return err
}

// next gives the next touch, valid until the call after; ok is false at the end.
func (s *touchStream) next() (t Touch, ok bool, err error) {
	if len(s.rest) == 0 {
		if err := s.fill(); err != nil || len(s.rest) == 0 {
			return t, false, err
		}
	}
	t, s.rest, err = cutTouch(s.rest)
	return t, err == nil, err
}

func compareTouches(a, b Touch) int {
	return cmp.Or(cmp.Compare(a.Node, b.Node), bytes.Compare(a.Key, b.Key))
}

// sortTouches passes on the touches of small streams, in order and each once.
func sortTouches(streams []*touchStream, add func(Touch) error) error {
	var touches []Touch
	var memory arena
	for _, s := range streams {
		for {
			t, ok, err := s.next()
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			touches = append(touches, Touch{Node: t.Node, Key: memory.copy(t.Key)})
		}
	}
	slices.SortFunc(touches, compareTouches)
	for i, t := range touches {
		if i > 0 && compareTouches(touches[i-1], t) == 0 {
			continue
		}
		if err := add(t); err != nil {
			return err
		}
	}
	return nil
}

// mergeTouches passes on the touches of two sorted streams, in order and each once.
func mergeTouches(streams []*touchStream, add func(Touch) error) error {
	var heads [2]Touch
	var have [2]bool
	advance := func(i int) (err error) {
		heads[i], have[i], err = streams[i].next()
		return err
	}
	err := errors.Join(advance(0), advance(1))
	for err == nil && (have[0] || have[1]) {
		order := 0
		switch {
		case !have[1]:
			order = -1
		case !have[0]:
			order = 1
		default:
			order = compareTouches(heads[0], heads[1])
		}
		if order <= 0 {
			err = add(heads[0])
		} else {
			err = add(heads[1])
		}
		if err == nil && order <= 0 {
			err = advance(0)
		}
		if err == nil && order >= 0 {
			err = advance(1)
		}
	}
	return err
}
