package times

import (
	"strings"
	"time"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var errZoneInterval = &datum.Error{Code: "22023", Message: "interval time zone must not include months or days"}

// zoneSpec is what AT TIME ZONE names: an offset, or a zone, or an abbreviation in one.
type zoneSpec struct {
	fixed        bool
	offset       int // of a fixed one, in seconds east
	named        *zone
	abbreviation string
}

// findZone finds an abbreviation or a zone.
func findZone(name string) (zoneSpec, error) {
	folded := foldUnit(name)
	if a, ok := abbreviations()[folded]; ok {
		if a.kind != moveZoneKind {
			return zoneSpec{fixed: true, offset: a.value}, nil
		}
		z, err := loadZone(a.zone)
		return zoneSpec{named: z, abbreviation: folded}, err
	}
	z, err := loadZone(name)
	return zoneSpec{named: z}, err
}

// zone is the spec as a zone.
func (s zoneSpec) zone() *zone {
	if s.fixed {
		return &zone{location: time.FixedZone("", s.offset)}
	}
	return s.named
}

// offsetOfLocal is the offset at a local time.
func (s zoneSpec) offsetOfLocal(m *moment) int {
	switch {
	case s.fixed:
		return s.offset
	case s.abbreviation != "":
		return s.named.offsetOfAbbreviation(m, s.abbreviation)
	}
	return s.named.offsetOfLocal(m)
}

// offsetAt is the offset at a moment.
func (s zoneSpec) offsetAt(t int64) int {
	if s.fixed {
		return s.offset
	}
	if s.abbreviation != "" {
		if offset, ok := s.named.meaning(unixOf(t), s.abbreviation); ok {
			return offset
		}
	}
	return s.named.at(unixOf(t)).offset
}

func zoneFunctions() []function.Function {
	return []function.Function{
		function.Of2("timezone(text,timestamp)", func(name string, t datum.Timestamp) (datum.TimestampTZ, error) {
			if !finite(int64(t)) {
				return datum.TimestampTZ(t), nil
			}
			s, err := findZone(name)
			if err != nil {
				return 0, err
			}
			m := splitTimestamp(int64(t))
			return asTimestampTZ(shift(int64(t), -s.offsetOfLocal(&m)))
		}),
		function.Of2("timezone(text,timestamptz)", func(name string, t datum.TimestampTZ) (datum.Timestamp, error) {
			if !finite(int64(t)) {
				return datum.Timestamp(t), nil
			}
			s, err := findZone(name)
			if err != nil {
				return 0, err
			}
			return asTimestamp(shift(int64(t), s.offsetAt(int64(t))))
		}),
		function.Of2("timezone(text,timetz)", timeAtZone),
		function.Of2("timezone(interval,timestamp)", func(v datum.Interval, t datum.Timestamp) (datum.TimestampTZ, error) {
			if !finite(int64(t)) {
				return datum.TimestampTZ(t), nil
			}
			offset, err := offsetInterval(v)
			if err != nil {
				return 0, err
			}
			return asTimestampTZ(shift(int64(t), -offset))
		}),
		function.Of2("timezone(interval,timestamptz)", func(v datum.Interval, t datum.TimestampTZ) (datum.Timestamp, error) {
			if !finite(int64(t)) {
				return datum.Timestamp(t), nil
			}
			offset, err := offsetInterval(v)
			if err != nil {
				return 0, err
			}
			return asTimestamp(shift(int64(t), offset))
		}),
		function.Of2("timezone(interval,timetz)", func(v datum.Interval, t datum.TimeTZ) (datum.TimeTZ, error) {
			offset, err := offsetInterval(v)
			return moveTime(t, offset), err
		}),
	}
}

// shift adds seconds to a finite timestamp.
func shift(t int64, seconds int) (int64, error) {
	t, ok := mulAdd(int64(seconds), microsPerSecond, t)
	if !ok || !validTimestamp(t) {
		return 0, datum.ErrTimestampRange
	}
	return t, nil
}

// offsetInterval is an offset to the east given as an interval. PostgreSQL keeps 32 bits of it.
func offsetInterval(v datum.Interval) (int, error) {
	if v.Months != 0 || v.Days != 0 {
		return 0, errZoneInterval
	}
	return int(int32(v.Microseconds / microsPerSecond)), nil
}

// timeAtZone is a time of day in another zone, whose offset must not depend on the date, today's.
func timeAtZone(name string, t datum.TimeTZ) (datum.TimeTZ, error) {
	s, err := findZone(name)
	if err != nil {
		return datum.TimeTZ{}, err
	}
	offset, fixed := s.offset, s.fixed
	if !fixed {
		offset, fixed = s.named.fixedOffset()
	}
	if !fixed {
		return datum.TimeTZ{}, errClock
	}
	return moveTime(t, offset), nil
}

func moveTime(t datum.TimeTZ, offset int) datum.TimeTZ {
	_, clock := floorDiv(int64(t.Time)+int64(int(t.Zone)+offset)*microsPerSecond, microsPerDay)
	return datum.TimeTZ{Time: datum.Time(clock), Zone: int32(-offset)}
}

// saneZone is the offset that make_timestamptz reads from a text, in seconds west.
func saneZone(name string, m *moment) (int, error) {
	if name != "" && isDigit(name[0]) {
		return 0, datum.Errorf("22023", "invalid input syntax for type numeric time zone")
	}
	west, err := decodeZone(name)
	switch {
	case err == nil:
		return west, nil
	case err == error(errDisplacement):
		return 0, datum.Errorf("22023", "numeric time zone out of range")
	}
	s, err := findZone(strings.Clone(name))
	if err != nil {
		return 0, err
	}
	return -s.offsetOfLocal(m), nil
}
