package writer

import (
	"strconv"
	"time"

	"materializer/cdc"
)

// Marker says how far the documents in Redis are. It is kept in the hash
// materializer:NAME:position and written in the same step as the documents.
type Marker struct {
	StateID string    // field state: which local state wrote it
	Epoch   uint64    // field epoch: rises with every reload, since positions of the source can go back
	Round   uint64    // field round: number of the round that wrote it, rising within an epoch
	LSN     cdc.LSN   // field lsn: every transaction up to here is visible
	Time    time.Time // field commit_time: commit of the last transaction visible, on the source's clock; empty if none
	Written time.Time // field written_time: when the marker was written, on our clock; set by Write
}

// markerFields names the fields of the hash in the order of stored.
var markerFields = []any{"state", "epoch", "round", "lsn", "commit_time", "written_time"}

// stored is a marker as it is in Redis; the zero value is a missing one. It is
// compared as it is: whatever differs from what we wrote was not written by us.
type stored struct {
	present bool
	fields  [6]string
}

// placeholder stands in Redis from Connect to the first Write. It reads as missing.
var placeholder = stored{present: true}

func encode(m Marker) stored {
	return stored{true, [6]string{
		m.StateID,
		strconv.FormatUint(m.Epoch, 10),
		strconv.FormatUint(m.Round, 10),
		m.LSN.String(),
		formatTime(m.Time),
		formatTime(m.Written),
	}}
}

// decode returns false for a missing marker and for one that Write did not write.
func (s stored) decode() (Marker, bool) {
	if !s.present || s == placeholder {
		return Marker{}, false
	}
	epoch, err := strconv.ParseUint(s.fields[1], 10, 64)
	if err != nil {
		return Marker{}, false
	}
	round, err := strconv.ParseUint(s.fields[2], 10, 64)
	if err != nil {
		return Marker{}, false
	}
	lsn, err := cdc.ParseLSN(s.fields[3])
	if err != nil {
		return Marker{}, false
	}
	commit, ok := parseTime(s.fields[4])
	if !ok {
		return Marker{}, false
	}
	written, ok := parseTime(s.fields[5])
	if !ok {
		return Marker{}, false
	}
	return Marker{s.fields[0], epoch, round, lsn, commit, written}, true
}

// storedFrom reads the reply of HMGET with markerFields.
func storedFrom(reply any) stored {
	var s stored
	values, ok := reply.([]any)
	if !ok || len(values) != len(s.fields) {
		return s
	}
	for i, v := range values {
		if text, ok := v.(string); ok {
			s.present, s.fields[i] = true, text
		}
	}
	return s
}

func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func parseTime(text string) (time.Time, bool) {
	if text == "" {
		return time.Time{}, true
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	return t, err == nil
}
