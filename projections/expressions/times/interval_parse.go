package times

import (
	"errors"
	"math"
	"strings"

	"materializer/projections/expressions/datum"
)

// intervalParts are the sums of an interval's parts while it is read.
type intervalParts struct {
	years, months, days int32
	micros              int64
	point               unit // early or late, of an infinite one
	release             int
}

// parseInterval reads an interval as a release of PostgreSQL does. The typmod is that of `interval '5' day`:
// it says what a number without a unit means, and what is cut off; -1 if there is none.
func parseInterval(text string, typmod int32, release int) (datum.Interval, error) {
	p, err := parseIntervalParts(text, typmod, release)
	if err != nil {
		if errors.Is(err, errField) {
			return datum.Interval{}, errIntervalField
		}
		return datum.Interval{}, named(err, "interval")
	}
	switch p.point {
	case early:
		return earlyInterval, nil
	case late:
		return lateInterval, nil
	}
	months, ok := int32Of(int64(p.years)*monthsPerYear + int64(p.months))
	if !ok {
		return datum.Interval{}, datum.ErrIntervalRange
	}
	return adjustInterval(datum.Interval{Months: months, Days: p.days, Microseconds: p.micros}, typmod)
}

func parseIntervalParts(text string, typmod int32, release int) (intervalParts, error) {
	fields, err := scan(text, roomOfInterval)
	if err == nil {
		d := intervalDecoder{intervalParts: intervalParts{release: release}, fields: fields, fieldsMask: intervalFields(typmod), strict: release >= 17}
		if err = d.decode(); err == nil {
			return d.intervalParts, nil
		}
	}
	if errors.Is(err, errFormat) {
		return parseISOInterval(text, release)
	}
	return intervalParts{}, err
}

// intervalDecoder makes an interval of fields.
type intervalDecoder struct {
	intervalParts
	fields     []field
	fieldsMask int32 // of the typmod
	have       seen
	unit       unit // of the number to the left
	unitKnown  bool
	ago        bool
	strict     bool // since 17: each unit has its number, "ago" is last, and there are infinite intervals
	open       bool // the unit to the right has no number yet
}

// decode reads the fields backwards, so that units come before their numbers.
func (d *intervalDecoder) decode() error {
	for i := len(d.fields) - 1; i >= 0; i-- {
		found, err := d.field(d.fields[i], i == len(d.fields)-1)
		if err != nil {
			return err
		}
		if found&d.have != 0 {
			return errFormat
		}
		d.have |= found
	}
	if d.have == 0 || d.strict && d.open {
		return errFormat
	}
	if !d.ago {
		return nil
	}
	if d.micros == math.MinInt64 || d.days == math.MinInt32 || d.months == math.MinInt32 || d.years == math.MinInt32 {
		return errField
	}
	d.micros, d.days, d.months, d.years = -d.micros, -d.days, -d.months, -d.years
	return nil
}

func (d *intervalDecoder) field(f field, last bool) (seen, error) {
	switch f.kind {
	case timeField:
		d.open = false
		return d.clock(f.text, 1)
	case zoneField:
		d.open = false
		if strings.Contains(f.text, ":") {
			sign := int64(1)
			if f.text[0] == '-' {
				sign = -1
			}
			if found, err := d.clock(f.text[1:], sign); err == nil {
				return found, nil
			}
		}
		return d.number(f.text)
	case dateField, numberField:
		d.open = false
		return d.number(f.text)
	}
	t, known := lookUp(unitTokens, f.text)
	switch {
	case !known && d.strict:
		return d.otherWord(f.text, last)
	case !known, d.strict && d.open, d.strict && t.kind == agoKind && !last:
		return 0, errFormat
	case t.kind == agoKind:
		d.ago, d.unit = true, noUnit
	default:
		d.unit, d.open = t.unit(), true
	}
	d.unitKnown = true
	return 0, nil
}

// otherWord reads what is no unit: the name of an infinite interval, which stands alone.
func (d *intervalDecoder) otherWord(text string, last bool) (seen, error) {
	switch {
	case text == "at" || text == "on":
		if d.open {
			return 0, errFormat
		}
		d.unitKnown = false
		return 0, nil
	case dateTokens[text].kind == unitKind && !d.open: // a unit of dates, which no number of an interval has
		d.unit, d.open, d.unitKnown = dateTokens[text].unit(), true, true
		return 0, nil
	case !last:
		return 0, errFormat
	case text == "-infinity":
		d.point = early
	case text == "infinity" || text == "+infinity":
		d.point = late
	default:
		return 0, errFormat
	}
	return hasDate | hasTime, nil
}

// clock reads hh:mm:ss; what is left of it are days.
func (d *intervalDecoder) clock(text string, sign int64) (seen, error) {
	c, err := decodeClock(text, d.fieldsMask == minuteField|secondField)
	if err != nil {
		return 0, err
	}
	micros, ok := mulAdd(c.hour, microsPerHour, int64(c.micros))
	if ok {
		micros, ok = add64(micros, int64(c.minute)*microsPerMinute+int64(c.second)*microsPerSecond)
	}
	if !ok {
		return 0, errField
	}
	d.micros = sign * micros
	d.unit, d.unitKnown = day, true
	return hasTime, nil
}

// number reads a number, or years and months.
func (d *intervalDecoder) number(text string) (seen, error) {
	if !d.unitKnown {
		d.unit, d.unitKnown = defaultUnit(d.fieldsMask), true
	}
	value, rest, ok := leadingInt(text, 64)
	if !ok {
		return 0, errField
	}
	part := 0.0
	switch {
	case rest == "":
	case rest[0] == '-':
		months, err := yearsAndMonths(value, rest[1:], text[0] == '-')
		if err != nil {
			return 0, err
		}
		value, d.unit = months, month
	case rest[0] == '.':
		var err error
		if part, err = fraction(rest); err != nil {
			return 0, err
		}
		if text[0] == '-' {
			part = -part
		}
	default:
		return 0, errFormat
	}
	found, err := d.add(d.unit, value, part)
	if d.unit == hour {
		d.unit = day
	}
	return found, err
}

func yearsAndMonths(years int64, text string, negative bool) (int64, error) {
	months, rest, ok := leadingInt(text, 32)
	if !ok || months < 0 || months >= monthsPerYear {
		return 0, errField
	}
	if rest != "" {
		return 0, errFormat
	}
	if negative {
		months = -months
	}
	total, ok := mulAdd(years, monthsPerYear, months)
	if !ok {
		return 0, errField
	}
	return total, nil
}

// yearsIn is how many years a unit has.
var yearsIn = map[unit]int64{year: 1, decade: 10, century: 100, millennium: 1000}

// microsIn is how many microseconds a unit has.
var microsIn = map[unit]int64{
	microsecond: 1, millisecond: 1000, second: microsPerSecond, minute: microsPerMinute, hour: microsPerHour,
}

var unitSeen = map[unit]seen{
	microsecond: hasMicrosecond, millisecond: hasMillisecond, second: hasSecond, minute: hasMinute, hour: hasHour,
	day: hasDay, week: hasWeek, month: hasMonth,
	year: hasYear, decade: hasDecade, century: hasCentury, millennium: hasMillennium,
}

// add adds a number of units, its whole and its fraction.
func (d *intervalDecoder) add(u unit, value int64, part float64) (seen, error) {
	var ok bool
	switch u {
	case microsecond, millisecond, second, minute, hour:
		ok = d.addMicros(value, part, microsIn[u])
	case day:
		ok = d.addDays(value, 1) && d.addFractionMicros(part, microsPerDay)
	case week:
		ok = d.addDays(value, 7) && d.addFractionDays(part, 7)
	case month:
		ok = d.addMonths(value) && d.addFractionDays(part, daysPerMonth)
	case year, decade, century, millennium:
		ok = d.addYears(value, yearsIn[u]) && d.addFractionYears(part, yearsIn[u])
	default:
		return 0, errFormat
	}
	if !ok {
		return 0, errField
	}
	if u == second && part != 0 {
		return hasSeconds, nil
	}
	return unitSeen[u], nil
}

func (p *intervalParts) addMicros(value int64, part float64, scale int64) (ok bool) {
	if p.micros, ok = mulAdd(value, scale, p.micros); !ok {
		return false
	}
	return p.addFractionMicros(part, scale)
}

func (p *intervalParts) addFractionMicros(part float64, scale int64) (ok bool) {
	part *= float64(scale)
	micros := int64(part)
	switch part -= float64(micros); {
	case part > 0.5:
		micros++
	case part < -0.5:
		micros--
	}
	p.micros, ok = add64(p.micros, micros)
	return ok
}

func (p *intervalParts) addDays(value, scale int64) (ok bool) {
	return addScaled(&p.days, value, scale)
}

func (p *intervalParts) addFractionDays(part float64, scale int64) bool {
	part *= float64(scale)
	days := int64(part)
	return p.addDays(days, 1) && p.addFractionMicros(part-float64(days), microsPerDay)
}

func (p *intervalParts) addMonths(value int64) bool { return addScaled(&p.months, value, 1) }

func (p *intervalParts) addYears(value, scale int64) bool { return addScaled(&p.years, value, scale) }

// addFractionYears adds a part of years as whole months, rounded since PostgreSQL 15.
func (p *intervalParts) addFractionYears(part float64, scale int64) bool {
	months := part * float64(scale) * monthsPerYear
	if p.release < 15 {
		return p.addMonths(int64(months))
	}
	return p.addMonths(int64(math.RoundToEven(months)))
}

// addScaled adds a number of units to a sum, telling whether all of it fits.
func addScaled(sum *int32, value, scale int64) (ok bool) {
	if _, ok = int32Of(value); !ok {
		return false
	}
	scaled, ok := int32Of(value * scale)
	if !ok {
		return false
	}
	*sum, ok = add32(*sum, scaled)
	return ok
}
