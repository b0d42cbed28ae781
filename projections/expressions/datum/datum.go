// Package datum is how SQL values are held while an expression is evaluated.
//
// A value is an `any`. nil is NULL; otherwise its Go type is decided by its
// PostgreSQL type alone:
//
//	bool                                     bool
//	smallint, integer, bigint, oid           int64
//	real / double precision                  float32 / float64
//	numeric                                  *apd.Decimal, see Numeric
//	text, varchar, name, "char", xml, citext string
//	char(n)                                  string, with its padding
//	bytea                                    []byte
//	uuid                                     UUID
//	date, time, timetz, timestamp, timestamptz, interval   Date, Time, TimeTZ, Timestamp, TimestampTZ, Interval
//	json / jsonb                             JSONText / *JSON
//	jsonpath                                 *jsons.Path
//	enums                                    Enum
//	arrays, ranges, multiranges, composites  *Array, *Range, *Multirange, *Record
//	every other type                         Opaque, its text
//
// Values are never changed once made: functions may return their arguments and keep parts of them.
package datum

import (
	"math"

	"github.com/cockroachdb/apd/v3"
)

// Numeric is PostgreSQL's numeric. A finite one has Exponent <= 0, and -Exponent
// is its display scale (dscale): 1.50 is {150, -2}. There is no negative zero.
// NaN has Form apd.NaN, the infinities apd.Infinite.
type Numeric = *apd.Decimal

// UUID is a uuid.
type UUID [16]byte

// Date is in days since 2000-01-01; the extremes are the infinities.
type Date int32

// The infinite dates.
const (
	DateInfinity         Date = math.MaxInt32
	DateNegativeInfinity Date = math.MinInt32
)

// Time is in microseconds since midnight; 24:00:00 is one.
type Time int64

// TimeTZ is a time with its zone in seconds west of Greenwich, as PostgreSQL keeps it.
type TimeTZ struct {
	Time Time
	Zone int32
}

// Timestamp is in microseconds since 2000-01-01 00:00:00; the extremes are the infinities.
type Timestamp int64

// TimestampTZ is in microseconds since 2000-01-01 00:00:00 UTC; the extremes are the infinities.
type TimestampTZ int64

// The infinite timestamps, with or without zone.
const (
	Infinity         = math.MaxInt64
	NegativeInfinity = math.MinInt64
)

// Interval is an interval, its three parts apart as PostgreSQL keeps them.
type Interval struct {
	Months, Days int32
	Microseconds int64
}

// The infinite intervals, which there are since PostgreSQL 17. Before, these are but the longest.
var (
	IntervalInfinity         = Interval{Months: math.MaxInt32, Days: math.MaxInt32, Microseconds: math.MaxInt64}
	IntervalNegativeInfinity = Interval{Months: math.MinInt32, Days: math.MinInt32, Microseconds: math.MinInt64}
)

// Enum is a label of an enum. Its order is the type's, see catalog.Type.Labels.
type Enum string

// JSONText is a json value: its text as it was written.
type JSONText string

// Opaque is a value of a type that is only compared, cast to text and shown:
// its text as PostgreSQL writes it.
type Opaque string

// Array is an array. Elements are in row-major order.
type Array struct {
	Dims   []Dimension // empty for the empty array
	Values []any
}

// Dimension is the extent of an array in one direction.
type Dimension struct{ Length, Lower int }

// Range is a range. An absent bound is nil and exclusive.
type Range struct {
	Empty                          bool
	Lower, Upper                   any
	LowerInclusive, UpperInclusive bool
}

// Multirange is a multirange: ranges in order, not touching, none empty.
type Multirange struct{ Ranges []*Range }

// Record is a composite: one value for each live attribute of its type, in order.
type Record struct{ Fields []any }

// JSON is a jsonb value, a tree.
type JSON struct {
	Kind    JSONKind
	Bool    bool
	Number  Numeric
	String  string
	Items   []*JSON  // of an array
	Members []Member // of an object: keys unique, sorted as jsonb sorts them, shorter ones first
}

// Member is one member of a JSON object.
type Member struct {
	Name  string
	Value *JSON
}

// JSONKind is what a JSON value is.
type JSONKind byte

// The kinds.
const (
	JSONNull JSONKind = iota
	JSONBool
	JSONNumber
	JSONString
	JSONArray
	JSONObject
)
