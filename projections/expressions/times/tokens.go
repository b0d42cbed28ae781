package times

import "strings"

// kind is what a word, or a number beside it, stands for.
type kind int

// The kinds of words.
const (
	unknownKind kind = iota
	reservedKind
	monthKind
	weekdayKind
	unitKind
	isoTimeKind
	ampmKind
	eraKind
	ignoredKind
	dstKind      // a daylight saving modifier: "MET DST"
	zoneKind     // an abbreviation of standard time
	dstZoneKind  // one of daylight saving time
	moveZoneKind // one whose meaning has changed
	agoKind
)

// unit is a unit of time, or a special point in it.
type unit int

// The units.
const (
	noUnit unit = iota
	microsecond
	millisecond
	second
	minute
	hour
	day
	week
	month
	quarter
	year
	decade
	century
	millennium
	dayOfWeek
	isoDayOfWeek
	dayOfYear
	isoYear
	julianDay
	timeOfDay
	zoneOffset
	zoneHour
	zoneMinute
	early
	late
	epochPoint
	now
	today
	tomorrow
	yesterday
	midnight
)

// token is what a word means. value is a unit, a number of a month or of a
// weekday, whether it is BC or PM, or seconds.
type token struct {
	kind  kind
	value int
}

func (t token) unit() unit { return unit(t.value) }

// significant is how much of a word counts.
const significant = 10

func lookUp(table map[string]token, word string) (token, bool) {
	if len(word) > significant {
		word = word[:significant]
	}
	t, ok := table[word]
	return t, ok
}

// dateTokens are the words in dates and times.
var dateTokens = joined(
	words(monthKind, "jan january", "feb february", "mar march", "apr april", "may", "jun june",
		"jul july", "aug august", "sep sept september", "oct october", "nov november", "dec december"),
	words(weekdayKind, "sun sunday", "mon monday", "tue tues tuesday", "wed wednesday weds",
		"thu thur thurs thursday", "fri friday", "sat saturday"),
	map[string]token{
		"-infinity": {reservedKind, int(early)},
		"infinity":  {reservedKind, int(late)},
		"epoch":     {reservedKind, int(epochPoint)},
		"now":       {reservedKind, int(now)},
		"today":     {reservedKind, int(today)},
		"tomorrow":  {reservedKind, int(tomorrow)},
		"yesterday": {reservedKind, int(yesterday)},
		"allballs":  {reservedKind, int(midnight)},
		"ad":        {eraKind, 0},
		"bc":        {eraKind, 1},
		"am":        {ampmKind, 0},
		"pm":        {ampmKind, 1},
		"at":        {ignoredKind, 0},
		"on":        {ignoredKind, 0},
		"dst":       {dstKind, 3600},
		"t":         {isoTimeKind, int(timeOfDay)},
		"y":         {unitKind, int(year)},
		"m":         {unitKind, int(month)},
		"d":         {unitKind, int(day)},
		"h":         {unitKind, int(hour)},
		"mm":        {unitKind, int(minute)},
		"s":         {unitKind, int(second)},
		"dow":       {unitKind, int(dayOfWeek)},
		"doy":       {unitKind, int(dayOfYear)},
		"isodow":    {unitKind, int(isoDayOfWeek)},
		"isoyear":   {unitKind, int(isoYear)},
		"j":         {unitKind, int(julianDay)},
		"jd":        {unitKind, int(julianDay)},
		"julian":    {unitKind, int(julianDay)},
	},
)

// unitTokens are the words in intervals, and the names of fields.
var unitTokens = joined(
	units(microsecond, "microsecon us usec useconds usecs"),
	units(millisecond, "millisecon ms msec mseconds msecs"),
	units(second, "s sec second seconds secs"),
	units(minute, "m min mins minute minutes"),
	units(hour, "h hour hours hr hrs"),
	units(day, "d day days"),
	units(week, "w week weeks"),
	units(month, "mon mons month months"),
	units(quarter, "qtr quarter"),
	units(year, "y year years yr yrs"),
	units(decade, "dec decade decades decs"),
	units(century, "c cent centuries century"),
	units(millennium, "mil millennia millennium mils"),
	units(zoneOffset, "timezone"),
	units(zoneHour, "timezone_h"),
	units(zoneMinute, "timezone_m"),
	map[string]token{"ago": {agoKind, 0}},
)

func joined(tables ...map[string]token) map[string]token {
	all := map[string]token{}
	for _, table := range tables {
		for word, t := range table {
			all[word] = t
		}
	}
	return all
}

func units(u unit, list string) map[string]token {
	table := map[string]token{}
	for _, word := range strings.Fields(list) {
		table[word] = token{unitKind, int(u)}
	}
	return table
}

// words numbers groups of words: months from 1, weekdays from 0.
func words(k kind, groups ...string) map[string]token {
	table := map[string]token{}
	for i, group := range groups {
		if k == monthKind {
			i++
		}
		for _, word := range strings.Fields(group) {
			table[word] = token{k, i}
		}
	}
	return table
}
