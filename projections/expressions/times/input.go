package times

import (
	"materializer/projections/expressions/datum"
)

// parseDate reads a date.
func parseDate(text string, release int) (datum.Date, error) {
	d, err := decodeText(text, roomOfDate, false, release)
	if err != nil {
		return 0, named(err, "date")
	}
	switch d.point {
	case early:
		return datum.DateNegativeInfinity, nil
	case late:
		return datum.DateInfinity, nil
	case epochPoint:
		return unixEpochDay - epochDay, nil
	}
	return dateOf(&d.moment)
}

// dateOf is the date of a moment, if it can be one.
func dateOf(m *moment) (datum.Date, error) {
	if !validJulian(m.year, m.month) {
		return 0, datum.ErrDateRange
	}
	date := m.julian() - epochDay
	if !validDate(date) {
		return 0, datum.ErrDateRange
	}
	return datum.Date(date), nil
}

// parseTime reads a time of day. A zone is read and left out.
func parseTime(text string, release int) (datum.Time, error) {
	d, err := decodeText(text, roomOfTime, true, release)
	if err != nil {
		return 0, named(err, "time")
	}
	return datum.Time(d.clockMicros()), nil
}

// parseTimeTZ reads a time of day with its zone, which is UTC if it has none.
func parseTimeTZ(text string, release int) (datum.TimeTZ, error) {
	d, err := decodeText(text, roomOfTime, true, release)
	if err != nil {
		return datum.TimeTZ{}, named(err, "time with time zone")
	}
	return datum.TimeTZ{Time: datum.Time(d.clockMicros()), Zone: int32(d.west)}, nil
}

// parseLocalTimestamp reads a timestamp. A zone is read and left out.
func parseLocalTimestamp(text string, release int) (datum.Timestamp, error) {
	t, err := parseTimestamp(text, "timestamp", false, release)
	return datum.Timestamp(t), err
}

// parseTimestampTZ reads a timestamp with its zone, which is UTC if it has none.
func parseTimestampTZ(text string, release int) (datum.TimestampTZ, error) {
	t, err := parseTimestamp(text, "timestamp with time zone", true, release)
	return datum.TimestampTZ(t), err
}

func parseTimestamp(text, typeName string, zoned bool, release int) (int64, error) {
	d, err := decodeText(text, roomOfTimestamp, false, release)
	if err != nil {
		return 0, named(err, typeName)
	}
	switch d.point {
	case early:
		return datum.NegativeInfinity, nil
	case late:
		return datum.Infinity, nil
	case epochPoint:
		return unixEpoch, nil
	}
	if !zoned {
		return d.timestamp(0)
	}
	return d.timestamp(d.west)
}

func decodeText(text string, room int, timeOnly bool, release int) (*decoder, error) {
	fields, err := scan(text, room)
	if err != nil {
		return nil, err
	}
	d := &decoder{release: release, timeOnly: timeOnly, fields: fields}
	return d, d.decode()
}
