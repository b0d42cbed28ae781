// Package aggregates computes PostgreSQL's aggregate functions, in two ways.
//
// By rows: the rows of a group are added one after the other (Start). Every
// function can do that. Maintained: the value of a group is kept up to date as rows come and go,
// without reading the others. Of an Additive function the state is bytes: that of a group is the sum of what
// its rows contribute, in any order, and what is taken away again leaves no trace.
// Of an Extreme function the caller keeps the keys of the values in order.
//
// The result is PostgreSQL's, to the last digit and to the SQLSTATE of an
// error, with one exception: a sum is out of range only if its
// end is, not if it was on the way there, since for a set of rows there is no way.
// State that this package did not make is an error, never a panic.
package aggregates

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"materializer/catalog"
	"materializer/projections/expressions/function"
)

// Maintenance is how an aggregate can be kept up to date.
type Maintenance byte

// The ways to keep an aggregate up to date.
const (
	None     Maintenance = iota // only by reading its rows again
	Additive                    // by adding and taking away what rows contribute
	Extreme                     // by the first or last of its values in order
)

// Aggregate computes one aggregate function. Safe for concurrent use.
type Aggregate struct {
	start    func() State
	additive additive // nil if it is not
	extreme  *extreme // nil if it is not
}

// State is a group whose rows are being added.
type State interface {
	// Add takes the arguments of one row, in the order of rows. It may keep the values, not args.
	// After an error the state is of no use.
	Add(args []any) error
	// Result is the aggregate of the rows added so far.
	Result() (any, error)
}

// additive is an aggregate over states that form a group: bytes, of which the
// empty ones are neutral, and equal ones stand for equal rows.
type additive interface {
	start() State
	appendContribution(dst []byte, args []any) ([]byte, error)
	appendCombined(dst, x, y []byte, subtract bool) ([]byte, error)
	result(state []byte) (any, error)
}

// call is what an aggregate is made from.
type call struct {
	library    *function.Library
	name       string   // of the signature
	parameters []string // of the signature, as pg_type names them
	args       []*catalog.Type
	result     *catalog.Type
}

// New finds the aggregate with a signature such as "sum(int4)", "count()" or
// "max(anyenum)", for arguments and a result of these types. An error says that
// it is not supported, and what is.
func New(library *function.Library, signature string, args []*catalog.Type, result *catalog.Type) (*Aggregate, error) {
	build, ok := makers[signature]
	if !ok {
		return nil, unsupported(signature)
	}
	name, parameters, _ := strings.Cut(strings.TrimSuffix(signature, ")"), "(")
	c := &call{library: library, name: name, args: args, result: result}
	c.parameters = strings.FieldsFunc(parameters, func(r rune) bool { return r == ',' })
	if len(c.parameters) != len(args) {
		return nil, fmt.Errorf("aggregate %s has %d arguments, not %d", signature, len(c.parameters), len(args))
	}
	a, err := build(c)
	if err != nil {
		return nil, fmt.Errorf("aggregate %s: %w", signature, err)
	}
	return a, nil
}

// unsupported says for which types the function is supported, or which functions are.
func unsupported(signature string) error {
	name, _, _ := strings.Cut(signature, "(")
	var names, same []string
	for _, known := range Supported() {
		knownName, _, _ := strings.Cut(known, "(")
		if knownName == name {
			same = append(same, known)
		}
		if !slices.Contains(names, knownName) {
			names = append(names, knownName)
		}
	}
	if len(same) > 0 {
		return fmt.Errorf("aggregate %s is not supported; supported are %s", signature, strings.Join(same, ", "))
	}
	return fmt.Errorf("aggregate %s is not supported; supported are %s", signature, strings.Join(names, ", "))
}

// Supported lists the signatures that New knows, sorted.
func Supported() []string { return slices.Sorted(maps.Keys(makers)) }

// Start begins a group without rows.
func (a *Aggregate) Start() State { return a.start() }

// Maintenance says how the aggregate can be kept up to date.
func (a *Aggregate) Maintenance() Maintenance {
	switch {
	case a.additive != nil:
		return Additive
	case a.extreme != nil:
		return Extreme
	}
	return None
}

// AppendContribution appends what one row adds to the state of its group:
// nothing, if it does not count. The aggregate must be Additive, as for
// everything that is said of states.
func (a *Aggregate) AppendContribution(dst []byte, args []any) ([]byte, error) {
	return a.additive.appendContribution(dst, args)
}

// AppendSum appends the state x + y. No bytes are the neutral element.
func (a *Aggregate) AppendSum(dst, x, y []byte) ([]byte, error) {
	return a.additive.appendCombined(dst, x, y, false)
}

// AppendDifference appends the state x - y. States are equal bytes if they
// are equal, so that x - x is no bytes.
func (a *Aggregate) AppendDifference(dst, x, y []byte) ([]byte, error) {
	return a.additive.appendCombined(dst, x, y, true)
}

// Result is the aggregate of a group by its state. No bytes are no rows.
func (a *Aggregate) Result(state []byte) (any, error) { return a.additive.result(state) }

// AppendKey appends the key of a value, which is not NULL: keys compare as the
// values do, those of equal values are equal, and no key begins another. The
// aggregate must be Extreme.
func (a *Aggregate) AppendKey(dst []byte, value any) ([]byte, error) {
	return a.extreme.appendKey(dst, value)
}

// AppendText appends the text of a value as PostgreSQL writes it, from which
// ParseText makes the value again. Keys do not hold all of a value: 1.0 and 1.00 have one.
func (a *Aggregate) AppendText(dst []byte, value any) []byte {
	return a.extreme.codec.Append(dst, value)
}

// ParseText reads what AppendText wrote.
func (a *Aggregate) ParseText(text string) (any, error) { return a.extreme.codec.Parse(text) }

// Largest tells an Extreme aggregate that is the value of the last key (max) from one
// that is the value of the first (min). Of values that are equal and look
// different (1.0 and 1.00) PostgreSQL takes that of the last row, of char(n) that of the first.
func (a *Aggregate) Largest() bool { return a.extreme.largest }

// KeepsFirst tells whether, of values that are equal and look different, that of the first row is taken.
func (a *Aggregate) KeepsFirst() bool { return a.extreme.keep }
