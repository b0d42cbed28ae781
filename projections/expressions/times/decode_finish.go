package times

import "strings"

// finishDate settles the year and checks the date.
func (d *decoder) finishDate() error {
	if d.have&hasYear != 0 && !d.julianDate {
		switch {
		case d.bc && d.year <= 0, !d.bc && d.shortYear && d.year < 0, !d.bc && !d.shortYear && d.year <= 0:
			return errField
		case d.bc:
			d.year = 1 - d.year
		case d.shortYear && d.year < 70:
			d.year += 2000
		case d.shortYear && d.year < 100:
			d.year += 1900
		}
	}
	if d.have&hasDayOfYear != 0 {
		d.setJulian(toJulian(d.year, 1, 1) + d.yearDay - 1)
	}
	if d.have&hasMonth != 0 && (d.month < 1 || d.month > monthsPerYear) {
		return errField
	}
	if d.have&hasDay != 0 && (d.day < 1 || d.day > 31) {
		return errField
	}
	if d.have&hasDate == hasDate && d.day > daysIn(d.year, d.month) {
		return errField
	}
	return nil
}

// finishHalfDay settles AM and PM.
func (d *decoder) finishHalfDay() error {
	switch {
	case !d.halfDay:
	case d.hour > 12:
		return errField
	case !d.afternoon && d.hour == 12:
		d.hour = 0
	case d.afternoon && d.hour != 12:
		d.hour += 12
	}
	return nil
}

// finishZone settles the offset, for which the date is needed.
func (d *decoder) finishZone() error {
	if d.have&hasModifier != 0 && (d.namedZone != nil || d.moveZone != nil || d.have&hasZone == 0) {
		return errFormat
	}
	if d.namedZone != nil {
		d.west = -d.namedZone.offsetOfLocal(&d.moment)
	}
	if d.moveZone != nil {
		d.west = -d.moveZone.offsetOfAbbreviation(&d.moment, d.abbreviation)
	}
	return nil
}

// finishTime checks a time of day and settles its offset.
func (d *decoder) finishTime() error {
	if clockOverflows(&d.moment) {
		return errField
	}
	if d.have&hasTime != hasTime {
		return errFormat
	}
	if d.have&hasModifier != 0 && d.namedZone != nil {
		return errFormat
	}
	if d.namedZone != nil {
		if offset, fixed := d.namedZone.fixedOffset(); fixed {
			d.west, d.namedZone = -offset, nil
		} else if d.have&hasDate != hasDate {
			return errFormat
		}
	}
	if d.moveZone != nil || d.have&hasZone == 0 {
		switch d.have & hasDate {
		case hasDate:
		case 0:
			if d.moveZone != nil && d.have&hasModifier == 0 {
				return errClock
			}
		default:
			return errFormat
		}
	}
	return d.finishZone()
}

// word reads a word or a signed one.
func (d *decoder) word(i int, text string) (seen, error) {
	t, known := abbreviations()[text]
	if !known {
		if t.token, known = lookUp(dateTokens, text); !known && d.strict() && text == "+infinity" {
			t.token, known = dateTokens["infinity"], true
		}
		if !known {
			return d.zoneName(text)
		}
	}
	switch t.kind {
	case ignoredKind:
		return 0, nil
	case reservedKind:
		return d.reserved(t.unit())
	case monthKind:
		return d.monthName(t.value)
	case weekdayKind:
		if d.timeOnly {
			return 0, errFormat
		}
		return hasWeekday, nil
	case dstKind:
		d.west -= t.value
		return hasModifier | hasDSTZone, nil
	case zoneKind:
		d.west = -t.value
		return hasZone, nil
	case dstZoneKind:
		d.west = -t.value
		return hasDSTZone | hasZone, nil
	case moveZoneKind:
		z, err := loadZone(t.zone)
		if err != nil {
			return 0, err
		}
		d.moveZone, d.abbreviation = z, text
		return hasMoveZone | hasZone, nil
	case ampmKind:
		d.halfDay, d.afternoon = true, t.value == 1
		return hasAMPM, nil
	case eraKind:
		d.bc = t.value == 1
		return hasEra, nil
	case isoTimeKind:
		return d.isoTime(i)
	}
	if d.strict() && d.label != noUnit {
		return 0, errFormat
	}
	d.label = t.unit()
	return 0, nil
}

func (d *decoder) zoneName(text string) (seen, error) {
	z, err := loadZone(text)
	if err != nil {
		return 0, errFormat
	}
	d.namedZone = z
	return hasZone, nil
}

func (d *decoder) reserved(point unit) (seen, error) {
	switch {
	case point == midnight:
		d.hour, d.minute, d.second = 0, 0, 0
		if !d.timeOnly {
			d.west = 0
		}
		return hasTime | hasZone, nil
	case point == now:
		return 0, errClock
	case d.timeOnly:
		return 0, errFormat
	case point == today || point == tomorrow || point == yesterday:
		return 0, errClock
	}
	d.point = point
	if d.strict() {
		return hasDate | hasTime | hasZone, nil
	}
	return hasReserved, nil
}

func (d *decoder) monthName(value int) (seen, error) {
	if d.timeOnly {
		return 0, errFormat
	}
	found := hasMonth
	if d.have&hasMonth != 0 && !d.textMonth && d.have&hasDay == 0 && d.month >= 1 && d.month <= 31 {
		// What was taken for the month was the day.
		d.day, found = d.month, hasDay
	}
	d.textMonth, d.month = true, value
	return found, nil
}

// isoTime is the T before a time.
func (d *decoder) isoTime(i int) (seen, error) {
	if d.strict() {
		if !d.timeOnly && d.have&hasDate != hasDate || d.label != noUnit {
			return 0, errFormat
		}
		d.label = timeOfDay
		return 0, nil
	}
	if !d.timeOnly && d.have&hasDate != hasDate || i+1 >= len(d.fields) {
		return 0, errFormat
	}
	switch d.fields[i+1].kind {
	case numberField, timeField, dateField:
		d.label = timeOfDay
		return 0, nil
	}
	return 0, errFormat
}

// decodeZone reads a numeric offset: seconds west of Greenwich.
func decodeZone(text string) (int, error) {
	if text == "" || text[0] != '+' && text[0] != '-' {
		return 0, errFormat
	}
	hour, rest, ok := leadingInt(text[1:], 32)
	var minute, second int64
	if ok && strings.HasPrefix(rest, ":") {
		minute, rest, ok = leadingInt(rest[1:], 32)
		if ok && strings.HasPrefix(rest, ":") {
			second, rest, ok = leadingInt(rest[1:], 32)
		}
	} else if ok && rest == "" && len(text) > 3 {
		hour, minute = hour/100, hour%100
	}
	if !ok || hour < 0 || hour > 15 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return 0, errDisplacement
	}
	if rest != "" {
		return 0, errFormat
	}
	offset := int(hour*3600 + minute*60 + second)
	if text[0] == '+' {
		offset = -offset
	}
	return offset, nil
}
