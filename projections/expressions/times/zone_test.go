package times

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
	"materializer/projections/expressions/signatures"
)

// edgeZones have histories with surprises, or rules only.
var edgeZones = []string{"America/New_York", "Europe/Berlin", "Europe/Dublin", "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Tehran", "America/Sao_Paulo", "Antarctica/Troll", "Europe/Moscow", "America/St_Johns", "Asia/Manila", "Africa/Cairo",
	"EST5EDT", "AAA5BBB,M3.2.0,M11.1.0", "NZST-12NZDT,M9.5.0,M4.1.0/3", "AAA3BBB,J60,J300", "<+0330>-3:30<+0430>,J79/24,J263/24"}

// TestZoneEdges checks local times and moments about every change of offset.
func TestZoneEdges(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(9, 9))
	l := library(t)
	var expressions, answers []string
	ask := func(name, zone string, in, out string, value any, text string) {
		f, ok := l.Function(name)
		if !ok {
			t.Fatalf("no function %s", name)
		}
		codec, err := l.Codec(signatures.ByName(out))
		if err != nil {
			t.Fatal(err)
		}
		result, err := f.Call([]any{zone, value})
		expressions = append(expressions, fmt.Sprintf("timezone(%s::text, '%s'::%s)", proof.Literal(zone), text, in))
		answers = append(answers, proof.Answer(codec, result, err))
	}
	for _, name := range edgeZones {
		z, err := loadZone(name)
		if err != nil {
			t.Fatal(err)
		}
		for range 60 {
			// From year 1 to 3000, most of them in the last centuries.
			year := 1 + random.IntN(3000)
			if random.IntN(4) > 0 {
				year = 1850 + random.IntN(200)
			}
			p := z.at(int64(toJulian(year, 1+random.IntN(12), 1+random.IntN(28))-unixEpochDay) * secondsPerDay)
			if !p.hasEnd {
				continue
			}
			for _, seconds := range []int64{-7200, -3600, -1, 0, 1, 3599, 3600, 7200} {
				at := (p.end+seconds)*microsPerSecond + unixEpoch
				local := at + int64(p.offset)*microsPerSecond
				ask("timezone(text,timestamptz)", name, "timestamptz", "timestamp", datum.TimestampTZ(at), string(AppendTimestampTZ(nil, datum.TimestampTZ(at))))
				ask("timezone(text,timestamp)", name, "timestamp", "timestamptz", datum.Timestamp(local), string(AppendTimestamp(nil, datum.Timestamp(local))))
			}
		}
	}
	compare(t, servertest.Database(t), expressions, answers)
}

// TestAbbreviations checks every abbreviation at moments of two centuries.
func TestAbbreviations(t *testing.T) {
	t.Parallel()
	values := map[string][]string{
		"timestamp":   {"1850-01-01", "1900-06-01", "1930-01-01 12:00", "1955-07-01", "1981-04-01", "1991-03-31 02:30", "1992-01-19 02:00", "1995-07-01", "2005-01-01", "2010-03-28 02:30", "2011-03-27 01:59", "2014-10-26 01:30", "2016-05-01", "2020-01-01", "2030-07-01"},
		"timestamptz": {"1850-01-01+00", "1900-06-01+00", "1930-01-01 12:00+00", "1955-07-01+00", "1981-04-01+00", "1991-03-31 02:30+00", "1995-07-01+00", "2005-01-01+00", "2010-03-28 02:30+00", "2014-10-25 22:00+00", "2016-05-01+00", "2020-01-01+00", "2030-07-01+00"},
	}
	for name := range abbreviations() {
		values["text"] = append(values["text"], strings.ToUpper(name))
	}
	list := only(func(f function.Function) bool {
		return f.Signature == "timezone(text,timestamp)" || f.Signature == "timezone(text,timestamptz)"
	})
	proof.Functions(t, library(t), servertest.Database(t), list, proof.Samples{Values: values}, 2500, 6)
}

// TestZoneNames checks every name of the database, in any case.
func TestZoneNames(t *testing.T) {
	t.Parallel()
	var texts []string
	for name := range canonicalNames() {
		texts = append(texts, "2020-07-01 12:00 "+name, "1900-01-01 12:00 "+strings.ToUpper(name))
	}
	compareInputs(t, servertest.Database(t), "timestamptz", texts)
}

// TestTruncationInZones checks date_trunc with a zone.
func TestTruncationInZones(t *testing.T) {
	t.Parallel()
	l := library(t)
	f, ok := l.Function("date_trunc(text,timestamptz,text)")
	if !ok {
		t.Fatal("no date_trunc with a zone")
	}
	call, err := l.Bind(f, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	codec, err := l.Codec(signatures.ByName("timestamptz"))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 3))
	var expressions, answers []string
	for range 1500 {
		unit := samples["text"][random.IntN(len(samples["text"]))]
		text := samples["timestamptz"][random.IntN(len(samples["timestamptz"]))]
		zone := zoneNameSamples[random.IntN(len(zoneNameSamples))]
		value, err := codec.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		result, err := call([]any{unit, value, zone})
		expressions = append(expressions, fmt.Sprintf("date_trunc(%s::text, '%s'::timestamptz, %s::text)", proof.Literal(unit), text, proof.Literal(zone)))
		answers = append(answers, proof.Answer(codec, result, err))
	}
	compare(t, servertest.Database(t), expressions, answers)
}

// TestTimesInZones checks times of day in zones whose offset is always the same, and that others are refused.
func TestTimesInZones(t *testing.T) {
	t.Parallel()
	values := map[string][]string{"timetz": samples["timetz"], "text": {"UTC", "EST", "edt", "GMT+3", "<+0530>-5:30", "Etc/GMT-14", "foo", "", "+5", "MST"}}
	list := only(func(f function.Function) bool { return f.Signature == "timezone(text,timetz)" })
	proof.Functions(t, library(t), servertest.Database(t), list, proof.Samples{Values: values}, 200, 7)
	for _, name := range []string{"America/New_York", "MSK", "Europe/London"} {
		if _, err := timeAtZone(name, datum.TimeTZ{}); err != error(errClock) {
			t.Errorf("%s: %v, want %v", name, err, errClock)
		}
	}
}
