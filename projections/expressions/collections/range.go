package collections

import (
	"fmt"
	"math"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// firstUserOID is FirstNormalObjectId.
const firstUserOID = 16384

var (
	errRangeOrder = &datum.Error{Code: "22000", Message: "range lower bound must be less than or equal to range upper bound"}
	emptyRange    = &datum.Range{Empty: true}
)

func rangeTypes() []function.Type {
	return []function.Type{{Kind: catalog.Range, Make: rangeCodec, Order: rangeOrder}}
}

// rangeType is what the functions on ranges need of a range type.
type rangeType struct {
	compare function.Compare // of the subtype
	// next is the value after one, where the values of the subtype are
	// discrete; the value itself where there is none after it.
	next func(any) (any, error)
}

// newRangeType gathers what is known of a range type. Of a user's, the catalog
// tells neither the operator class nor the canonical function.
func newRangeType(t *catalog.Type, types function.Types) (*rangeType, error) {
	if t.OID >= firstUserOID {
		return nil, fmt.Errorf("values of the range type %s cannot be compared", t.Name)
	}
	compare, err := types.Compare(t.Elem)
	if err != nil {
		return nil, err
	}
	r := &rangeType{compare: compare}
	switch t.Elem.Name {
	case "int4":
		r.next = nextInt(math.MaxInt32, datum.ErrIntegerRange)
	case "int8":
		r.next = nextInt(math.MaxInt64, datum.ErrBigintRange)
	case "date":
		r.next = nextDate
	}
	return r, nil
}

func nextInt(limit int64, err error) func(any) (any, error) {
	return func(v any) (any, error) {
		if v.(int64) == limit {
			return nil, err
		}
		return v.(int64) + 1, nil
	}
}

// lastDate is the last finite date, 5874897-12-31.
const lastDate datum.Date = 2147483493 - 2451545

func nextDate(v any) (any, error) {
	switch d := v.(datum.Date); d {
	case datum.DateInfinity, datum.DateNegativeInfinity:
		return d, nil
	case lastDate:
		return nil, datum.ErrDateRange
	default:
		return d + 1, nil
	}
}

// bound is one end of a range.
type bound struct {
	value     any // nil if infinite
	inclusive bool
	lower     bool
}

func bounds(r *datum.Range) (lower, upper bound) {
	return bound{r.Lower, r.LowerInclusive, true}, bound{r.Upper, r.UpperInclusive, false}
}

func (b bound) infinite() bool { return b.value == nil }

// compareValues compares where bounds are, disregarding whether they are inclusive.
func (t *rangeType) compareValues(a, b bound) int {
	switch {
	case a.infinite() && b.infinite():
		switch {
		case a.lower == b.lower:
			return 0
		case a.lower:
			return -1
		}
		return 1
	case a.infinite():
		return side(a.lower)
	case b.infinite():
		return -side(b.lower)
	}
	return t.compare(a.value, b.value)
}

// compareBounds also says which of two bounds of one value comes first: an
// exclusive upper one, then inclusive ones, then an exclusive lower one.
func (t *rangeType) compareBounds(a, b bound) int {
	if c := t.compareValues(a, b); c != 0 || a.infinite() {
		return c
	}
	switch {
	case !a.inclusive && !b.inclusive:
		switch {
		case a.lower == b.lower:
			return 0
		case a.lower:
			return 1
		}
		return -1
	case !a.inclusive:
		return -side(a.lower)
	case !b.inclusive:
		return side(b.lower)
	}
	return 0
}

func side(lower bool) int {
	if lower {
		return -1
	}
	return 1
}

// serialize makes a range of bounds as they are, empty if nothing is between.
func (t *rangeType) serialize(lower, upper bound) (*datum.Range, error) {
	c := t.compareValues(lower, upper)
	if c > 0 {
		return nil, errRangeOrder
	}
	if c == 0 && !lower.infinite() && !(lower.inclusive && upper.inclusive) {
		return emptyRange, nil
	}
	return &datum.Range{
		Lower: lower.value, LowerInclusive: lower.inclusive && !lower.infinite(),
		Upper: upper.value, UpperInclusive: upper.inclusive && !upper.infinite(),
	}, nil
}

// make makes a range in its canonical form: [) for discrete types.
func (t *rangeType) make(lower, upper bound) (*datum.Range, error) {
	r, err := t.serialize(lower, upper)
	if err != nil || r.Empty || t.next == nil {
		return r, err
	}
	lower, upper = bounds(r)
	if !lower.infinite() && !lower.inclusive {
		if lower.value, err = t.next(lower.value); err != nil {
			return nil, err
		}
		lower.inclusive = !isInfiniteDate(lower.value)
	}
	if !upper.infinite() && upper.inclusive {
		if upper.value, err = t.next(upper.value); err != nil {
			return nil, err
		}
		upper.inclusive = isInfiniteDate(upper.value)
	}
	return t.serialize(lower, upper)
}

func isInfiniteDate(v any) bool {
	return v == datum.DateInfinity || v == datum.DateNegativeInfinity
}

func rangeOrder(t *catalog.Type, types function.Types) (function.Compare, error) {
	r, err := newRangeType(t, types)
	if err != nil {
		return nil, err
	}
	return func(a, b any) int { return r.compareRanges(a.(*datum.Range), b.(*datum.Range)) }, nil
}

// compareRanges puts the empty range first, then compares lower bounds, then upper ones.
func (t *rangeType) compareRanges(a, b *datum.Range) int {
	switch {
	case a.Empty && b.Empty:
		return 0
	case a.Empty:
		return -1
	case b.Empty:
		return 1
	}
	lowerA, upperA := bounds(a)
	lowerB, upperB := bounds(b)
	if c := t.compareBounds(lowerA, lowerB); c != 0 {
		return c
	}
	return t.compareBounds(upperA, upperB)
}
