package times

import (
	"fmt"
	"testing"

	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
)

// TestTypmodsOfLiterals checks what a number without a unit means, and what
// is cut off, in interval '5' day and its like.
func TestTypmodsOfLiterals(t *testing.T) {
	t.Parallel()
	const whole = fullPrecision
	typmods := map[string]int32{
		"":                     -1,
		"year":                 yearField<<16 | whole,
		"month":                monthField<<16 | whole,
		"year to month":        (yearField|monthField)<<16 | whole,
		"day":                  dayField<<16 | whole,
		"hour":                 hourField<<16 | whole,
		"day to hour":          (dayField|hourField)<<16 | whole,
		"minute":               minuteField<<16 | whole,
		"hour to minute":       (hourField|minuteField)<<16 | whole,
		"day to minute":        (dayField|hourField|minuteField)<<16 | whole,
		"second":               secondField<<16 | whole,
		"second(2)":            secondField<<16 | 2,
		"minute to second":     (minuteField|secondField)<<16 | whole,
		"minute to second (1)": (minuteField|secondField)<<16 | 1,
		"hour to second":       (hourField|minuteField|secondField)<<16 | whole,
		"day to second (0)":    (dayField | hourField | minuteField | secondField) << 16,
		"(3)":                  allFields<<16 | 3,
	}
	texts := []string{"5", "-5", "1.5", "1-2", "1 2", "12:34", "12:34:56.789", "12:34.5", "1 12:34:56.5555555", "1 year 2 mons 3 days 04:05:06.789", "-1 12", "P1Y2M3DT4H5M6.7S", "3 days ago", "foo", "2147483648"}
	var expressions, answers []string
	for fields, typmod := range typmods {
		for _, text := range texts {
			v, err := parseInterval(text, typmod, servertest.Cluster(t).Version)
			answer := "=" + string(AppendInterval(nil, v))
			if err != nil {
				answer = proof.Answer(codecOf(t, "interval"), nil, err)
			}
			expressions = append(expressions, fmt.Sprintf("'%s'::interval %s", text, fields))
			answers = append(answers, answer)
		}
	}
	compare(t, servertest.Database(t), expressions, answers)
}

// TestOrders checks the orders of the types on all pairs of samples.
func TestOrders(t *testing.T) {
	t.Parallel()
	var expressions, answers []string
	for _, name := range []string{"date", "time", "timetz", "timestamp", "timestamptz", "interval"} {
		codec, order := codecOf(t, name), orderOf(t, name)
		for _, a := range samples[name] {
			for _, b := range samples[name] {
				x, errX := codec.Parse(a)
				y, errY := codec.Parse(b)
				if errX != nil || errY != nil {
					t.Fatalf("parse %s: %v, %v", name, errX, errY)
				}
				expressions = append(expressions, fmt.Sprintf("pg_catalog.%s_cmp('%s', '%s')", name, a, b))
				answers = append(answers, fmt.Sprintf("=%d", order(x, y)))
			}
		}
	}
	compare(t, servertest.Database(t), expressions, answers)
}
