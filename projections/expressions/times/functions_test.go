package times

import (
	"slices"
	"testing"

	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/function"
)

// samples are values at the edges of the types.
var samples = map[string][]string{
	"date": {"2000-01-01", "1999-12-31", "2000-02-29", "1900-02-28", "2024-12-30", "2020-12-31", "4714-11-24 BC", "0001-12-31 BC", "0001-01-01", "0100-06-15 BC", "1901-01-01", "1970-01-01",
		"5874897-12-31", "294276-12-31", "294277-01-01", "infinity", "-infinity", "2023-03-31", "2001-01-01", "10000-01-01"},
	"time":   {"00:00:00", "24:00:00", "23:59:59.999999", "12:34:56.789", "00:00:00.000001", "01:30", "06:00:00.5"},
	"timetz": {"00:00:00+00", "24:00:00+15:59:59", "24:00:00-15:59:59", "12:34:56.789-08", "00:00:00.000001+05:30", "20:34:56.789+00", "01:30-00:00:01", "12:00+01"},
	"timestamp": {"2000-01-01 00:00:00", "1999-12-31 23:59:59.999999", "2000-02-29 12:34:56.789", "4714-11-24 00:00:00 BC", "294276-12-31 23:59:59.999999", "infinity", "-infinity", "epoch", "0001-01-01 00:00:00", "0001-12-31 23:59:59 BC",
		"2020-03-08 02:30:00", "2020-11-01 01:30:00", "2014-10-26 01:30:00", "1883-11-18 12:02:30", "1850-06-01 00:00:00", "2011-12-30 10:00", "2024-01-31 12:00", "2024-12-30 01:02:03.4", "1582-10-15", "2500-07-01 12:00", "99999-01-01", "1969-12-31 23:59:59.5"},
	"timestamptz": {"2000-01-01 00:00:00+00", "1999-12-31 23:59:59.999999+00", "2000-02-29 12:34:56.789+00", "4714-11-24 00:00:00+00 BC", "294276-12-31 23:59:59.999999+00", "infinity", "-infinity", "epoch", "0001-01-01 00:00:00+00", "0001-12-31 23:59:59+00 BC",
		"2020-03-08 07:00:00+00", "2020-03-08 06:59:59.999999+00", "2020-11-01 06:00:00+00", "2020-11-01 05:30:00+00", "2014-10-25 22:00:00+00", "1883-11-18 17:00:00+00", "1850-06-01 00:00:00+00", "2011-12-30 10:00:00+00", "2024-01-31 12:00+00", "2500-07-01 12:00+00", "2024-12-31 23:00+00", "2020-12-31 12:00+00"},
	"interval": {"0", "1 day", "24:00:00", "23:59:59.999999", "1 mon", "30 days", "-1 mon +1 day", "1 year 2 mons 3 days 04:05:06.789", "-1 years -2 mons +3 days -04:05:06.789", "178956970 years 7 mons 2147483647 days 2562047788:00:54.775807", "-178956970 years -8 mons -2147483648 days -9223372036854775808 us",
		"00:00:00.000001", "-00:00:00.000001", "-1 day +23:00", "1 day -25:00", "100 years", "13 mons", "-13 mons", "31 days", "05:30", "-08:00", "15 minutes", "1 week", "0.5 second", "2147483647 days", "1 mon -30 days", "1000 years -1 day", "2562047788:00:54.775807"},
	"int4":   {"0", "1", "-1", "2", "3", "6", "7", "12", "13", "24", "29", "31", "59", "60", "366", "1999", "-4713", "-4714", "294276", "5874897", "100000", "2147483647", "-2147483648"},
	"float8": {"0", "1", "-1", "0.5", "1.5", "2", "-2.5", "3.3333333333333335", "59.9999999", "60", "1e10", "-1e12", "1e300", "NaN", "Infinity", "-Infinity", "0.0000005", "1700000000.123456", "9224318015999.999", "9224318016000", "-210866803200", "-210866803201", "1e-10"},
	"text": {"microseconds", "milliseconds", "second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade", "century", "millennium", "epoch", "dow", "isodow", "doy", "isoyear", "julian", "timezone", "timezone_hour", "timezone_minute",
		"YEAR", " year", "years", "foo", "", "now", "infinity", "m", "mm", "d", "ago", "t", "jan", "dst", "at", "allballs", "usec", "month" + "\u00e9", "yesterday", "monday"},
}

// zoneNameSamples are names of zones, good and bad.
var zoneNameSamples = []string{"UTC", "utc", "America/New_York", "america/new_york", "Europe/Moscow", "EST", "EDT", "MSK", "msk", "Europe/Amsterdam", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe", "GMT+3", "Etc/GMT+3", "<+03>-3", "FOO+3:30", "+5", "-5", "-05:30", "EST5EDT", "EST5EDT,M3.2.0,M11.1.0", "NZST-12NZDT,M9.5.0,M4.1.0/3", "foo", "", "Moon/Base", "VET", "Africa/Monrovia", "Asia/Kathmandu", "America/Caracas", "Europe/Dublin", "Africa/Casablanca", "+16", "+05:99", "5", "::1", ":UTC", ":EST5", "A-1", "AAA+167", "AAA+168", "AAA3BBB,J60,J300", "AAA3BBB,M13.1.0,M1.1.0", "Local"}

// typmodSamples are the typmods of interval: precisions, fields, and both.
var typmodSamples = []string{"-1", "0", "2147418118", "2147418112", "2147418115", "262144", "131072", "393216", "524288", "67108864", "67633152", "134217728", "201326592", "201850880", "269025280", "268435456", "402653184", "469762048", "470286336", "470286342", "402653187", "470351871", "268500991", "458752", "65535", "2147418119", "6", "7", "3"}

// zoned are the functions that take the names of zones.
func zoned(f function.Function) bool {
	switch f.Signature {
	case "timezone(text,timestamp)", "timezone(text,timestamptz)", "make_timestamptz(int4,int4,int4,int4,int4,float8,text)":
		return true
	}
	return false
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	var plain, named []function.Function
	for _, f := range Functions() {
		switch {
		case zoned(f):
			named = append(named, f)
		case apart[f.Signature]:
		default:
			plain = append(plain, f)
		}
	}
	url := servertest.Database(t)
	proof.Functions(t, library(t), url, plain, proof.Samples{Values: samples}, 150, 1)
	withZones := map[string][]string{}
	for name, values := range samples {
		withZones[name] = values
	}
	withZones["text"] = zoneNameSamples
	withZones["int4"] = []string{"1", "2", "3", "11", "2020", "2024", "12", "30", "59"}
	withZones["float8"] = []string{"0", "1.5", "59.999999"}
	proof.Functions(t, library(t), url, named, proof.Samples{Values: withZones}, 800, 2)
}

// apart are functions that have tests of their own.
var apart = map[string]bool{
	"date_trunc(text,timestamptz,text)": true,
	"interval(interval,int4)":           true,
	"timezone(text,timetz)":             true,
	"to_char(timestamp,text)":           true,
	"to_char(timestamptz,text)":         true,
	"to_char(interval,text)":            true,
	"to_date(text,text)":                true,
	"to_timestamp(text,text)":           true,
}

// TestTypmods checks what interval day to second (3) and its like keep.
func TestTypmods(t *testing.T) {
	t.Parallel()
	values := map[string][]string{"interval": samples["interval"], "int4": typmodSamples}
	list := only(func(f function.Function) bool { return f.Signature == "interval(interval,int4)" })
	proof.Functions(t, library(t), servertest.Database(t), list, proof.Samples{Values: values}, 400, 3)
}

func only(wanted func(function.Function) bool) []function.Function {
	return slices.DeleteFunc(Functions(), func(f function.Function) bool { return !wanted(f) })
}
