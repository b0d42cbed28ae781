package times

import "materializer/projections/expressions/datum"

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
