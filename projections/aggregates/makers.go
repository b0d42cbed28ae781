package aggregates

import (
	"fmt"

	"materializer/projections/expressions/function"
)

// makers are the aggregates by their signatures in PostgreSQL's catalog.
var makers = map[string]func(*call) (*Aggregate, error){
	"count()":    additively(newCount),
	"count(any)": additively(newCount),

	"sum(int2)":     additively(newIntegerSum),
	"sum(int4)":     additively(newIntegerSum),
	"sum(int8)":     additively(newIntegerSum),
	"sum(numeric)":  additively(newNumericSum),
	"sum(interval)": additively(newIntervalSum),
	"sum(float4)":   folding("float4pl"),
	"sum(float8)":   folding("float8pl"),
	"sum(money)":    folding("cash_pl"),

	"avg(int2)":     additively(newIntegerAverage),
	"avg(int4)":     additively(newIntegerAverage),
	"avg(int8)":     additively(newIntegerAverage),
	"avg(numeric)":  additively(newNumericAverage),
	"avg(interval)": additively(newIntervalAverage),
	"avg(float4)":   overFloats(average),
	"avg(float8)":   overFloats(average),

	"bool_and(bool)": additively(newBoolAnd),
	"every(bool)":    additively(newBoolAnd),
	"bool_or(bool)":  additively(newBoolOr),

	"min(anyarray)": newExtreme, "max(anyarray)": newExtreme,
	"min(anyenum)": newExtreme, "max(anyenum)": newExtreme,
	"min(bpchar)": newExtreme, "max(bpchar)": newExtreme,
	"min(date)": newExtreme, "max(date)": newExtreme,
	"min(float4)": newExtreme, "max(float4)": newExtreme,
	"min(float8)": newExtreme, "max(float8)": newExtreme,
	"min(inet)": newExtreme, "max(inet)": newExtreme,
	"min(int2)": newExtreme, "max(int2)": newExtreme,
	"min(int4)": newExtreme, "max(int4)": newExtreme,
	"min(int8)": newExtreme, "max(int8)": newExtreme,
	"min(interval)": newExtreme, "max(interval)": newExtreme,
	"min(money)": newExtreme, "max(money)": newExtreme,
	"min(numeric)": newExtreme, "max(numeric)": newExtreme,
	"min(oid)": newExtreme, "max(oid)": newExtreme,
	"min(pg_lsn)": newExtreme, "max(pg_lsn)": newExtreme,
	"min(text)": newExtreme, "max(text)": newExtreme,
	"min(tid)": newExtreme, "max(tid)": newExtreme,
	"min(time)": newExtreme, "max(time)": newExtreme,
	"min(timestamp)": newExtreme, "max(timestamp)": newExtreme,
	"min(timestamptz)": newExtreme, "max(timestamptz)": newExtreme,
	"min(timetz)": newExtreme, "max(timetz)": newExtreme,
	"min(xid8)": newExtreme, "max(xid8)": newExtreme,

	"string_agg(text,text)":   newStringAgg,
	"string_agg(bytea,bytea)": newByteaAgg,
	"array_agg(anynonarray)":  newArrayAgg,
	"array_agg(anyarray)":     newArraysAgg,

	"json_agg(anyelement)":      newJSONAgg,
	"jsonb_agg(anyelement)":     newJSONBAgg,
	"json_object_agg(any,any)":  newJSONObjectAgg,
	"jsonb_object_agg(any,any)": newJSONBObjectAgg,

	"bit_and(int2)": folding("int2and"), "bit_or(int2)": folding("int2or"), "bit_xor(int2)": folding("int2xor"),
	"bit_and(int4)": folding("int4and"), "bit_or(int4)": folding("int4or"), "bit_xor(int4)": folding("int4xor"),
	"bit_and(int8)": folding("int8and"), "bit_or(int8)": folding("int8or"), "bit_xor(int8)": folding("int8xor"),
	"bit_and(bit)": folding("bitand"), "bit_or(bit)": folding("bitor"), "bit_xor(bit)": folding("bitxor"),

	"range_intersect_agg(anyrange)":      folding("range_intersect"),
	"range_intersect_agg(anymultirange)": folding("multirange_intersect"),
	"range_agg(anyrange)":                newRangeAgg,
	"range_agg(anymultirange)":           folding("multirange_union"),

	"variance(int2)": overNumbers(samples), "var_samp(int2)": overNumbers(samples), "var_pop(int2)": overNumbers(0),
	"variance(int4)": overNumbers(samples), "var_samp(int4)": overNumbers(samples), "var_pop(int4)": overNumbers(0),
	"variance(int8)": overNumbers(samples), "var_samp(int8)": overNumbers(samples), "var_pop(int8)": overNumbers(0),
	"variance(numeric)": overNumbers(samples), "var_samp(numeric)": overNumbers(samples), "var_pop(numeric)": overNumbers(0),
	"variance(float4)": overFloats(variance(samples)), "var_samp(float4)": overFloats(variance(samples)), "var_pop(float4)": overFloats(variance(0)),
	"variance(float8)": overFloats(variance(samples)), "var_samp(float8)": overFloats(variance(samples)), "var_pop(float8)": overFloats(variance(0)),

	"stddev(int2)": overNumbers(samples | root), "stddev_samp(int2)": overNumbers(samples | root), "stddev_pop(int2)": overNumbers(root),
	"stddev(int4)": overNumbers(samples | root), "stddev_samp(int4)": overNumbers(samples | root), "stddev_pop(int4)": overNumbers(root),
	"stddev(int8)": overNumbers(samples | root), "stddev_samp(int8)": overNumbers(samples | root), "stddev_pop(int8)": overNumbers(root),
	"stddev(numeric)": overNumbers(samples | root), "stddev_samp(numeric)": overNumbers(samples | root), "stddev_pop(numeric)": overNumbers(root),
	"stddev(float4)": overFloats(variance(samples | root)), "stddev_samp(float4)": overFloats(variance(samples | root)), "stddev_pop(float4)": overFloats(variance(root)),
	"stddev(float8)": overFloats(variance(samples | root)), "stddev_samp(float8)": overFloats(variance(samples | root)), "stddev_pop(float8)": overFloats(variance(root)),
}

// additively makes an Additive aggregate.
func additively(build func(*call) (additive, error)) func(*call) (*Aggregate, error) {
	return func(c *call) (*Aggregate, error) {
		a, err := build(c)
		if err != nil {
			return nil, err
		}
		return &Aggregate{start: a.start, additive: a}, nil
	}
}

// function finds an ordinary function that the aggregate computes with.
func (c *call) function(signature string) (function.Function, error) {
	f, ok := c.library.Function(signature)
	if !ok {
		return f, fmt.Errorf("it computes with %s, which is not implemented", signature)
	}
	return f, nil
}
