package times

import (
	_ "embed"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // where the system has no time zone database
)

// zoneNames are the names of the time zone database, one a line: PostgreSQL
// takes them in any case.
//
//go:embed zones.txt
var zoneNames string

// canonicalNames finds a zone's name by it in lower case.
var canonicalNames = sync.OnceValue(func() map[string]string {
	names := map[string]string{}
	for line := range strings.Lines(zoneNames) {
		name := strings.TrimSpace(line)
		names[strings.ToLower(name)] = name
	}
	return names
})

// zone is a time zone: a history of offsets.
type zone struct {
	location *time.Location
	rules    bool // no history, but rules for all years
}

// loadedZones keeps zones by the names they were asked for, since reading one is slow.
var loadedZones sync.Map

// maxZoneName is the longest name of a zone that is looked at.
const maxZoneName = 255

// loadZone finds a zone by its name in any case, or reads a POSIX one ("GMT+3").
func loadZone(name string) (*zone, error) {
	if len(name) > maxZoneName {
		return nil, errZone
	}
	// A colon says that a name follows, no rules.
	key := strings.ToLower(strings.TrimPrefix(name, ":"))
	if known, ok := loadedZones.Load(key); ok {
		return known.(*zone), nil
	}
	canonical, ok := canonicalNames()[key]
	if !ok {
		// Not kept: there is no end of these.
		return posixZone(strings.ToUpper(name))
	}
	location, err := time.LoadLocation(canonical)
	if err != nil {
		return nil, errZone
	}
	z := &zone{location: location}
	loadedZones.Store(key, z)
	return z, nil
}

// period is a time during which a zone has one offset.
type period struct {
	name             string // the abbreviation in use
	offset           int    // seconds east
	start, end       int64  // Unix seconds
	hasStart, hasEnd bool
}

// at is the period that a moment in Unix seconds is in. It may end before
// another with the same offset and name, but not at the moment itself.
func (z *zone) at(unix int64) period {
	if z.rules && unix < 0 {
		return z.before1970(unix)
	}
	t := time.Unix(unix, 0).In(z.location)
	var p period
	p.name, p.offset = t.Zone()
	start, end := t.ZoneBounds()
	if p.hasStart = !start.IsZero(); p.hasStart {
		p.start = start.Unix()
	}
	if p.hasEnd = !end.IsZero(); p.hasEnd {
		p.end = end.Unix()
		if p.end <= unix {
			// Where only rules are left, package time ends periods with the
			// year, and years after 365 days: this is the day that is missing.
			p.end = unix - unix%secondsPerDay + secondsPerDay
		}
	}
	return p
}

// before1970 is at for rules, which package time misreads before 1970: the
// calendar repeats itself every 400 years.
func (z *zone) before1970(unix int64) period {
	const cycle = 146097 * secondsPerDay
	shift := (-unix/cycle + 1) * cycle
	p := z.at(unix + shift)
	p.start -= shift
	p.end -= shift
	return p
}

// offsetOfLocal is the offset of a local time, in seconds east. Of a time that
// the clocks skip or show twice it is the one of standard time: that before
// a jump ahead, that after a jump back.
func (z *zone) offsetOfLocal(m *moment) int {
	offset, _ := z.resolve(m)
	return offset
}

// resolve is offsetOfLocal and the Unix time.
func (z *zone) resolve(m *moment) (offset int, unix int64) {
	if !validJulian(m.year, m.month) {
		return 0, 0
	}
	local := int64(m.julian()-unixEpochDay)*secondsPerDay + int64(m.second+(m.minute+m.hour*60)*60)
	// Offsets are less than a day.
	before := z.at(local - secondsPerDay)
	for before.hasEnd && before.end < local+secondsPerDay && z.at(before.end).offset == before.offset {
		before = z.at(before.end)
	}
	if !before.hasEnd {
		return before.offset, local - int64(before.offset)
	}
	after := z.at(before.end)
	beforeTime, afterTime := local-int64(before.offset), local-int64(after.offset)
	switch boundary := before.end; {
	case beforeTime < boundary && afterTime < boundary:
		return before.offset, beforeTime
	case beforeTime > boundary && afterTime >= boundary:
		return after.offset, afterTime
	case beforeTime > afterTime:
		return before.offset, beforeTime
	}
	return after.offset, afterTime
}

// lastTransition is a time after which zones only repeat themselves.
const lastTransition = int64(2524608000) // 2050-01-01

// fixedOffset is the offset of a zone that has always had the same.
func (z *zone) fixedOffset() (offset int, fixed bool) {
	p := z.at(lastTransition)
	offset = p.offset
	for p.hasStart {
		if p = z.at(p.start - 1); p.offset != offset {
			return 0, false
		}
	}
	return offset, true
}

// offsetOfAbbreviation is the offset that an abbreviation means at a local
// time: the latest meaning it had in the zone, else the first it got, else
// whatever the zone has then.
func (z *zone) offsetOfAbbreviation(m *moment, abbreviation string) int {
	offset, unix := z.resolve(m)
	if meant, ok := z.meaning(unix, abbreviation); ok {
		return meant
	}
	return offset
}

func (z *zone) meaning(unix int64, abbreviation string) (offset int, ok bool) {
	name := strings.ToUpper(abbreviation)
	now := z.at(min(unix, lastTransition))
	for p := now; p.hasStart; p = z.at(p.start - 1) {
		if p.name == name {
			return p.offset, true
		}
	}
	for p := now; p.hasEnd && p.end < lastTransition; {
		if p = z.at(p.end); p.name == name {
			return p.offset, true
		}
	}
	return 0, false
}
