package times

import (
	"strings"

	"materializer/projections/expressions/datum"
)

// Faults of texts that do not fit their template.
var (
	errTooShort    = &datum.Error{Code: "22007", Message: "source string too short for formatting field"}
	errFieldValue  = &datum.Error{Code: "22007", Message: "invalid value for formatting field"}
	errFieldRange  = &datum.Error{Code: "22008", Message: "value for formatting field in source string is out of range"}
	errConflict    = &datum.Error{Code: "22007", Message: "conflicting values for a field in formatting string"}
	errConventions = &datum.Error{Code: "22007", Message: "invalid combination of date conventions"}
	errOnlyToChar  = &datum.Error{Code: "0A000", Message: "formatting field is only supported in to_char"}
	errThousands   = &datum.Error{Code: "22007", Message: "invalid input string for \"Y,YYY\""}
	errHour12      = &datum.Error{Code: "22007", Message: "hour is invalid for the 12-hour clock"}
	errDayOfYear   = &datum.Error{Code: "22007", Message: "cannot calculate day of year without year information"}
)

// templateReader reads a text by a template. Zero is a number that was not given.
type templateReader struct {
	text     string
	at       int
	fixed    bool // FX
	skipped  int  // spaces and separators beyond those of the template
	calendar calendar

	hour, minute, second, secondOfDay         int
	millis, micros, precision                 int
	year, yearDigits, century, month, day     int
	dayOfWeek, dayOfYear, week, weekInMonth   int
	julian, pm, bc, zoneSign, zoneHour, zoneM int
	clock12                                   bool
}

func (r *templateReader) peek() byte {
	if r.at < len(r.text) {
		return r.text[r.at]
	}
	return 0
}

// character skips a character.
func (r *templateReader) character() { r.at += len(firstCharacter(r.text[r.at:])) }

func (r *templateReader) spaces() (skipped int) {
	for r.at < len(r.text) && isSpace(r.text[r.at]) {
		r.at++
		skipped++
	}
	return skipped
}

// read goes through the template, or to the end of the text.
func (r *templateReader) read(nodes []node) error {
	for i := 0; i < len(nodes) && r.at < len(r.text); i++ {
		n := &nodes[i]
		isKeyword := n.kind == keywordNode
		if !r.fixed && (!isKeyword || n.keyword.name != "FX") && (isKeyword || i == 0) {
			r.skipped += r.spaces()
		}
		if !isKeyword {
			r.plain(n)
			continue
		}
		if err := r.setCalendar(n.keyword.calendar); err != nil {
			return err
		}
		if err := r.keyword(n, greedy(nodes, i)); err != nil {
			return err
		}
		if !r.fixed {
			r.skipped = r.spaces()
		}
	}
	return nil
}

// plain reads a character that is not a keyword, whatever it is.
func (r *templateReader) plain(n *node) {
	switch {
	case n.kind == textNode && !r.fixed && r.skipped > 0:
		r.skipped--
	case n.kind == textNode || r.fixed:
		if r.at < len(r.text) {
			r.character()
		}
	default:
		r.skipped--
		if c := r.peek(); isSpace(c) || isPunctuation(c) {
			r.at++
			r.skipped++
		}
	}
}

// greedy tells whether all digits that there are belong to the field: it is
// not followed by another number.
func greedy(nodes []node, i int) bool {
	if nodes[i].fill || nodes[i].ordinal != "" || i+1 == len(nodes) {
		return true
	}
	next := &nodes[i+1]
	if next.kind == keywordNode {
		return !next.keyword.digits
	}
	return len(next.character) != 1 || !isDigit(next.character[0])
}

func (r *templateReader) setCalendar(c calendar) error {
	switch {
	case c == anyCalendar, c == r.calendar:
	case r.calendar == anyCalendar:
		r.calendar = c
	default:
		return errConventions
	}
	return nil
}

// set stores a value, which must not contradict another.
func set(field *int, value int) error {
	if *field != 0 && *field != value {
		return errConflict
	}
	*field = value
	return nil
}

// number reads a number of so many characters, or all digits that there are.
func (r *templateReader) number(field *int, width int, greedy bool) (length int, err error) {
	start := r.at
	r.spaces()
	source := r.text[r.at:]
	if !greedy {
		if len(source) < width {
			return 0, errTooShort
		}
		source = source[:width]
	}
	value, rest, ok := leadingInt(source, 32)
	used := len(source) - len(rest)
	if !greedy && used > 0 && used < width {
		return 0, errFieldValue
	}
	r.at += used
	if used == 0 && greedy {
		r.at = start
	}
	if r.at == start {
		return 0, errFieldValue
	}
	if !ok {
		return 0, errFieldRange
	}
	return r.at - start, set(field, int(value))
}

// oneOf reads one of some words in any case: its index.
func (r *templateReader) oneOf(words []string, width int) (int, error) {
	for i, word := range words {
		if width > 0 {
			word = word[:width]
		}
		if rest := r.text[r.at:]; len(rest) >= len(word) && foldASCII(rest[:len(word)]) == foldASCII(word) {
			r.at += len(word)
			return i, nil
		}
	}
	return 0, errFieldValue
}

func foldASCII(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = lower(c)
	}
	return string(b)
}

// keyword reads a field.
func (r *templateReader) keyword(n *node, greedy bool) error {
	read, err := r.clockField(n, greedy)
	if err == nil && !read {
		read, err = r.dateField(n, greedy)
	}
	if err == nil && !read {
		err = r.wordField(n)
	}
	if err == nil && n.ordinal != "" && n.keyword.digits && n.keyword.name != "TZM" {
		for range 2 {
			if r.at < len(r.text) {
				r.character()
			}
		}
	}
	return err
}

func (r *templateReader) clockField(n *node, greedy bool) (read bool, err error) {
	switch name := n.keyword.name; name {
	case "HH", "HH12":
		_, err = r.number(&r.hour, 2, greedy)
		r.clock12 = true
	case "HH24":
		_, err = r.number(&r.hour, 2, greedy)
	case "MI":
		_, err = r.number(&r.minute, 2, greedy)
	case "SS":
		_, err = r.number(&r.second, 2, greedy)
	case "MS":
		err = r.fraction(&r.millis, 3, 3, greedy)
	case "US":
		err = r.fraction(&r.micros, 6, 6, greedy)
	case "FF1", "FF2", "FF3", "FF4", "FF5", "FF6":
		r.precision = int(name[2] - '0')
		err = r.fraction(&r.micros, r.precision, 6, greedy)
	case "SSSS", "SSSSS":
		_, err = r.number(&r.secondOfDay, len(name), greedy)
	case "TZH":
		r.zoneSign = 1
		if c := r.peek(); c == '+' || c == '-' || c == ' ' {
			if c == '-' {
				r.zoneSign = -1
			}
			r.at++
		} else if r.skipped > 0 && r.text[r.at-1] == '-' {
			// The sign was taken for a separator.
			r.zoneSign = -1
		}
		_, err = r.number(&r.zoneHour, 2, greedy)
	case "TZM":
		if r.zoneSign == 0 {
			r.zoneSign = 1
		}
		_, err = r.number(&r.zoneM, 2, greedy)
	default:
		return false, nil
	}
	return true, err
}

// fraction reads decimal places: 25 is 250 thousandths.
func (r *templateReader) fraction(field *int, width, places int, greedy bool) error {
	length, err := r.number(field, width, greedy)
	for ; length < places; length++ {
		*field *= 10
	}
	return err
}

func (r *templateReader) dateField(n *node, greedy bool) (read bool, err error) {
	switch name := n.keyword.name; name {
	case "MM":
		_, err = r.number(&r.month, 2, greedy)
	case "DDD", "IDDD":
		_, err = r.number(&r.dayOfYear, 3, greedy)
	case "DD":
		_, err = r.number(&r.day, 2, greedy)
	case "D":
		_, err = r.number(&r.dayOfWeek, 1, greedy)
	case "ID":
		if _, err = r.number(&r.dayOfWeek, 1, greedy); err == nil {
			if r.dayOfWeek++; r.dayOfWeek > 7 {
				r.dayOfWeek = 1
			}
		}
	case "WW", "IW":
		_, err = r.number(&r.week, 2, greedy)
	case "W":
		_, err = r.number(&r.weekInMonth, 1, greedy)
	case "Q":
		_, err = r.number(new(int), 1, greedy)
	case "CC":
		_, err = r.number(&r.century, 2, greedy)
	case "J":
		_, err = r.number(&r.julian, 1, greedy)
	case "Y,YYY":
		err = r.thousands()
	case "YYYY", "IYYY":
		_, err = r.number(&r.year, 4, greedy)
		r.yearDigits = 4
	case "YYY", "IYY", "YY", "IY", "Y", "I":
		var length int
		if length, err = r.number(&r.year, len(name), greedy); length < 4 {
			r.year = nearestYear(r.year)
		}
		r.yearDigits = len(name)
	default:
		return false, nil
	}
	return true, err
}

// nearestYear completes a year to one near 2020.
func nearestYear(year int) int {
	switch {
	case year < 70:
		return year + 2000
	case year < 100:
		return year + 1900
	case year < 520:
		return year + 2000
	case year < 1000:
		return year + 1000
	}
	return year
}

// thousands reads a year as 1,999.
func (r *templateReader) thousands() error {
	r.spaces()
	thousands, rest, fits := leadingInt(r.text[r.at:], 32)
	if rest == r.text[r.at:] || !strings.HasPrefix(rest, ",") {
		return errThousands
	}
	rest = strings.TrimLeft(rest[1:], "\t\n\v\f\r ")
	years, after, _ := leadingInt(rest[:min(3, len(rest))], 32)
	used := min(3, len(rest)) - len(after)
	if used == 0 {
		return errThousands
	}
	r.at = len(r.text) - len(rest) + used
	year, ok := int32Of(thousands*1000 + years)
	if !fits || !ok {
		return errFieldRange
	}
	r.yearDigits = 4
	return set(&r.year, int(year))
}

func (r *templateReader) wordField(n *node) error {
	switch n.keyword.name {
	case "FX":
		r.fixed = true
	case "A.M.", "P.M.":
		return r.halfDay([]string{"a.m.", "p.m."})
	case "AM", "PM":
		return r.halfDay([]string{"am", "pm"})
	case "A.D.", "B.C.":
		return r.choice(&r.bc, []string{"a.d.", "b.c."})
	case "AD", "BC":
		return r.choice(&r.bc, []string{"ad", "bc"})
	case "MONTH", "MON":
		width := 0
		if n.keyword.name == "MON" {
			width = 3
		}
		i, err := r.oneOf(monthNames, width)
		if err != nil {
			return err
		}
		return set(&r.month, i+1)
	case "RM":
		i, err := r.oneOf(romanMonths, 0)
		if err != nil {
			return err
		}
		return set(&r.month, monthsPerYear-i)
	case "DAY":
		return r.weekdayName(0)
	case "DY":
		return r.weekdayName(3)
	default:
		return errOnlyToChar
	}
	return nil
}

func (r *templateReader) choice(field *int, words []string) error {
	i, err := r.oneOf(words, 0)
	if err != nil {
		return err
	}
	return set(field, i)
}

func (r *templateReader) halfDay(words []string) error {
	r.clock12 = true
	return r.choice(&r.pm, words)
}

func (r *templateReader) weekdayName(width int) error {
	i, err := r.oneOf(dayNames, width)
	if err != nil {
		return err
	}
	// As PostgreSQL: what is compared counts from 0, what is kept from 1.
	if err := set(&r.dayOfWeek, i); err != nil {
		return err
	}
	r.dayOfWeek++
	return nil
}

// zone is the offset in seconds west.
func (r *templateReader) zone() (int, error) {
	if r.zoneSign == 0 {
		return 0, nil
	}
	if r.zoneHour < 0 || r.zoneHour > 15 || r.zoneM < 0 || r.zoneM > 59 {
		return 0, errDisplacement
	}
	return -r.zoneSign * (r.zoneHour*3600 + r.zoneM*60), nil
}

func readMoment(text, template string) (moment, *templateReader, error) {
	r := &templateReader{text: text}
	if err := r.read(parseTemplate(template)); err != nil {
		return moment{}, nil, err
	}
	m, err := r.moment()
	return m, r, err
}

func readDate(text, template string) (datum.Date, error) {
	m, _, err := readMoment(text, template)
	if err != nil {
		return 0, err
	}
	return dateOf(&m)
}

func readTimestamp(text, template string) (datum.TimestampTZ, error) {
	m, r, err := readMoment(text, template)
	if err != nil {
		return 0, err
	}
	west, err := r.zone()
	if err != nil {
		return 0, err
	}
	t, err := m.timestamp(west)
	if err == nil && r.precision != 0 {
		t = roundMicros(t, int32(r.precision))
	}
	return datum.TimestampTZ(t), err
}

// moment puts together what was read.
func (r *templateReader) moment() (moment, error) {
	d := decoder{julianDate: true}
	d.month, d.day = 1, 1
	if err := r.clock(&d.moment); err != nil {
		return d.moment, err
	}
	if err := r.date(&d); err != nil {
		return d.moment, err
	}
	if err := d.finishDate(); err != nil {
		return d.moment, err
	}
	d.micros = r.millis*1000 + r.micros
	m := &d.moment
	if m.hour < 0 || m.hour > 23 || m.minute < 0 || m.minute > 59 || m.second < 0 || m.second > 59 ||
		m.micros < 0 || m.micros >= int(microsPerSecond) {
		return *m, errField
	}
	_, err := r.zone()
	return *m, err
}

func (r *templateReader) clock(m *moment) error {
	m.hour, m.minute, m.second = r.secondOfDay/3600, r.secondOfDay%3600/60, r.secondOfDay%60
	for _, f := range []struct {
		to    *int
		given int
	}{{&m.second, r.second}, {&m.minute, r.minute}, {&m.hour, r.hour}} {
		if f.given != 0 {
			*f.to = f.given
		}
	}
	switch {
	case !r.clock12:
	case m.hour < 1 || m.hour > 12:
		return errHour12
	case r.pm != 0 && m.hour < 12:
		m.hour += 12
	case r.pm == 0 && m.hour == 12:
		m.hour = 0
	}
	return nil
}

func (r *templateReader) date(d *decoder) error {
	if r.year != 0 || r.century != 0 {
		d.year = int(int32(r.fullYear())) // which wraps around
		d.have |= hasYear
	}
	if r.julian != 0 {
		d.setJulian(r.julian)
		d.have |= hasDate
	}
	if r.week != 0 && r.calendar == isoWeeks {
		r.isoDate(d)
	} else if r.week != 0 {
		r.dayOfYear = (r.week-1)*7 + 1
	}
	if r.weekInMonth != 0 {
		r.day = (r.weekInMonth-1)*7 + 1
	}
	if r.day != 0 {
		d.day = r.day
		d.have |= hasDay
	}
	if r.month != 0 {
		d.month = r.month
		d.have |= hasMonth
	}
	if r.dayOfYear != 0 && (d.month <= 1 || d.day <= 1) {
		return r.setDayOfYear(d)
	}
	return nil
}

// fullYear is the year by the century and the era.
func (r *templateReader) fullYear() int {
	century, year := r.century, r.year
	if r.bc != 0 {
		century = -century
	}
	switch {
	case r.year == 0 && century >= 0:
		return (century-1)*100 + 1
	case r.year == 0:
		return century*100 + 1
	case r.century == 0 || r.yearDigits > 2:
		if r.bc != 0 {
			year = -year
		}
		if year < 0 {
			year++
		}
		return year
	}
	year %= 100
	switch {
	case year == 0 && century >= 0:
		return century * 100
	case year == 0:
		return century*100 + 1
	case century >= 0:
		return year + (century-1)*100
	}
	return (century+1)*100 - year + 1
}

// isoDate sets the date by week and day of the week.
func (r *templateReader) isoDate(d *decoder) {
	monday := isoWeekDay(d.year, r.week)
	switch {
	case r.dayOfWeek > 1:
		monday += r.dayOfWeek - 2
	case r.dayOfWeek != 0:
		monday += 6
	}
	d.setJulian(monday)
	d.have |= hasDate
}

func (r *templateReader) setDayOfYear(d *decoder) error {
	if d.year == 0 && r.bc == 0 {
		return errDayOfYear
	}
	if r.calendar == isoWeeks {
		d.setJulian(isoWeekOne(d.year) - 1 + r.dayOfYear)
		d.have |= hasDate
		return nil
	}
	month, day := 1, r.dayOfYear
	for month <= monthsPerYear && day > daysIn(d.year, month) {
		day -= daysIn(d.year, month)
		month++
	}
	if d.month <= 1 {
		d.month = month
	}
	if d.day <= 1 {
		d.day = day
	}
	d.have |= hasMonth | hasDay
	return nil
}
