package times

import "materializer/projections/expressions/datum"

// The fields of an interval's typmod (interval day to second).
const (
	monthField  = int32(1) << 1
	yearField   = int32(1) << 2
	dayField    = int32(1) << 3
	hourField   = int32(1) << 10
	minuteField = int32(1) << 11
	secondField = int32(1) << 12

	allFields     = int32(0x7fff)
	fullPrecision = int32(0xffff)
	maxPrecision  = 6
)

// intervalFields are the fields of a typmod, all if there is none.
func intervalFields(typmod int32) int32 {
	if typmod < 0 {
		return allFields
	}
	return typmod >> 16 & allFields
}

// defaultUnit is what the last number means if it has no unit.
func defaultUnit(fields int32) unit {
	switch fields {
	case yearField:
		return year
	case monthField, yearField | monthField:
		return month
	case dayField:
		return day
	case hourField, dayField | hourField:
		return hour
	case minuteField, hourField | minuteField, dayField | hourField | minuteField:
		return minute
	}
	return second
}

// adjustInterval drops what a typmod has no fields for and rounds to its precision.
func adjustInterval(v datum.Interval, typmod int32) (datum.Interval, error) {
	if typmod < 0 {
		return v, nil
	}
	micros := func(unit int64) int64 { return v.Microseconds / unit * unit }
	switch intervalFields(typmod) {
	case allFields:
	case yearField:
		v = datum.Interval{Months: v.Months / monthsPerYear * monthsPerYear}
	case monthField, yearField | monthField:
		v = datum.Interval{Months: v.Months}
	case dayField:
		v.Microseconds = 0
	case hourField, dayField | hourField:
		v.Microseconds = micros(microsPerHour)
	case minuteField, dayField | hourField | minuteField, hourField | minuteField:
		v.Microseconds = micros(microsPerMinute)
	case secondField, dayField | hourField | minuteField | secondField,
		hourField | minuteField | secondField, minuteField | secondField:
	default:
		return datum.Interval{}, datum.Errorf("XX000", "unrecognized interval typmod")
	}
	precision := typmod & fullPrecision
	if precision == fullPrecision {
		return v, nil
	}
	if precision > maxPrecision {
		return datum.Interval{}, datum.Errorf("22023", "interval precision must be between 0 and %d", maxPrecision)
	}
	v.Microseconds = roundMicros(v.Microseconds, precision)
	return v, nil
}

// roundMicros rounds to a number of digits of a second, halves away from zero.
func roundMicros(micros int64, digits int32) int64 {
	scale := int64(1)
	for range maxPrecision - digits {
		scale *= 10
	}
	if micros >= 0 {
		return (micros + scale/2) / scale * scale
	}
	return -((-micros + scale/2) / scale * scale)
}
