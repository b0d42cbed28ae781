package times

import (
	"math"
	"strings"
)

// seen is a set of what a text has said so far.
type seen uint32

// What a text can say.
const (
	hasYear seen = 1 << iota
	hasMonth
	hasDay
	hasDayOfYear
	hasHour
	hasMinute
	hasSecond
	hasMillisecond
	hasMicrosecond
	hasZone
	hasDSTZone
	hasMoveZone
	hasModifier
	hasAMPM
	hasEra
	hasWeekday
	hasReserved
	hasWeek
	hasDecade
	hasCentury
	hasMillennium

	hasSeconds = hasSecond | hasMillisecond | hasMicrosecond
	hasDate    = hasYear | hasMonth | hasDay
	hasTime    = hasHour | hasMinute | hasSeconds
)

// decoder makes a moment of fields, for dates and timestamps, or for times of day alone.
type decoder struct {
	moment
	release  int // of PostgreSQL: since 16 what makes no sense is refused
	timeOnly bool
	fields   []field
	have     seen
	point    unit // early, late, epochPoint, or noUnit
	label    unit // of the next number: y2001m02d04
	west     int  // the zone, in seconds

	textMonth, julianDate, shortYear, bc bool

	halfDay      bool // a 12 hour clock
	afternoon    bool
	namedZone    *zone
	moveZone     *zone
	abbreviation string // of moveZone
}

// decode reads all fields.
func (d *decoder) decode() error {
	for i, f := range d.fields {
		found, err := d.field(i, f)
		if err != nil {
			return err
		}
		if found&d.have != 0 {
			return errFormat
		}
		d.have |= found
	}
	if d.strict() {
		if d.label != noUnit {
			return errFormat
		}
		if d.point != noUnit {
			return nil
		}
	}
	if err := d.finishDate(); err != nil {
		return err
	}
	if err := d.finishHalfDay(); err != nil {
		return err
	}
	if d.timeOnly {
		return d.finishTime()
	}
	if d.point != noUnit {
		return nil
	}
	if d.have&hasDate != hasDate {
		return errFormat
	}
	return d.finishZone()
}

// strict tells whether units without their number, and points in time with others, are refused.
func (d *decoder) strict() bool { return d.release >= 16 }

func (d *decoder) field(i int, f field) (seen, error) {
	switch f.kind {
	case dateField:
		return d.date(i, f.text)
	case timeField:
		return d.time(f.text)
	case zoneField:
		west, err := decodeZone(f.text)
		if err != nil {
			return 0, err
		}
		d.west = west
		return hasZone, nil
	case numberField:
		if d.label != noUnit {
			return d.labelled(f.text)
		}
		if d.timeOnly {
			return d.numberOfTime(i, f.text)
		}
		return d.numberOfDate(f.text)
	}
	return d.word(i, f.text)
}

// date reads what looks like a date.
func (d *decoder) date(i int, text string) (seen, error) {
	if d.timeOnly {
		last := len(d.fields) - 1
		if i == 0 && last >= 1 && (d.fields[last].kind == dateField || d.fields[1].kind == timeField) {
			return d.plainDate(text)
		}
		return d.timeAndZone(text, isDigit(text[0]))
	}
	if d.label == julianDay {
		return d.julianAndZone(text)
	}
	if d.label == noUnit && d.have&(hasMonth|hasDay) != hasMonth|hasDay {
		return d.plainDate(text)
	}
	labelled := d.label != noUnit
	if labelled && d.label != timeOfDay {
		return 0, errFormat
	}
	d.label = noUnit
	return d.timeAndZone(text, labelled || isDigit(text[0]))
}

// julianAndZone reads a Julian day with a zone behind it.
func (d *decoder) julianAndZone(text string) (seen, error) {
	value, rest, ok := leadingInt(text, 32)
	if !ok || value < 0 {
		return 0, errField
	}
	d.setJulian(int(value))
	d.julianDate = true
	west, err := decodeZone(rest)
	if err != nil {
		return 0, err
	}
	d.west, d.label = west, noUnit
	return hasDate | hasTime | hasZone, nil
}

// timeAndZone reads hhmmss-zz, or the name of a zone.
func (d *decoder) timeAndZone(text string, digits bool) (seen, error) {
	if !digits {
		z, err := loadZone(text)
		if err != nil {
			return 0, err
		}
		d.namedZone = z
		return hasZone, nil
	}
	if d.have&hasTime == hasTime {
		return 0, errFormat
	}
	dash := strings.IndexByte(text, '-')
	if dash < 0 {
		return 0, errFormat
	}
	west, err := decodeZone(text[dash:])
	if err != nil {
		return 0, err
	}
	d.west = west
	found, err := d.concatenated(text[:dash], d.dateGiven())
	return found | hasZone, err
}

// dateGiven is what was said, and the date, which a time of day does without.
func (d *decoder) dateGiven() seen {
	if d.timeOnly {
		return d.have | hasDate
	}
	return d.have
}

// time reads hh:mm:ss.
func (d *decoder) time(text string) (seen, error) {
	if (!d.timeOnly || d.strict()) && d.label != noUnit {
		if d.label != timeOfDay {
			return 0, errFormat
		}
		d.label = noUnit
	}
	c, err := decodeClock(text, false)
	if err != nil {
		return 0, err
	}
	if c.hour > math.MaxInt32 {
		return 0, errField
	}
	d.hour, d.minute, d.second, d.micros = int(c.hour), c.minute, c.second, c.micros
	if !d.timeOnly && clockOverflows(&d.moment) {
		return 0, errField
	}
	return hasTime, nil
}

// clockOverflows tells whether a time of day is beyond 24:00:00, which is one.
func clockOverflows(m *moment) bool {
	return m.hour < 0 || m.hour > 24 || m.minute < 0 || m.minute > 59 || m.second < 0 || m.second > 60 ||
		m.micros < 0 || m.micros > int(microsPerSecond) || m.clockMicros() > microsPerDay
}

// numberOfDate reads a number without a label, for a date or timestamp.
func (d *decoder) numberOfDate(text string) (seen, error) {
	point := strings.IndexByte(text, '.')
	switch {
	case point >= 0 && d.have&hasDate == 0:
		return d.plainDate(text)
	case point > 2,
		point < 0 && len(text) >= 6 && (d.have&hasDate == 0 || d.have&hasTime == 0):
		return d.concatenated(text, d.have)
	}
	return d.number(text, d.textMonth, d.have)
}

// numberOfTime reads a number without a label, for a time of day.
func (d *decoder) numberOfTime(i int, text string) (seen, error) {
	point, last := strings.IndexByte(text, '.'), len(d.fields)-1
	switch {
	case point >= 0 && i == 0 && last >= 1 && d.fields[last].kind == dateField:
		return d.plainDate(text)
	case point > 2, point < 0 && len(text) > 4:
		return d.concatenated(text, d.have|hasDate)
	case point >= 0:
		return 0, errFormat
	}
	return d.number(text, false, d.have|hasDate)
}

// labelled reads a number after its unit: y2001m02d04, J2451187.
func (d *decoder) labelled(text string) (seen, error) {
	wide, rest, ok := leadingInt(text, 32)
	if !ok {
		return 0, errField
	}
	if d.strict() && d.label != julianDay && d.label != timeOfDay {
		return 0, errFormat
	}
	if rest != "" && (rest[0] != '.' || d.label != julianDay && d.label != timeOfDay && d.label != second) {
		return 0, errFormat
	}
	value, label := int(wide), d.label
	d.label, d.point = noUnit, noUnit
	switch label {
	case year:
		d.year = value
		return hasYear, nil
	case month:
		if d.have&hasMonth != 0 && d.have&hasHour != 0 {
			d.minute = value
			return hasMinute, nil
		}
		d.month = value
		return hasMonth, nil
	case day:
		d.day = value
		return hasDay, nil
	case hour:
		d.hour = value
		return hasHour, nil
	case minute:
		d.minute = value
		return hasMinute, nil
	case second:
		return d.labelledSecond(value, rest)
	case julianDay:
		return d.labelledJulian(value, rest)
	case timeOfDay:
		found, err := d.concatenated(text, d.have|hasDate)
		if err == nil && found != hasTime {
			return 0, errFormat
		}
		return found, err
	}
	return 0, errFormat
}

func (d *decoder) labelledSecond(value int, rest string) (seen, error) {
	d.second = value
	if rest == "" {
		return hasSecond, nil
	}
	micros, err := fractionMicros(rest)
	d.micros = micros
	return hasSeconds, err
}

func (d *decoder) labelledJulian(value int, rest string) (seen, error) {
	if value < 0 {
		return 0, errField
	}
	d.setJulian(value)
	d.julianDate = true
	if rest == "" {
		return hasDate, nil
	}
	part, err := fraction(rest)
	d.setClock(int64(part * float64(microsPerDay)))
	return hasDate | hasTime, err
}
