package times

import "materializer/projections/expressions/datum"

func timePart(name string, t datum.Time) (part, error) {
	u, err := unitNamed(name, "time without time zone")
	if err != nil {
		return part{}, err
	}
	if u == epochPoint {
		return decimalPart(int64(t), 6), nil
	}
	return clockPart(u, int64(t), name, "time without time zone")
}

func timeTZPart(name string, t datum.TimeTZ) (part, error) {
	u, err := unitNamed(name, "time with time zone")
	if err != nil {
		return part{}, err
	}
	east := -int(t.Zone)
	switch u {
	case zoneOffset:
		return wholePart(east), nil
	case zoneHour:
		return wholePart(east / 3600), nil
	case zoneMinute:
		return wholePart(east / 60 % 60), nil
	case epochPoint:
		p := decimalPart(int64(t.Time)+int64(t.Zone)*microsPerSecond, 6)
		p.float = float64(t.Time)/1e6 + float64(t.Zone)
		return p, nil
	}
	return clockPart(u, int64(t.Time), name, "time with time zone")
}

// clockPart is a field of a time of day.
func clockPart(u unit, micros int64, name, typeName string) (part, error) {
	var m moment
	m.setClock(micros)
	if p, ok := m.clockPart(u); ok {
		return p, nil
	}
	if t, _ := lookUp(dateTokens, foldUnit(name)); t.kind == reservedKind {
		return part{}, unknownUnit(typeName)
	}
	return part{}, unsupportedUnit(typeName)
}

func (m *moment) clockPart(u unit) (part, bool) {
	fraction := int64(m.second)*microsPerSecond + int64(m.micros)
	switch u {
	case microsecond:
		return decimalPart(fraction, 0), true
	case millisecond:
		p := decimalPart(fraction, 3)
		p.float = float64(m.second)*1000 + float64(m.micros)/1000
		return p, true
	case second:
		p := decimalPart(fraction, 6)
		p.float = float64(m.second) + float64(m.micros)/1e6
		return p, true
	case minute:
		return wholePart(m.minute), true
	case hour:
		return wholePart(m.hour), true
	}
	return part{}, false
}
