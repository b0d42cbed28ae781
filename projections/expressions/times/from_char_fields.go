package times

import "strings"

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
