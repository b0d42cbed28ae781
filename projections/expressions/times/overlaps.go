package times

import (
	"cmp"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

func overlapping() []function.Function {
	return concat(
		overlapsOf("time", cmp.Compare[datum.Time], func(t datum.Time, v datum.Interval) (datum.Time, error) {
			return addClock(t, v.Microseconds), nil
		}),
		overlapsOf("timestamp", cmp.Compare[datum.Timestamp], func(t datum.Timestamp, v datum.Interval) (datum.Timestamp, error) {
			return asTimestamp(addInterval(int64(t), v))
		}),
		overlapsOf("timestamptz", cmp.Compare[datum.TimestampTZ], func(t datum.TimestampTZ, v datum.Interval) (datum.TimestampTZ, error) {
			return asTimestampTZ(addInterval(int64(t), v))
		}),
		[]function.Function{{Signature: "overlaps(timetz,timetz,timetz,timetz)", Call: func(args []any) (any, error) {
			return overlap(args, compareTimeTZ), nil
		}}},
	)
}

// overlapsOf makes the variants whose ends are given, or as lengths.
func overlapsOf[T any](name string, order func(a, b T) int, plus func(T, datum.Interval) (T, error)) []function.Function {
	variant := func(first, second string) function.Function {
		return function.Function{
			Signature: "overlaps(" + name + "," + first + "," + name + "," + second + ")",
			Call: func(args []any) (any, error) {
				ends := []any{args[0], nil, args[2], nil}
				for _, i := range []int{1, 3} {
					end, err := endOf(args[i-1], args[i], plus)
					if err != nil {
						return nil, err
					}
					ends[i] = end
				}
				return overlap(ends, order), nil
			},
		}
	}
	return []function.Function{variant(name, name), variant(name, "interval"), variant("interval", name), variant("interval", "interval")}
}

// endOf is the end, or the start plus a length.
func endOf[T any](start, end any, plus func(T, datum.Interval) (T, error)) (any, error) {
	length, isLength := end.(datum.Interval)
	switch {
	case !isLength:
		return end, nil
	case start == nil:
		return nil, nil
	}
	sum, err := plus(start.(T), length)
	if err != nil {
		return nil, err
	}
	return sum, nil
}

// overlap tells whether two times have a moment in common, with ends in any
// order; one of a pair may be NULL if the answer is the same whatever it is.
func overlap[T any](ends []any, order func(a, b T) int) any {
	less := func(a, b any) bool { return order(a.(T), b.(T)) < 0 }
	start1, end1 := ordinary(ends[0], ends[1], less)
	start2, end2 := ordinary(ends[2], ends[3], less)
	if start1 == nil || start2 == nil {
		return nil
	}
	if less(start2, start1) {
		start1, end1, start2, end2 = start2, end2, start1, end1
	}
	switch equal := !less(start1, start2); {
	case end1 == nil, equal && end2 == nil:
		return nil
	case equal || less(start2, end1):
		return true
	case end2 == nil:
		return nil
	}
	return false
}

// ordinary puts the smaller first, and NULL last.
func ordinary(a, b any, less func(a, b any) bool) (start, end any) {
	if a == nil || b != nil && less(b, a) {
		return b, a
	}
	return a, b
}
