package times

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/signatures"
)

// dateTexts are texts that are dates, or nearly.
var dateTexts = []string{
	"1999-01-08", "January 8, 1999", "1/8/1999", "1/18/1999", "18/1/1999", "01/02/03", "1999-Jan-08", "Jan-08-1999", "08-Jan-1999",
	"99-Jan-08", "08-Jan-99", "Jan-08-99", "19990108", "990108", "1999.008", "99.008", "J2451187", "January 8, 99 BC", "99-08-Jan", "1999-08-Jan",
	"Jan 8 1999", "8 Jan 1999", "1999 Jan 8", "08 Jan 99", "99 Jan 08", "1999 08 Jan", "1999-01-08 BC", "0001-01-01 BC", "4713-11-24 BC", "4714-11-24 BC", "4714-11-23 BC",
	"5874897-12-31", "5874898-01-01", "294276-12-31", "294277-01-01", "2000-02-29", "1900-02-29", "2001-02-29", "2000-02-30", "0000-01-01", "0-01-01",
	"infinity", "-infinity", "+infinity", "epoch", "INFINITY", "  infinity  ", "allballs", "y2001m02d04", "Y2001 M02 D04", "2001-02-04 T", "doy 3", "1999-13-01", "1999-00-10", "1999-01-32", "1999-01-00",
	"", " ", "foo", "1999", "1999-01", "1999-1-1-1", "1.2.3", "10.11.1999", "1999/01/08", "1999.01.08", "1-1-1", "99-1-1", "70-1-1", "69-1-1", "001-1-1", "Feb 29 2000 BC", "Feb 29 5 BC",
	"1999-01-08 04:05:06", "1999-01-08 24:00:00", "1999-01-08 25:00:00", "Mon Jan 08 1999", "Monday, January 8, 1999", "on 1999-01-08 at 10:00", "1999-366", "2000-366", "1999-001", "1999001", "99001",
	"20200101T101010", "2020-01-01T10:10:10Z", "2020-01-01 10:10:10 PST", "2020-01-01 AD", "2020-01-01 bc bc", "j2451187.5", "J 2451187", "julian 2451187", "jd2451187", "J-1", "J99999999999", "2147483648-01-01", "4294969296-01-01", "99999999999999999999",
	"999999999990101", "429496929600101", "2020-01-01\t10:00", "2020-01-01\x01", "２０２０-01-01", "2020-01-01é", "1999-01-08 +", "1999-01-08 -", "1999-01-08 , ; !", "(1999-01-08)", "1999-01-08 04:05:06.789-8", "04:05:06 1999-01-08", "Sept 9 2020", "Septem 9 2020", "Thurs Sep 10 2020", "2020-Thu-10", "10-on-2020",
	"Jan 2020", "Jan 5", "jan08 1999", "8jan1999", "1999jan08", "8-jan1999", "1999-01-08 america/new_york", "1999-01-08 foo/bar", "1999-01-08 EST5EDT", "1999-01-08 +99", "1999-01-08 x" + strings.Repeat("y", 120), "1999-01-08" + strings.Repeat(" ", 200), strings.Repeat("1 ", 26),
}

// timestampTexts are texts that are timestamps, or nearly.
var timestampTexts = []string{
	"1999-01-08 04:05:06", "1999-01-08 04:05:06.789", "1999-01-08 04:05:06 -8:00", "January 8 04:05:06 1999 PST", "2001-09-28 01:00:00", "1997-02-10 17:32:01-0800", "1997-02-10 5:32PM", "1997-02-10 12:00 am", "1997-02-10 12:00 PM", "1997-02-10 13:00 PM", "1997-02-10 13:00 AM",
	"4714-11-24 00:00:00 BC", "4714-11-23 23:59:59.999999 BC", "294276-12-31 23:59:59.999999", "294277-01-01 00:00:00", "294276-12-31 23:59:59.9999999", "294276-12-31 23:59:59-01", "4714-11-24 00:00:00+01 BC", "infinity", "-infinity", "epoch", "allballs", "2020-01-01 allballs", "2020-01-01 infinity",
	"2020-01-01 23:59:60", "2020-01-01 23:59:60.5", "2020-01-01 23:59:59.9999995", "2020-01-01 23:59:59.9999994", "2020-01-01 24:00:00", "2020-01-01 24:00:01", "2020-01-01 00:00:00.0000005", "2020-01-01 00:00:00.0000015", "2020-01-01 12:34.5", "2020-01-01 12::30", "2020-01-01 :30", "2020-01-01 12:", "2020-01-01 12:30:", "2020-01-01 12:30:45.", "2020-01-01 1:2:3", "2020-01-01 12:60", "2020-01-01 12:30:61",
	"20011225T040506.789-07", "20011225T040506", "20011225 040506", "970207 152327", "97038 152327", "1997.038 15:23:27", "20011225T04", "20011225T0405", "20011225t04:05:06", "2001-12-25t0405-08", "2001-12-25 040506-08", "2001-12-25 040506+08", "2001-12-25 040506-08:30", "2001-12-25 0405-08:30:15", "2001-12-25 040506 0708",
	"2020-07-01 12:00 America/New_York", "2020-01-01 12:00 america/new_york", "2020-07-01 12:00 EST5EDT", "2020-07-01 12:00 est", "2020-07-01 12:00 EDT", "2020-07-01 12:00 MET DST", "2020-07-01 12:00 dst", "2020-07-01 12:00 America/New_York dst", "2020-07-01 12:00 UTC", "2020-07-01 12:00 Z", "2020-07-01 12:00Z", "2020-07-01 12:00 zulu", "2020-07-01 12:00 GMT+3", "2020-07-01 12:00 UTC-3", "2020-07-01 12:00 FOO+3", "2020-07-01 12:00 Etc/GMT+3", "2020-07-01 12:00 Moon/Base", "2020-07-01 12:00 foo",
	"2020-07-01 12:00 MSK", "2010-07-01 12:00 MSK", "2012-07-01 12:00 MSK", "1990-01-01 12:00 MSK", "1900-01-01 12:00 MSK", "2020-07-01 12:00 ART", "2020-07-01 12:00 VET", "2010-07-01 12:00 VET", "2020-07-01 12:00 MSK dst", "2020-07-01 12:00 LHDT", "1850-01-01 America/New_York", "1850-01-01 12:00 Europe/Amsterdam", "1883-11-18 12:00 America/New_York",
	"2020-03-08 02:30 America/New_York", "2020-03-08 01:59:59 America/New_York", "2020-03-08 03:00 America/New_York", "2020-11-01 01:30 America/New_York", "2020-11-01 00:59:59 America/New_York", "2020-11-01 02:00 America/New_York", "2014-10-26 01:30 Europe/Moscow", "2011-12-30 12:00 Pacific/Apia", "2050-07-01 Europe/Berlin", "9999-07-01 Europe/Berlin", "294276-07-01 Europe/Berlin",
	"2020-01-01 12:00 +5", "2020-01-01 12:00 +0530", "2020-01-01 12:00 +05:30", "2020-01-01 12:00 -00:00:01", "2020-01-01 12:00 +15:59:59", "2020-01-01 12:00 +16", "2020-01-01 12:00 +1600", "2020-01-01 12:00 +05:60", "2020-01-01 12:00 +5.5", "2020-01-01 12:00 + 5", "2020-01-01 12:00 +5 +6", "2020-01-01 12:00 +053015", "2020-01-01 12:00 +99999999999", "2020-01-01 12:00+05-30",
	"y2001m02d04h05mm06s07", "y2001m02d04 h05 mm06 s07.5", "y2001 m02 d04 h05 m06", "2001-02-04 h25", "2001-02-04 s.5", "2001-02-04 s1.5.5", "j2451187", "J2451187.25", "J2451187-08", "J2451187 04:05:06", "J2451187T040506", "J2451187t04:05:06-03", "t 04:05", "2020-01-01 t", "2020-01-01 t foo", "2020-01-01 t10", "2020-01-01 20:00 am", "2020-01-01 20200101",
	"Sat Feb 7 15:23:27 1998", "Sat Feb 7 15:23:27 1998 PST", "Sat Feb 7 15:23:27 PST 1998", "Feb 7 152327 PST 1998", "Feb-7-1997 15:23:27", "2-7-1997 15:23:27", "Fri Feb-7-1997 15:23:27 BC", "10 15:23", "2020-01-01 2020-01-01", "2020-01-01 10:00 10:00", "2020-01-01 10:00 PST EST", "99-99-99", "2020-02-30 10:00", "1/2/3 4:5:6", "2020-01-01 10:00 MET", "2020-01-01 10:00 foo+3bar", "2020-01-01 10:00 <+03>-3", "20000101 000000.0000007", "20000101.5", "2000-01-01 1234.5", "2000-01-01 12.5",
}

var timeTexts = []string{
	"04:05:06.789", "04:05:06", "04:05", "040506", "04:05 AM", "04:05 PM", "04:05:06.789-8", "04:05:06-08:00", "04:05-08:00", "040506-08", "040506+0730", "040506+07:30:00", "04:05:06 PST", "2003-04-12 04:05:06 America/New_York", "04:05:06 America/New_York", "04:05:06 UTC", "04:05:06 Etc/GMT+3", "04:05:06 EST", "04:05:06 EST5EDT",
	"24:00:00", "24:00:00.000001", "23:59:60", "23:59:60.9", "24:00:00+15:59", "00:00:00-15:59:59", "23:59:59.9999999", "allballs", "allballs pm", "12:00 am", "12:00 pm", "00:30 pm", "13:00 pm", "25:00", "12:60", "12", "1234", "123", "12345", "123456", "12:34.56", "12.5", "1234.5", "123456.789", "T040506", "t04:05:06", "h04mm05s06", "h04 m05 s06.7", "h04",
	"2020-01-01", "2020-01-01 04:05:06", "2020-07-01 04:05:06 America/New_York", "2020-01-01 04:05:06 MSK", "2010-07-01 04:05:06 MSK", "2020-02-30 04:05:06 UTC", "04:05:06 Jan 1 2020", "20200101 040506", "04:05:06 on", "at 04:05:06", "04:05:06 mon", "today", "epoch", "infinity", "", "foo", "04:05:06 foo", "04:05:06 dst", "04:05:06 MET DST", "04:05:06 UTC dst", "04:05:06 Z", "040506Z", "1.5", "99.123 04:05:06-08", "04:05:06 2020-01-01", "04:05:06 bc", "j2451187 04:05:06", "J2451187.5", "y2020 m01 d01 04:05:06", "04:05:06 +16", "04:05:06 Moon/Base", "2020-01-01 040506-08", "04:05:06.789 America/New_York 2020-01-01", "2147483648:00:00", "99999999999999999999:00:00",
	"15:36:39 America/New_York", "2003-03-07 15:36:39 America/New_York", "2003-07-07 15:36:39 America/New_York", "00:00:00.0000005", "1:2:3.4", "04:05:06,789", "04.05.06", "04-05-06", "040506.5-03", "t040506.5", "t12", "t", "10:00 t 11:00",
}

var intervalTexts = []string{
	"1 day", "1-2", "1 2:03:04", "-1 2:03:04", "1 -2:03:04", "-1-2 3 4:05:06", "+1-2 -3 +4:05:06.789", "P1Y2M3DT4H5M6S", "P0001-02-03T04:05:06", "P00010203T040506", "P1Y", "PT36H", "P1W", "P1.5W", "P1.5M", "P1.5Y", "P1.5D", "PT1.5H", "P-1Y-2M3DT-4H-5M-6S", "P1Y2", "P1-", "P", "PT", "P1", "P12345678", "P12345678.5", "PT123456", "PT123456.7", "PT12345", "P1-2-3-4", "P1-2T3", "P1-2T3:4:5", "P1-2T3:4:5:6", "P1S", "PT1Y", "P1YT", "P1e2D", "P1E1Y", "P1e16D", "PT.5S", "P.D", "P-.5Y", "p1y", "P1Y1Y", "P1D ", " P1D", "P2147483648Y", "PT9223372036854.775807S", "P1Y-2-3",
	"1 year", "1 year 2 months 3 days 4 hours 5 minutes 6 seconds", "1 year 2 mons 3 days 04:05:06", "@ 1 year 2 mons 3 days 4 hours 5 mins 6 secs", "@ 1 year 2 mons ago", "1 year ago", "ago", "1 ago", "1 day ago ago", "ago 1 day", "1 day -1 hours ago", "1.5 years", "1.5 months", "1.5 weeks", "1.5 days", "1.5 hours", "1.5 minutes", "1.5 seconds", "1.5 milliseconds", "1.5 microseconds", "0.5 us", "0.6 us", "-0.6 us", "1.5 decades", "1.55 centuries", "0.001 millennia", "1 millennium 1 century 1 decade", "1 quarter", "1 week", "2 weeks 1 day", "1 mil", "1 c", "1 dec", "1 m", "1 mon", "1 h 1 m 1 s", "1 fortnight",
	"04:05:06", "-04:05:06", "04:05", "04:05.5", "100:00:00", "2562047788:00:54.775807", "2562047788:00:54.775808", "-2562047788:00:54.775807", "-2562047788:00:54.775808", "9223372036854775807 us", "-9223372036854775808 us", "9223372036854775808 us", "2147483647 days", "-2147483648 days", "2147483648 days", "178956970 years 7 months", "178956970 years 8 months", "-178956970 years -8 months", "-178956970 years -9 months", "2147483647 months", "2147483648 months", "2147483647 years", "-2147483648 days ago", "1 day 1 day", "1 day 2", "2", "-2", "+2", "2.5", "-2.5", ".5", "-.5", "1 2", "1 2 3", "1 02:03", "1 day 02:03:04", "1 day -02:03:04", "1 02:03:04 hours", "1 hours 02:03:04", "", " ", "foo", "infinity", "-infinity", "now", "1 foo", "day", "day 1", "1day", "1d2h", "1y2mon3d4h5m6s7ms8us", "1-", "1-12", "1-11", "-1-11", "1--1", "1-1 day", "12:30 ago", "23:59:60", "23:60:00", "00:00:61", "1 month 30 days", "-1 month 30 days -12:00", "1.0000005 s", "1.00000049 s", "1:2:3.9999999", "1.1.1", "1/2", "1/2/3", "1 year 1.5 mons", "0.1 months", "0.9 years", "1.04 years", "-1.5 years", "2 years -1.5 months", "99999999999999999999 days", "1.99999999999 days", "'1 day'", "1 day,", "@1day", "@ @ 1 day", "1 day @", "1 microsecond", "1 millisecond", "1 microsecondsssss", "1 secs", "1 secss", "1 timezone", "1 us 1 ms", "1.5 s 1 ms", "1 s 1 ms", "1 s 1 us", "10 years 1 decade", strings.Repeat("1 day ", 12), strings.Repeat("1 day ", 13),
}

func TestInput(t *testing.T) {
	t.Parallel()
	url := servertest.Database(t)
	all := append(append(append([]string{}, dateTexts...), timestampTexts...), timeTexts...)
	for _, name := range []string{"date", "timestamp", "timestamptz", "time", "timetz"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compareInputs(t, url, name, all)
		})
	}
	t.Run("interval", func(t *testing.T) {
		t.Parallel()
		compareInputs(t, url, "interval", append(intervalTexts, all...))
	})
}

// TestInputOfScraps joins pieces of dates and times at random.
func TestInputOfScraps(t *testing.T) {
	t.Parallel()
	url := servertest.Database(t)
	random := rand.New(rand.NewPCG(7, 7))
	pieces := strings.Split("1999-01-08|jan|8|99|2020|08|10:11|10:11:12.5|-08|+05:30|pst|msk|utc|am|pm|bc|ad|t|j|y|m|d|h|mm|s|-|/|.|:| | |,|2451187|101112|19990108|mon|on|at|dst|epoch|infinity|366|1.5|america/new_york|allballs|est5edt|gmt+3|z|1/2/3|@|ago|day|days|years|week|-1|P|T|1:2|1-2|foo", "|")
	var texts []string
	for range 1500 {
		var text strings.Builder
		for range 1 + random.IntN(6) {
			text.WriteString(pieces[random.IntN(len(pieces))])
			if random.IntN(2) == 0 {
				text.WriteByte(' ')
			}
		}
		texts = append(texts, text.String())
	}
	for _, name := range []string{"date", "timestamptz", "timetz", "interval"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compareInputs(t, url, name, texts)
		})
	}
}

func TestRefusedInput(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{
		"date":        {"now", "today", "Tomorrow", "yesterday", "2020-01-01 now"},
		"timestamp":   {"now", "today 10:00", "tomorrow", "yesterday allballs", "2020-01-01 10:00 foo+3bar"},
		"timestamptz": {"now", "today 10:00", "tomorrow", "yesterday allballs", "2020-01-01 10:00 foo+3bar"},
		"time":        {"now", "10:00 MSK"},
		"timetz":      {"now", "10:00 MSK"},
	}
	for name, texts := range cases {
		codec, err := library(t).Codec(signatures.ByName(name))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			_, err := codec.Parse(text)
			var raised *datum.Error
			if !errors.As(err, &raised) || raised.Code != "0A000" {
				t.Errorf("%s %q: %v, want SQLSTATE 0A000", name, text, err)
			}
		}
	}
}
