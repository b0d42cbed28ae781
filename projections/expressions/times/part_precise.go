package times

import (
	"math/big"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
)

// sinceEpoch is the time since 1970 in seconds.
func sinceEpoch(t int64) part {
	micros := new(big.Int).Sub(big.NewInt(t), big.NewInt(unixEpoch))
	p := part{decimal: apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(micros), -6)}
	if micros.IsInt64() {
		p.float = float64(micros.Int64()) / 1e6
	} else {
		p.float = (float64(t) - float64(unixEpoch)) / 1e6
	}
	return p
}

// julianPart is the Julian day with the time as its fraction, to 16 significant digits of it.
func (m *moment) julianPart() part {
	clock := m.clockMicros()
	places := julianPlaces(clock)
	// Rounded halves up: nothing is negative here.
	scaled := new(big.Int).Mul(big.NewInt(clock), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
	scaled.Add(scaled.Lsh(scaled, 1), big.NewInt(microsPerDay))
	scaled.Quo(scaled, big.NewInt(2*microsPerDay))
	whole := new(big.Int).Mul(big.NewInt(int64(m.julian())), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil))
	scaled.Add(scaled, whole)
	seconds := float64(m.hour*3600+m.minute*60+m.second) + float64(m.micros)/1e6
	return part{
		decimal: apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(scaled), -places),
		float:   float64(m.julian()) + seconds/secondsPerDay,
	}
}

// julianPlaces is how many decimal places PostgreSQL gives to a quotient by
// microsPerDay, which is 864 0000 0000 to the base of ten thousand.
func julianPlaces(dividend int64) int32 {
	const divisorWeight, divisorFirst = 2, 864
	weight, first := int32(0), dividend
	for first >= 10000 {
		first /= 10000
		weight++
	}
	quotient := weight - divisorWeight
	if first <= divisorFirst {
		quotient--
	}
	return 16 - quotient*4
}

func intervalPart(name string, v datum.Interval) (part, error) {
	u, err := unitNamed(name, "interval")
	if err != nil {
		return part{}, err
	}
	years, months := int(v.Months/monthsPerYear), int(v.Months%monthsPerYear)
	var m moment
	m.setClock(v.Microseconds)
	switch u {
	case day:
		return wholePart(int(v.Days)), nil
	case month:
		return wholePart(months), nil
	case quarter:
		return wholePart(months/3 + 1), nil
	case year:
		return wholePart(years), nil
	case decade:
		return wholePart(years / 10), nil
	case century:
		return wholePart(years / 100), nil
	case millennium:
		return wholePart(years / 1000), nil
	case epochPoint:
		return intervalSeconds(v), nil
	}
	return clockPart(u, v.Microseconds, name, "interval")
}

// intervalSeconds is an interval's length in seconds, with years of 365.25 days.
func intervalSeconds(v datum.Interval) part {
	years, months := int64(v.Months/monthsPerYear), int64(v.Months%monthsPerYear)
	seconds := (4*365*years + years + 4*daysPerMonth*months + 4*int64(v.Days)) * (secondsPerDay / 4)
	micros := new(big.Int).Mul(big.NewInt(seconds), big.NewInt(microsPerSecond))
	micros.Add(micros, big.NewInt(v.Microseconds))
	f := float64(v.Microseconds) / 1e6
	f += float64(365.25 * secondsPerDay * float64(years))
	f += float64(daysPerMonth * secondsPerDay * float64(months))
	f += float64(secondsPerDay * float64(v.Days))
	return part{decimal: apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(micros), -6), float: f}
}
