package times

import (
	"math"
	"math/big"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// part is a field of a value: a number of decimal places for extract, and as
// a float for date_part.
type part struct {
	null     bool
	infinite int // its sign
	decimal  datum.Numeric
	float    float64
}

func wholePart(n int) part { return decimalPart(int64(n), 0) }

// decimalPart has so many decimal places.
func decimalPart(n int64, places int32) part {
	return part{decimal: apd.New(n, -places), float: float64(n) / math.Pow10(int(places))}
}

func float(p part, err error) (any, error) {
	switch {
	case err != nil || p.null:
		return nil, err
	case p.infinite != 0:
		return math.Inf(p.infinite), nil
	}
	return p.float, nil
}

func numeric(p part, err error) (any, error) {
	switch {
	case err != nil || p.null:
		return nil, err
	case p.infinite != 0:
		return &apd.Decimal{Form: apd.Infinite, Negative: p.infinite < 0}, nil
	}
	return p.decimal, nil
}

func parts() []function.Function {
	return concat(
		partsOf("time", func(name string, t datum.Time) (part, error) { return timePart(name, t) }),
		partsOf("timetz", timeTZPart),
		partsOf("timestamp", func(name string, t datum.Timestamp) (part, error) {
			return timestampPart(name, int64(t), "timestamp without time zone")
		}),
		partsOf("timestamptz", func(name string, t datum.TimestampTZ) (part, error) {
			return timestampPart(name, int64(t), zonedTimestamp)
		}),
		partsOf("interval", intervalPart),
		[]function.Function{function.Of2("extract(text,date)", func(name string, d datum.Date) (any, error) {
			return numeric(datePart(name, d))
		})},
	)
}

func partsOf[T any](typeName string, get func(string, T) (part, error)) []function.Function {
	return []function.Function{
		function.Of2("date_part(text,"+typeName+")", func(name string, v T) (any, error) { return float(get(name, v)) }),
		function.Of2("extract(text,"+typeName+")", func(name string, v T) (any, error) { return numeric(get(name, v)) }),
	}
}

// unitNamed is the unit that a field's name means, and whether its kind is one of a unit at all.
func unitNamed(name, typeName string) (unit, error) {
	name = foldUnit(name)
	t, ok := lookUp(unitTokens, name)
	if !ok {
		t, ok = lookUp(dateTokens, name)
	}
	if !ok || t.kind != unitKind && t.kind != reservedKind {
		return noUnit, unknownUnit(typeName)
	}
	return t.unit(), nil
}

// maxIdentifier is where PostgreSQL cuts names off.
const maxIdentifier = 63

func foldUnit(name string) string {
	if len(name) > maxIdentifier {
		name = name[:maxIdentifier]
	}
	return strings.Map(func(r rune) rune {
		if r < 0x80 {
			return rune(lower(byte(r)))
		}
		return r
	}, name)
}

func unknownUnit(typeName string) error {
	return datum.Errorf("22023", "unit not recognized for type %s", typeName)
}

func unsupportedUnit(typeName string) error {
	return datum.Errorf("0A000", "unit not supported for type %s", typeName)
}

const zonedTimestamp = "timestamp with time zone"

func timePart(name string, t datum.Time) (part, error) {
	u, err := unitNamed(name, "time without time zone")
	if err != nil {
		return part{}, err
	}
	if u == epochPoint {
		return decimalPart(int64(t), 6), nil
	}
	return clockPart(u, int64(t), name, "time without time zone")
}

func timeTZPart(name string, t datum.TimeTZ) (part, error) {
	u, err := unitNamed(name, "time with time zone")
	if err != nil {
		return part{}, err
	}
	east := -int(t.Zone)
	switch u {
	case zoneOffset:
		return wholePart(east), nil
	case zoneHour:
		return wholePart(east / 3600), nil
	case zoneMinute:
		return wholePart(east / 60 % 60), nil
	case epochPoint:
		p := decimalPart(int64(t.Time)+int64(t.Zone)*microsPerSecond, 6)
		p.float = float64(t.Time)/1e6 + float64(t.Zone)
		return p, nil
	}
	return clockPart(u, int64(t.Time), name, "time with time zone")
}

// clockPart is a field of a time of day.
func clockPart(u unit, micros int64, name, typeName string) (part, error) {
	var m moment
	m.setClock(micros)
	if p, ok := m.clockPart(u); ok {
		return p, nil
	}
	if t, _ := lookUp(dateTokens, foldUnit(name)); t.kind == reservedKind {
		return part{}, unknownUnit(typeName)
	}
	return part{}, unsupportedUnit(typeName)
}

func (m *moment) clockPart(u unit) (part, bool) {
	fraction := int64(m.second)*microsPerSecond + int64(m.micros)
	switch u {
	case microsecond:
		return decimalPart(fraction, 0), true
	case millisecond:
		p := decimalPart(fraction, 3)
		p.float = float64(m.second)*1000 + float64(m.micros)/1000
		return p, true
	case second:
		p := decimalPart(fraction, 6)
		p.float = float64(m.second) + float64(m.micros)/1e6
		return p, true
	case minute:
		return wholePart(m.minute), true
	case hour:
		return wholePart(m.hour), true
	}
	return part{}, false
}

// datePart is a field of a date's calendar.
func (m *moment) datePart(u unit) (part, bool) {
	switch u {
	case day:
		return wholePart(m.day), true
	case month:
		return wholePart(m.month), true
	case quarter:
		return wholePart((m.month-1)/3 + 1), true
	case week:
		_, n := isoWeek(m.year, m.month, m.day)
		return wholePart(n), true
	case year:
		return wholePart(withoutZero(m.year)), true
	case decade:
		if m.year >= 0 {
			return wholePart(m.year / 10), true
		}
		return wholePart(-((9 - m.year) / 10)), true
	case century:
		return wholePart(countedBy(m.year, 100)), true
	case millennium:
		return wholePart(countedBy(m.year, 1000)), true
	case isoYear:
		n, _ := isoWeek(m.year, m.month, m.day)
		return wholePart(withoutZero(n)), true
	case dayOfWeek:
		return wholePart(weekday(m.julian())), true
	case isoDayOfWeek:
		return wholePart(weekday(m.julian()-1) + 1), true
	case dayOfYear:
		return wholePart(m.julian() - toJulian(m.year, 1, 1) + 1), true
	}
	return part{}, false
}

// withoutZero counts years before Christ from -1.
func withoutZero(year int) int {
	if year <= 0 {
		return year - 1
	}
	return year
}

// countedBy is the century or millennium of a year; there is none of number 0.
func countedBy(year, length int) int {
	if year > 0 {
		return (year + length - 1) / length
	}
	return -((length - year) / length)
}

func datePart(name string, d datum.Date) (part, error) {
	u, err := unitNamed(name, "date")
	if err != nil {
		return part{}, err
	}
	clock := u == microsecond || u == millisecond || u == second || u == minute || u == hour
	zoned := u == zoneOffset || u == zoneHour || u == zoneMinute
	if clock || zoned {
		return part{}, unsupportedUnit("date")
	}
	if !finiteDate(d) {
		return infinitePart(u, d > 0, "date")
	}
	var m moment
	m.setJulian(int(d) + epochDay)
	switch u {
	case julianDay:
		return wholePart(m.julian()), nil
	case epochPoint:
		return decimalPart((int64(d)+epochDay-unixEpochDay)*secondsPerDay, 0), nil
	}
	if p, ok := m.datePart(u); ok {
		return p, nil
	}
	return part{}, unsupportedUnit("date")
}

// infinitePart is a field of an infinite value: infinite, or NULL if it goes round.
func infinitePart(u unit, positive bool, typeName string) (part, error) {
	switch u {
	case microsecond, millisecond, second, minute, hour, day, month, quarter, week,
		dayOfWeek, isoDayOfWeek, dayOfYear, zoneOffset, zoneHour, zoneMinute:
		return part{null: true}, nil
	case year, decade, century, millennium, julianDay, isoYear, epochPoint:
		if positive {
			return part{infinite: 1}, nil
		}
		return part{infinite: -1}, nil
	}
	return part{}, unsupportedUnit(typeName)
}

func timestampPart(name string, t int64, typeName string) (part, error) {
	u, err := unitNamed(name, typeName)
	if err != nil {
		return part{}, err
	}
	if !finite(t) {
		return infinitePart(u, t > 0, typeName)
	}
	m := splitTimestamp(t)
	if p, ok := m.clockPart(u); ok {
		return p, nil
	}
	if p, ok := m.datePart(u); ok {
		return p, nil
	}
	switch u {
	case julianDay:
		return m.julianPart(), nil
	case epochPoint:
		return sinceEpoch(t), nil
	case zoneOffset, zoneHour, zoneMinute:
		if typeName == zonedTimestamp {
			return wholePart(0), nil
		}
	}
	return part{}, unsupportedUnit(typeName)
}

// sinceEpoch is the time since 1970 in seconds.
func sinceEpoch(t int64) part {
	micros := new(big.Int).Sub(big.NewInt(t), big.NewInt(unixEpoch))
	p := part{decimal: apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(micros), -6)}
	if micros.IsInt64() {
		p.float = float64(micros.Int64()) / 1e6
	} else {
		p.float = (float64(t) - float64(unixEpoch)) / 1e6
	}
	return p
}

// julianPart is the Julian day with the time as its fraction, to 16 significant digits of it.
func (m *moment) julianPart() part {
	clock := m.clockMicros()
	places := julianPlaces(clock)
	// Rounded halves up: nothing is negative here.
	scaled := new(big.Int).Mul(big.NewInt(clock), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
	scaled.Add(scaled.Lsh(scaled, 1), big.NewInt(microsPerDay))
	scaled.Quo(scaled, big.NewInt(2*microsPerDay))
	whole := new(big.Int).Mul(big.NewInt(int64(m.julian())), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
	scaled.Add(scaled, whole)
	seconds := float64(m.hour*3600+m.minute*60+m.second) + float64(m.micros)/1e6
	return part{
		decimal: apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(scaled), -places),
		float:   float64(m.julian()) + seconds/secondsPerDay,
	}
}

// julianPlaces is how many decimal places PostgreSQL gives to a quotient by
// microsPerDay, which is 864 0000 0000 to the base of ten thousand.
func julianPlaces(dividend int64) int32 {
	const divisorWeight, divisorFirst = 2, 864
	weight, first := int32(0), dividend
	for first >= 10000 {
		first /= 10000
		weight++
	}
	quotient := weight - divisorWeight
	if first <= divisorFirst {
		quotient--
	}
	return 16 - quotient*4
}

func intervalPart(name string, v datum.Interval) (part, error) {
	u, err := unitNamed(name, "interval")
	if err != nil {
		return part{}, err
	}
	years, months := int(v.Months/monthsPerYear), int(v.Months%monthsPerYear)
	var m moment
	m.setClock(v.Microseconds)
	switch u {
	case day:
		return wholePart(int(v.Days)), nil
	case month:
		return wholePart(months), nil
	case quarter:
		return wholePart(months/3 + 1), nil
	case year:
		return wholePart(years), nil
	case decade:
		return wholePart(years / 10), nil
	case century:
		return wholePart(years / 100), nil
	case millennium:
		return wholePart(years / 1000), nil
	case epochPoint:
		return intervalSeconds(v), nil
	}
	return clockPart(u, v.Microseconds, name, "interval")
}

// intervalSeconds is an interval's length in seconds, with years of 365.25 days.
func intervalSeconds(v datum.Interval) part {
	years, months := int64(v.Months/monthsPerYear), int64(v.Months%monthsPerYear)
	seconds := (4*365*years + years + 4*daysPerMonth*months + 4*int64(v.Days)) * (secondsPerDay / 4)
	micros := new(big.Int).Mul(big.NewInt(seconds), big.NewInt(microsPerSecond))
	micros.Add(micros, big.NewInt(v.Microseconds))
	f := float64(v.Microseconds) / 1e6
	f += float64(365.25 * secondsPerDay * float64(years))
	f += float64(daysPerMonth * secondsPerDay * float64(months))
	f += float64(secondsPerDay * float64(v.Days))
	return part{decimal: apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(micros), -6), float: f}
}
