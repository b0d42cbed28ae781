package times

import (
	"math/rand/v2"
	"strings"
	"testing"

	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/function"
)

// templates use every keyword, and what is around them.
var templates = []string{
	"YYYY-MM-DD HH24:MI:SS.US", "YYYY-MM-DD\"T\"HH24:MI:SS.MSOF", "Day, DD Month YYYY", "FMDay, FMDD FMMonth YYYY", "DAY day Dy DY dy", "MONTH Month month MON Mon mon", "TMDay TMMonth TMMon TMDy TMday TMMONTH", "FMDDth FMMMTH DDTH YYYYth HH24th",
	"HH HH12 HH24 hh hh12 hh24 AM PM A.M. P.M. am pm a.m. p.m.", "FF1 FF2 FF3 FF4 FF5 FF6 MS US ff1 ff6th", "SSSS SSSSS ssss", "Y,YYY YYYY YYY YY Y", "IYYY IYY IY I IW ID IDDD", "FMY,YYY FMYYYY FMYYY FMYY FMY FMIYYY FMIW FMIDDD", "CC FMCC CCth BC AD B.C. A.D. bc ad b.c. a.d.", "Q WW W D DDD J", "FMQ FMWW FMW FMD FMDDD FMJ Jth", "RM rm FMRM FMrm", "TZ tz TZH TZM OF FMOF TZH:TZM",
	"FXYYYY", "FX", "foo bar", "\"YYYY\" YYYY \\\"YYYY\\\" \\Y", "\"a\\\"b\" \"unclosed YYYY", "YYYYSP DDSP", "", " ", "été YYYY 日本 ☃", "YYYYMMDDHH24MISSUS", "yyyy-mm-dd", "Yyyy Dd Mm", "FM", "FMTMDay", "TMFMDay", "TMYYYY", "ThTHth", "MMth", "FMMIth FMSSth FMSS", "WWth Wth Qth Dth IDth IDDDth", "Mon DD, YYYY", "HH:MI AM", "HH12:MI:SS pm", "J", "IYYY-IW-ID", "IYYY-IDDD", "~!@", "Y", "tzh tzm of",
}

func TestToChar(t *testing.T) {
	t.Parallel()
	values := map[string][]string{"text": templates, "timestamp": samples["timestamp"], "timestamptz": samples["timestamptz"]}
	// PostgreSQL's Julian days overflow for the longest intervals.
	for _, v := range samples["interval"] {
		if !strings.Contains(v, "178956970") {
			values["interval"] = append(values["interval"], v)
		}
	}
	list := only(func(f function.Function) bool { return strings.HasPrefix(f.Signature, "to_char") })
	proof.Functions(t, library(t), servertest.Database(t), list, proof.Samples{Values: values}, 1500, 4)
}

// readings are texts and templates to read them by.
var readings = [][2]string{
	{"2024-02-29", "YYYY-MM-DD"}, {"20240229", "YYYYMMDD"}, {"2023-02-29", "YYYY-MM-DD"}, {"2024-2-9", "YYYY-MM-DD"}, {"2024-2-9", "YYYYMMDD"}, {"  2024  02 29", "YYYY MM DD"}, {"2024/02.29", "YYYY-MM-DD"}, {"2024 - 02 - 29", "YYYY-MM-DD"}, {"2024--02--29", "YYYY-MM-DD"}, {"2024-02-29", "FXYYYY-MM-DD"}, {"2024-2-29", "FXYYYY-MM-DD"}, {"2024 02 29", "FXYYYY-MM-DD"}, {"2024  02  29", "FXYYYY-MM-DD"},
	{"29 feb 2024", "DD Mon YYYY"}, {"29 FEBRUARY 2024", "DD Month YYYY"}, {"29 Febuary 2024", "DD Month YYYY"}, {"Thursday 29", "Day DD"}, {"Thu 29 Feb 2024", "Dy DD Mon YYYY"}, {"fri sat", "Dy Day"}, {"sun sun", "Dy Dy"}, {"2024-060", "YYYY-DDD"}, {"2024-366", "YYYY-DDD"}, {"2023-366", "YYYY-DDD"}, {"060", "DDD"}, {"2024-367", "YYYY-DDD"}, {"2024-09-4", "IYYY-IW-ID"}, {"2024-09", "IYYY-IW"}, {"2024-060", "IYYY-IDDD"}, {"2024-09", "IYYY-MM"}, {"2024-09", "YYYY-IW"}, {"2024-09", "YYYY-WW"}, {"2024-02-5", "YYYY-MM-W"}, {"2024-53-7", "IYYY-IW-ID"}, {"2024-54-1", "IYYY-IW-ID"}, {"2024-01-1", "IYYY-IW-D"},
	{"24", "YY"}, {"69", "YY"}, {"70", "YY"}, {"099", "YYY"}, {"520", "YYY"}, {"519", "YYY"}, {"5", "Y"}, {"1", "I"}, {"21 24", "CC YY"}, {"20 00", "CC YY"}, {"21", "CC"}, {"5 BC", "CC BC"}, {"44 BC", "YYYY BC"}, {"44 b.c.", "YYYY B.C."}, {"0044-03-15 BC", "YYYY-MM-DD BC"}, {"5 44 BC", "CC YY BC"}, {"5 00 BC", "CC YY BC"}, {"-44", "YYYY"}, {"-44 BC", "YYYY BC"}, {"0000", "YYYY"}, {"2,024", "Y,YYY"}, {"2,24", "Y,YYY"}, {"2024", "Y,YYY"}, {"2,0245", "Y,YYY"}, {"-2,024", "Y,YYY"}, {"99999999,999", "Y,YYY"}, {"12024-01-01", "YYYY-MM-DD"}, {"120240101", "YYYYMMDD"}, {"294277-01-01", "YYYY-MM-DD"}, {"5874898-01-01", "YYYY-MM-DD"}, {"99999999999-01-01", "YYYY-MM-DD"},
	{"10:11:12", "HH24:MI:SS"}, {"10:11:12 PM", "HH:MI:SS AM"}, {"12:00 am", "HH:MI AM"}, {"12:00 pm", "HH12:MI pm"}, {"13:00 pm", "HH12:MI pm"}, {"00:00", "HH12:MI"}, {"13 PM", "HH24 PM"}, {"10 p.m.", "HH A.M."}, {"10 pm", "HH A.M."}, {"24:00", "HH24:MI"}, {"23:60", "HH24:MI"}, {"23:59:60", "HH24:MI:SS"}, {"86399", "SSSS"}, {"86400", "SSSSS"}, {"3661 05", "SSSS MI"}, {"10:11:12.5", "HH24:MI:SS.MS"}, {"10:11:12.25", "HH24:MI:SS.MS"}, {"10:11:12.1234567", "HH24:MI:SS.US"}, {"10:11:12.123456", "HH24:MI:SS.US"}, {"10:11:12.123456", "HH24:MI:SS.FF3"}, {"10:11:12.1299", "HH24:MI:SS.FF2"}, {"10:11:12.9", "HH24:MI:SS.FF1"}, {"12.999 999999", "SS.MS US"}, {"12.500 500000", "SS.MS US"}, {"-5", "MI"}, {"+5", "MI"}, {"1 2", "MISS"}, {"12", "MI SS"},
	{"2024-01-01 10:00 +05:30", "YYYY-MM-DD HH24:MI TZH:TZM"}, {"2024-01-01 10:00 -05:30", "YYYY-MM-DD HH24:MI TZH:TZM"}, {"2024-01-01 10:00-05", "YYYY-MM-DD HH24:MI TZH"}, {"2024-01-01 10:00 -05", "YYYY-MM-DD HH24:MITZH"}, {"2024-01-01 10:00 - 05", "YYYY-MM-DD HH24:MI TZH"}, {"2024-01-01 10:00 16", "YYYY-MM-DD HH24:MI TZH"}, {"2024-01-01 10:00 -05:60", "YYYY-MM-DD HH24:MI TZH:TZM"}, {"2024-01-01 30", "YYYY-MM-DD TZM"}, {"2024-01-01 UTC", "YYYY-MM-DD TZ"}, {"2024-01-01 +00", "YYYY-MM-DD OF"}, {"2024-01-01", "YYYY-MM-DD TZ"},
	{"2451187", "J"}, {"0", "J"}, {"-1", "J"}, {"2147483647", "J"}, {"2147483648", "J"}, {"1 2024", "Q YYYY"}, {"x 2024", "Q YYYY"}, {"IV 2024", "RM YYYY"}, {"viii 2024", "rm YYYY"}, {"xiii", "RM"}, {"iiii", "RM"}, {"2024-02-29 2023", "YYYY-MM-DD YYYY"}, {"2024 2024", "YYYY YYYY"}, {"1st 2024", "DDth YYYY"}, {"29TH Feb", "DDTH Mon"}, {"2024xFebx29", "YYYY\"x\"Mon\"x\"DD"}, {"2024 of Feb 29", "YYYY\" of \"Mon DD"}, {"2024étéFeb", "YYYY\"été\"Mon"}, {"2024日Feb", "FXYYYY日Mon"}, {"", "YYYY"}, {" ", "YYYY"}, {"2024", ""}, {"", ""}, {"x", "YYYY"}, {"2024-13-01", "YYYY-MM-DD"}, {"2024-00-01", "YYYY-MM-DD"}, {"2024-01-32", "YYYY-MM-DD"}, {"2024-02", "YYYY-MM"}, {"30 02", "DD MM"}, {"2024-02-30 trailing", "YYYY-MM-DD"}, {"2024-02-28 trailing", "YYYY-MM-DD"}, {"2024\t02\n29", "YYYY MM DD"}, {"2024a02b29", "YYYY-MM-DD"}, {"2024-Feb", "YYYY-TMMon"}, {"2024-FEB-THU", "YYYY-TMMon-TMDy"}, {"7", "ID"}, {"1 8", "ID ID"}, {"2000 1 1", "YYYY D ID"}, {"01012024", "DDMMYYYY"}, {"1012024", "DDMMYYYY"}, {"1012024", "FMDDMMYYYY"}, {"20240101T101112", "YYYYMMDD\"T\"HH24MISS"}, {"20240101 101112", "YYYYMMDDHH24MISS"}, {"99999999999", "MI"},
}

func TestFromChar(t *testing.T) {
	t.Parallel()
	l := library(t)
	random := rand.New(rand.NewPCG(5, 5))
	all := append([][2]string{}, readings...)
	for range 2500 { // texts by templates that are not theirs
		all = append(all, [2]string{readings[random.IntN(len(readings))][0], readings[random.IntN(len(readings))][1]})
	}
	url := servertest.Database(t)
	for _, name := range []string{"to_date", "to_timestamp"} {
		f, ok := l.Function(name + "(text,text)")
		if !ok {
			t.Fatalf("no function %s", name)
		}
		codec, err := l.Codec(resultOf(name))
		if err != nil {
			t.Fatal(err)
		}
		var expressions, answers []string
		for _, r := range all {
			value, err := f.Call([]any{r[0], r[1]})
			expressions = append(expressions, name+"("+proof.Literal(r[0])+"::text, "+proof.Literal(r[1])+"::text)")
			answers = append(answers, proof.Answer(codec, value, err))
		}
		compare(t, url, expressions, answers)
	}
}
