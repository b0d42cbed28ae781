package expressions

import (
	"errors"
	"regexp"
	"strings"

	"materializer/catalog"
	"materializer/internal/suggest"
	"materializer/projections/expressions/datum"
)

// coerceLiteral reads a literal as the type that its place asks for.
func (c *compiler) coerceLiteral(o *operand, to *catalog.Type, mod int32, asked strength) (*operand, *Error) {
	if to == recordType {
		if o.value != nil {
			return nil, failure(o.at, "cast it to a type that has fields", "a literal is no row")
		}
		return constantOf(recordType, nil, o.at), nil
	}
	if to == unknownType || to.Kind == catalog.Pseudo {
		return o.as(textType), nil // for arguments of type any
	}
	if to.Unwrap() != to {
		return nil, refuseDomain(o.at, to)
	}
	if o.value == nil {
		null := constantOf(to, nil, o.at)
		null.mod = mod
		return null, nil
	}
	codec, err := c.codec(to, o.at)
	if err != nil {
		return nil, err
	}
	text := o.value.(string)
	if to.Name == "interval" {
		if text, err = intervalText(text, mod, o.at); err != nil {
			return nil, err
		}
	}
	switch refused := volatileLiteral(to, text); {
	case refused != nil:
		refused.Offset = o.at
		return nil, refused
	case codec.Stored:
		return nil, failure(o.at, "", "literals of type %s are not supported in expressions", typeName(to))
	}
	value, problem := codec.Parse(text)
	if problem != nil {
		return nil, badLiteral(o.at, to, text, problem)
	}
	literal := constantOf(to, value, o.at)
	literal.spelling = text
	return c.coerceLength(literal, mod, asked)
}

// badLiteral words the error of an input function, with the text: it stands in the configuration and is no row's.
func badLiteral(at int, t *catalog.Type, text string, problem error) *Error {
	hint := ""
	if t.Kind == catalog.Enum {
		hint = "its labels are " + strings.Join(t.Labels, ", ")
		if near := suggest.Suggest(text, t.Labels); len(near) > 0 {
			hint = "did you mean '" + near[0] + "'?"
		}
	}
	return failure(at, hint, "%s: %q", messageOf(problem), text)
}

// messageOf is the message of an error, without its SQLSTATE.
func messageOf(err error) string {
	var raised *datum.Error
	if errors.As(err, &raised) {
		return raised.Message
	}
	return err.Error()
}

var moving = regexp.MustCompile(`(?i)(^|[^a-z])(now|today|tomorrow|yesterday)($|[^a-z])`)

var clockTypes = map[string]bool{"date": true, "time": true, "timetz": true, "timestamp": true, "timestamptz": true}

// volatileLiteral refuses the literals whose value is another one tomorrow.
func volatileLiteral(t *catalog.Type, text string) *Error {
	of := t
	for of.Elem != nil {
		of = of.Elem
	}
	if word := moving.FindStringSubmatch(text); word != nil && clockTypes[of.Name] {
		return failure(0, "write a fixed "+typeName(of), "'%s' depends on the clock: a document would have to change without a change in the database", word[2])
	}
	return nil
}

// volatileText says why values of a type cannot be made from text or shown as it.
func volatileText(from, to *catalog.Type) string {
	for _, t := range []*catalog.Type{from, to} {
		if strings.HasPrefix(t.Name, "reg") && t.Schema == "pg_catalog" {
			return "values of type " + typeName(t) + " depend on what the database's catalog holds"
		}
	}
	return ""
}

var bareNumber = regexp.MustCompile(`^\s*[-+]?\d+(\.\d+)?\s*$`)

// The fields of an interval's modifier: `interval '1' day`.
const (
	fullRange = 0x7FFF
	monthBit  = 1 << 1
	yearBit   = 1 << 2
	dayBit    = 1 << 3
	hourBit   = 1 << 10
	minuteBit = 1 << 11
	secondBit = 1 << 12
)

// intervalText gives a bare number the unit that its type names.
func intervalText(text string, mod int32, at int) (string, *Error) {
	if mod < 0 || mod>>16&fullRange == fullRange {
		return text, nil
	}
	if !bareNumber.MatchString(text) {
		return "", failure(at, "write the units into the literal: interval '1 day 2 hours'", "an interval with fields needs a bare number")
	}
	units := []struct {
		bit  int32
		name string
	}{{secondBit, "second"}, {minuteBit, "minute"}, {hourBit, "hour"}, {dayBit, "day"}, {monthBit, "month"}, {yearBit, "year"}}
	for _, unit := range units {
		if mod>>16&unit.bit != 0 {
			return text + " " + unit.name, nil
		}
	}
	return text, nil
}

func refuseDomain(at int, t *catalog.Type) *Error {
	return failure(at, "cast to the type that it rests on: ::"+typeName(t.Unwrap()), "a cast to the domain %s is not supported: its constraints are not known here", typeName(t))
}
