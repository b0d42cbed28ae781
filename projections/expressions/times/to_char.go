package times

import (
	"strconv"
	"strings"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var errIntervalFormat = &datum.Error{Code: "22007", Message: "invalid format specification for an interval value"}

func formatting() []function.Function {
	return []function.Function{
		function.Of2("to_char(timestamp,text)", func(t datum.Timestamp, template string) (any, error) {
			return formatTimestamp(int64(t), template, "")
		}),
		function.Of2("to_char(timestamptz,text)", func(t datum.TimestampTZ, template string) (any, error) {
			return formatTimestamp(int64(t), template, "UTC")
		}),
		function.Of2("to_char(interval,text)", formatInterval),
		function.Of2("to_date(text,text)", readDate),
		function.Of2("to_timestamp(text,text)", readTimestamp),
	}
}

// formatTimestamp is NULL for the infinite, and for an empty template.
func formatTimestamp(t int64, template, zoneName string) (any, error) {
	if template == "" || !finite(t) {
		return nil, nil
	}
	w := formatter{moment: splitTimestamp(t)}
	w.zoneName = zoneName
	w.weekday = weekday(w.julian())
	w.yearDay = w.julian() - toJulian(w.year, 1, 1) + 1
	return w.write(parseTemplate(template))
}

func formatInterval(v datum.Interval, template string) (any, error) {
	if template == "" {
		return nil, nil
	}
	w := formatter{interval: true}
	w.setClock(v.Microseconds)
	w.year, w.month, w.day = int(v.Months/monthsPerYear), int(v.Months%monthsPerYear), int(v.Days)
	w.yearDay = int(v.Months*daysPerMonth + v.Days)
	return w.write(parseTemplate(template))
}

// formatter writes a moment, or an interval that was taken apart, by a template.
type formatter struct {
	moment
	interval bool
	out      []byte
}

func (w *formatter) write(nodes []node) (any, error) {
	for i := range nodes {
		n := &nodes[i]
		if n.kind != keywordNode {
			w.out = append(w.out, n.character...)
			continue
		}
		if w.interval && onlyOfDates(n.keyword) {
			return nil, errIntervalFormat
		}
		if !w.clockKeyword(n) && !w.dateKeyword(n) && !w.yearKeyword(n) {
			w.zoneKeyword(n)
		}
	}
	return string(w.out), nil
}

// onlyOfDates tells whether a keyword means nothing for an interval.
func onlyOfDates(k *keyword) bool {
	switch k.name {
	case "TZ", "TZH", "TZM", "OF", "A.D.", "B.C.", "AD", "BC", "MONTH", "MON", "DAY", "DY", "D", "ID":
		return true
	}
	return false
}

// number writes a number with so many digits, a sign besides, or just it where FM is given.
func (w *formatter) number(n *node, value, digits int) bool {
	if n.fill {
		digits = 0
	}
	return w.fixed(n, value, digits)
}

// signed is number with one more digit for what is negative.
func (w *formatter) signed(n *node, value, digits int, negative bool) bool {
	if negative {
		digits++
	}
	return w.number(n, value, digits)
}

// fixed writes a number in a width that FM does not change.
func (w *formatter) fixed(n *node, value, width int) bool {
	text := strconv.Itoa(value)
	sign := ""
	if value < 0 {
		sign, text = "-", text[1:]
	}
	if missing := width - len(text) - len(sign); missing > 0 {
		text = strings.Repeat("0", missing) + text
	}
	return w.ordinal(n, sign+text)
}

// ordinal writes a number's text, and th behind it if so wanted.
func (w *formatter) ordinal(n *node, text string) bool {
	w.out = append(w.out, text...)
	if n.ordinal == "" {
		return true
	}
	ending := "th"
	if teen := len(text) > 1 && text[len(text)-2] == '1'; !teen {
		switch text[len(text)-1] {
		case '1':
			ending = "st"
		case '2':
			ending = "nd"
		case '3':
			ending = "rd"
		}
	}
	if n.ordinal == "TH" {
		ending = strings.ToUpper(ending)
	}
	w.out = append(w.out, ending...)
	return true
}

// word writes a word, padded to a width unless FM or TM is given.
func (w *formatter) word(n *node, word string, width int) bool {
	w.out = append(w.out, inLetters(word, n.keyword.letters)...)
	if !n.fill && !n.translate {
		for range width - len(word) {
			w.out = append(w.out, ' ')
		}
	}
	return true
}

// either writes one of two words without padding.
func (w *formatter) either(n *node, first, second string, isSecond bool) bool {
	if isSecond {
		first = second
	}
	return w.word(n, first, 0)
}

func (w *formatter) clockKeyword(n *node) bool {
	switch n.keyword.name {
	case "A.M.", "P.M.":
		return w.either(n, "A.M.", "P.M.", w.hour%24 >= 12)
	case "AM", "PM":
		return w.either(n, "AM", "PM", w.hour%24 >= 12)
	case "HH", "HH12":
		hour := w.hour % 12
		if hour == 0 {
			hour = 12
		}
		return w.signed(n, hour, 2, w.hour < 0)
	case "HH24":
		return w.signed(n, w.hour, 2, w.hour < 0)
	case "MI":
		return w.signed(n, w.minute, 2, w.minute < 0)
	case "SS":
		return w.signed(n, w.second, 2, w.second < 0)
	case "FF1":
		return w.fixed(n, w.micros/100000, 1)
	case "FF2":
		return w.fixed(n, w.micros/10000, 2)
	case "FF3", "MS":
		return w.fixed(n, w.micros/1000, 3)
	case "FF4":
		return w.fixed(n, w.micros/100, 4)
	case "FF5":
		return w.fixed(n, w.micros/10, 5)
	case "FF6", "US":
		return w.fixed(n, w.micros, 6)
	case "SSSS", "SSSSS":
		return w.fixed(n, w.hour*3600+w.minute*60+w.second, 0)
	}
	return false
}

func (w *formatter) dateKeyword(n *node) bool {
	switch n.keyword.name {
	case "MONTH":
		return w.word(n, monthNames[w.month-1], 9)
	case "MON":
		return w.word(n, monthNames[w.month-1][:3], 0)
	case "MM":
		return w.signed(n, w.month, 2, w.month < 0)
	case "DAY":
		return w.word(n, dayNames[w.weekday], 9)
	case "DY":
		return w.word(n, dayNames[w.weekday][:3], 0)
	case "DDD":
		return w.number(n, w.yearDay, 3)
	case "IDDD":
		return w.number(n, w.julian()-isoWeekOne(w.isoYear())+1, 3)
	case "DD":
		return w.number(n, w.day, 2)
	case "D":
		return w.fixed(n, w.weekday+1, 0)
	case "ID":
		return w.fixed(n, (w.weekday+6)%7+1, 0)
	case "WW":
		return w.number(n, (w.yearDay-1)/7+1, 2)
	case "IW":
		_, week := isoWeek(w.year, w.month, w.day)
		return w.number(n, week, 2)
	case "W":
		return w.fixed(n, (w.day-1)/7+1, 0)
	case "Q":
		return w.month == 0 || w.fixed(n, (w.month-1)/3+1, 0)
	case "RM":
		return w.month == 0 && w.year == 0 || w.word(n, w.romanMonth(), 4)
	case "J":
		return w.fixed(n, w.julian(), 0)
	}
	return false
}

// romanMonth counts months before zero from December; whole years are December, or January.
func (w *formatter) romanMonth() string {
	switch {
	case w.month == 0 && w.year >= 0:
		return romanMonths[0]
	case w.month == 0:
		return romanMonths[monthsPerYear-1]
	case w.month < 0:
		return romanMonths[-w.month-1]
	}
	return romanMonths[monthsPerYear-w.month]
}

func (w *formatter) isoYear() int {
	year, _ := isoWeek(w.year, w.month, w.day)
	return year
}

// shownYear counts years before Christ from 1; those of an interval are as they are.
func (w *formatter) shownYear(year int) int {
	if w.interval || year > 0 {
		return year
	}
	return 1 - year
}

func (w *formatter) yearKeyword(n *node) bool {
	name := n.keyword.name
	year := w.year
	if name[0] == 'I' {
		year = w.isoYear()
	}
	year = w.shownYear(year)
	negative := w.shownYear(w.year) < 0
	switch name {
	case "CC":
		return w.century(n)
	case "Y,YYY":
		rest := strconv.Itoa(year % 1000)
		if year%1000 < 0 {
			rest = "-" + zeroes(2, rest[1:])
		}
		return w.ordinal(n, strconv.Itoa(year/1000)+","+zeroes(3, rest))
	case "YYYY", "IYYY":
		return w.signed(n, year, 4, negative)
	case "YYY", "IYY":
		return w.signed(n, year%1000, 3, negative)
	case "YY", "IY":
		return w.signed(n, year%100, 2, negative)
	case "Y", "I":
		return w.fixed(n, year%10, 1)
	}
	return false
}

func zeroes(width int, digits string) string {
	return strings.Repeat("0", max(0, width-len(digits))) + digits
}

func (w *formatter) century(n *node) bool {
	century := w.year / 100
	switch {
	case w.interval:
	case w.year > 0:
		century = (w.year-1)/100 + 1
	default:
		century--
	}
	if century < -99 || century > 99 {
		return w.fixed(n, century, 0)
	}
	return w.signed(n, century, 2, century < 0)
}

// zoneKeyword writes the era, or the zone: UTC, if there is any.
func (w *formatter) zoneKeyword(n *node) {
	switch n.keyword.name {
	case "A.D.", "B.C.":
		w.either(n, "A.D.", "B.C.", w.year <= 0)
	case "AD", "BC":
		w.either(n, "AD", "BC", w.year <= 0)
	case "TZ":
		w.word(n, w.zoneName, 0)
	case "TZH":
		w.out = append(w.out, "+00"...)
	case "TZM":
		w.out = append(w.out, "00"...)
	case "OF":
		w.out = append(w.out, '+')
		w.number(&node{fill: n.fill}, 0, 2)
	}
}
