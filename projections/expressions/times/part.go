package times

import (
	"math"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// part is a field of a value: a number of decimal places for extract, and as
// a float for date_part.
type part struct {
	null     bool
	infinite int // its sign
	decimal  datum.Numeric
	float    float64
}

func wholePart(n int) part { return decimalPart(int64(n), 0) }

// decimalPart has so many decimal places.
func decimalPart(n int64, places int32) part {
	return part{decimal: apd.New(n, -places), float: float64(n) / math.Pow10(int(places))}
}

func float(p part, err error) (any, error) {
	switch {
	case err != nil || p.null:
		return nil, err
	case p.infinite != 0:
		return math.Inf(p.infinite), nil
	}
	return p.float, nil
}

func numeric(p part, err error) (any, error) {
	switch {
	case err != nil || p.null:
		return nil, err
	case p.infinite != 0:
		return &apd.Decimal{Form: apd.Infinite, Negative: p.infinite < 0}, nil
	}
	return p.decimal, nil
}

func parts() []function.Function {
	return concat(
		partsOf("time", func(name string, t datum.Time) (part, error) { return timePart(name, t) }),
		partsOf("timetz", timeTZPart),
		partsOf("timestamp", func(name string, t datum.Timestamp) (part, error) {
			return timestampPart(name, int64(t), "timestamp without time zone")
		}),
		partsOf("timestamptz", func(name string, t datum.TimestampTZ) (part, error) {
			return timestampPart(name, int64(t), zonedTimestamp)
		}),
		partsOf("interval", intervalPart),
		[]function.Function{function.Of2("extract(text,date)", func(name string, d datum.Date) (any, error) {
			return numeric(datePart(name, d))
		})},
	)
}

func partsOf[T any](typeName string, get func(string, T) (part, error)) []function.Function {
	return []function.Function{
		function.Of2("date_part(text,"+typeName+")", func(name string, v T) (any, error) { return float(get(name, v)) }),
		function.Of2("extract(text,"+typeName+")", func(name string, v T) (any, error) { return numeric(get(name, v)) }),
	}
}

// unitNamed is the unit that a field's name means, and whether its kind is one of a unit at all.
func unitNamed(name, typeName string) (unit, error) {
	name = foldUnit(name)
	t, ok := lookUp(unitTokens, name)
	if !ok {
		t, ok = lookUp(dateTokens, name)
	}
	if !ok || t.kind != unitKind && t.kind != reservedKind {
		return noUnit, unknownUnit(typeName)
	}
	return t.unit(), nil
}

// maxIdentifier is where PostgreSQL cuts names off.
const maxIdentifier = 63

func foldUnit(name string) string {
	if len(name) > maxIdentifier {
		name = name[:maxIdentifier]
	}
	return strings.Map(func(r rune) rune {
		if r < 0x80 {
			return rune(lower(byte(r)))
		}
		return r
	}, name)
}

func unknownUnit(typeName string) error {
	return datum.Errorf("22023", "unit not recognized for type %s", typeName)
}

func unsupportedUnit(typeName string) error {
	return datum.Errorf("0A000", "unit not supported for type %s", typeName)
}

const zonedTimestamp = "timestamp with time zone"
