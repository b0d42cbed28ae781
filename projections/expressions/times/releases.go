package times

import (
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// withCheckedDifferences is what the functions do since PostgreSQL 16.
func withCheckedDifferences() []function.Function {
	return []function.Function{
		function.Of2("timestamp_mi(timestamp,timestamp)", func(a, b datum.Timestamp) (datum.Interval, error) {
			return subtractChecked(int64(a), int64(b))
		}),
		function.Of2("timestamptz_mi(timestamptz,timestamptz)", func(a, b datum.TimestampTZ) (datum.Interval, error) {
			return subtractChecked(int64(a), int64(b))
		}),
	}
}

// withCheckedUnits is what the functions do since PostgreSQL 18: units are checked
// for infinite values, too, intervals have weeks, and their quarters a sign.
func withCheckedUnits() []function.Function {
	truncated := func(name string, t int64, z *zone, typeName string) (int64, error) {
		if finite(t) {
			return truncate(name, t, z, typeName)
		}
		_, err := truncate(name, 0, nil, typeName)
		return t, err
	}
	return append(partsOf("interval", checkedIntervalPart),
		function.Of2("date_trunc(text,timestamp)", func(name string, t datum.Timestamp) (datum.Timestamp, error) {
			return asTimestamp(truncated(name, int64(t), nil, "timestamp without time zone"))
		}),
		function.Of2("date_trunc(text,timestamptz)", func(name string, t datum.TimestampTZ) (datum.TimestampTZ, error) {
			return asTimestampTZ(truncated(name, int64(t), nil, zonedTimestamp))
		}),
		function.Of3("date_trunc(text,timestamptz,text)", func(name string, t datum.TimestampTZ, zoneName string) (datum.TimestampTZ, error) {
			z, err := findZone(zoneName)
			if err != nil {
				return 0, err
			}
			return asTimestampTZ(truncated(name, int64(t), z.zone(), zonedTimestamp))
		}),
		function.Of2("date_trunc(text,interval)", func(name string, v datum.Interval) (datum.Interval, error) {
			if !infiniteInterval(v) {
				return truncateInterval(name, v)
			}
			_, err := truncateInterval(name, datum.Interval{})
			return v, err
		}),
	)
}

func checkedIntervalPart(name string, v datum.Interval) (part, error) {
	u, err := unitNamed(name, "interval")
	if err != nil {
		return part{}, err
	}
	switch {
	case u == week && infiniteInterval(v):
		return part{null: true}, nil
	case u == week:
		return wholePart(int(v.Days / 7)), nil
	case infiniteInterval(v):
		return infiniteIntervalPart(name, v == earlyInterval)
	case u == quarter && v.Months%monthsPerYear < 0:
		return wholePart(int(v.Months%monthsPerYear/3 - 1)), nil
	}
	return intervalPart(name, v)
}
