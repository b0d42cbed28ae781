package replication

import (
	"bytes"

	"materializer/cdc"
)

const (
	batchRows  = 4096
	batchBytes = 1 << 20
)

// copySink takes the data of one COPY, cuts it into rows and hands them on in batches.
type copySink struct {
	columns int
	take    func(batch []cdc.Row, bytes int64) error // bytes of COPY data

	rest  []byte // of a line that has not ended yet
	arena []byte // images of the rows collected
	ends  []int  // of each row in the arena
	batch []cdc.Row
	bytes int64
	err   error
}

func newCopySink(table *cdc.Table, take func([]cdc.Row, int64) error) *copySink {
	return &copySink{columns: len(table.Columns), take: take}
}

// Write takes any piece of the data; the server sends a line at a time.
func (s *copySink) Write(data []byte) (int, error) {
	s.bytes += int64(len(data))
	for rest := data; len(rest) > 0; {
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			s.rest = append(s.rest, rest...)
			break
		}
		line := rest[:end]
		if len(s.rest) > 0 {
			line = append(s.rest, line...)
			s.rest = s.rest[:0]
		}
		rest = rest[end+1:]
		if s.err = s.line(line); s.err != nil {
			return 0, s.err
		}
	}
	return len(data), nil
}

func (s *copySink) line(line []byte) error {
	var err error
	if s.arena, err = appendCopyRow(s.arena, line, s.columns); err != nil {
		return err
	}
	s.ends = append(s.ends, len(s.arena))
	if len(s.ends) < batchRows && len(s.arena) < batchBytes {
		return nil
	}
	return s.flush()
}

// flush hands on the rows collected, as must be done once more at the end.
func (s *copySink) flush() error {
	if len(s.ends) == 0 {
		return nil
	}
	s.batch = s.batch[:0]
	start := 0
	for _, end := range s.ends {
		s.batch = append(s.batch, s.arena[start:end:end])
		start = end
	}
	if err := s.take(s.batch, s.bytes); err != nil {
		return err
	}
	s.ends, s.bytes = s.ends[:0], 0
	if cap(s.arena) > 4*batchBytes {
		s.arena = nil // one wide value is not kept for ever
	}
	s.arena = s.arena[:0]
	return nil
}
