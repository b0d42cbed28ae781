package strings

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var (
	errFormatArguments  = &datum.Error{Code: "22023", Message: "too few arguments for format()"}
	errFormatZero       = &datum.Error{Code: "22023", Message: "format specifies argument 0, but arguments are numbered from 1"}
	errFormatEnd        = &datum.Error{Code: "22023", Message: "unterminated format() type specifier"}
	errFormatType       = &datum.Error{Code: "22023", Message: "unrecognized format() type specifier"}
	errFormatWidth      = &datum.Error{Code: "22023", Message: `width argument position must be ended by "$"`}
	errFormatNumber     = &datum.Error{Code: "22003", Message: "number is out of range"}
	errFormatIdentifier = &datum.Error{Code: "22004", Message: "null values cannot be formatted as an SQL identifier"}
)

func formats() []function.Function {
	return []function.Function{
		{Signature: "format(text)", Make: makeFormat},
		{Signature: "format(text,any)", Make: makeFormat},
	}
}

func makeFormat(types function.Types) (function.Func, error) {
	writers, err := allShown(types, 1)
	if err != nil {
		return nil, err
	}
	integers := make([]bool, len(types.Args))
	for i, t := range types.Args {
		base := t.Unwrap()
		integers[i] = base.Schema == "pg_catalog" && (base.Name == "int2" || base.Name == "int4")
	}
	return func(args []any) (any, error) {
		if args[0] == nil {
			return nil, nil
		}
		f := &formatting{rest: args[0].(string), args: args, writers: writers, integers: integers}
		return orNull(f.run())
	}, nil
}

// formatting is one call of format.
type formatting struct {
	out      strings.Builder
	rest     string
	args     []any // the format first
	writers  []func(any) string
	integers []bool
	last     int // the argument used last
}

// specifier is what stands between % and the letter. Numbers are -1 if absent.
type specifier struct {
	argument, width, widthArgument int
	left                           bool
}

func (f *formatting) run() (string, error) {
	for {
		text, rest, found := strings.Cut(f.rest, "%")
		f.out.WriteString(text)
		if !found {
			return f.out.String(), nil
		}
		if f.rest = rest; strings.HasPrefix(rest, "%") {
			f.out.WriteByte('%')
			f.rest = rest[1:]
			continue
		}
		if err := f.conversion(); err != nil {
			return "", err
		}
	}
}

func (f *formatting) conversion() error {
	s, err := f.specifier()
	if err != nil {
		return err
	}
	if f.rest == "" {
		return errFormatEnd
	}
	letter := f.rest[0]
	if letter != 's' && letter != 'I' && letter != 'L' {
		return errFormatType
	}
	f.rest = f.rest[1:]
	if s.widthArgument >= 0 {
		if err := f.widthFrom(&s); err != nil {
			return err
		}
	}
	index, err := f.take(s.argument)
	if err != nil {
		return err
	}
	text, err := f.converted(letter, index)
	if err != nil {
		return err
	}
	return f.padded(text, s)
}

// take gives the index of an argument, the next one for -1.
func (f *formatting) take(argument int) (int, error) {
	if argument < 0 {
		argument = f.last + 1
	}
	if argument >= len(f.args) {
		return 0, errFormatArguments
	}
	f.last = argument
	return argument, nil
}

// number reads digits; -1 if there are none.
func (f *formatting) number() (int, error) {
	digits := len(f.rest) - len(strings.TrimLeft(f.rest, "0123456789"))
	if digits == 0 {
		return -1, nil
	}
	n, err := strconv.ParseInt(f.rest[:digits], 10, 32)
	if err != nil {
		return 0, errFormatNumber
	}
	if f.rest = f.rest[digits:]; f.rest == "" {
		return 0, errFormatEnd
	}
	return int(n), nil
}

func (f *formatting) specifier() (specifier, error) {
	s := specifier{argument: -1, width: -1, widthArgument: -1}
	n, err := f.number()
	if err != nil {
		return s, err
	}
	if n >= 0 {
		if f.rest[0] != '$' {
			s.width = n
			return s, nil
		}
		if n == 0 {
			return s, errFormatZero
		}
		s.argument, f.rest = n, f.rest[1:]
	}
	for strings.HasPrefix(f.rest, "-") {
		s.left, f.rest = true, f.rest[1:]
	}
	if !strings.HasPrefix(f.rest, "*") {
		s.width, err = f.number()
		return s, err
	}
	if f.rest = f.rest[1:]; f.rest == "" {
		return s, errFormatEnd
	}
	s.widthArgument = 0 // the next
	if n, err = f.number(); err != nil || n < 0 {
		return s, err
	}
	switch {
	case f.rest[0] != '$':
		return s, errFormatWidth
	case n == 0:
		return s, errFormatZero
	}
	s.widthArgument, f.rest = n, f.rest[1:]
	return s, nil
}

// widthFrom takes the width from an argument: a negative one aligns to the left.
func (f *formatting) widthFrom(s *specifier) error {
	if s.widthArgument == 0 {
		s.widthArgument = -1
	}
	index, err := f.take(s.widthArgument)
	if err != nil {
		return err
	}
	if f.args[index] == nil {
		s.width = 0
		return nil
	}
	width, ok := f.args[index].(int64)
	if !f.integers[index] || !ok {
		if width, err = parseWidth(f.writers[index](f.args[index])); err != nil {
			return err
		}
	}
	if width < 0 {
		s.left, width = true, -width
	}
	if width > 1<<31-1 {
		return errFormatNumber
	}
	s.width = int(width)
	return nil
}

// parseWidth reads what integer's input function does.
func parseWidth(text string) (int64, error) {
	digits := strings.Trim(text, " \t\n\v\f\r")
	width, err := strconv.ParseInt(digits, 10, 32)
	switch {
	case err == nil:
		return width, nil
	case strings.HasSuffix(err.Error(), strconv.ErrRange.Error()):
		return 0, datum.ErrIntegerRange
	}
	return 0, datum.Malformed("integer")
}

// converted writes an argument as text, identifier or literal.
func (f *formatting) converted(letter byte, index int) (string, error) {
	value := f.args[index]
	if value == nil {
		switch letter {
		case 'I':
			return "", errFormatIdentifier
		case 'L':
			return "NULL", nil
		}
		return "", nil
	}
	text := f.writers[index](value)
	switch letter {
	case 'I':
		return quoteIdentifier(text), nil
	case 'L':
		return quoteLiteral(text), nil
	}
	return text, nil
}

func (f *formatting) padded(text string, s specifier) error {
	lacking := max(0, s.width-utf8.RuneCountInString(text))
	if f.out.Len()+len(text)+lacking >= largest {
		return errTooLarge
	}
	padding := strings.Repeat(" ", lacking)
	if s.left {
		f.out.WriteString(text + padding)
	} else {
		f.out.WriteString(padding + text)
	}
	return nil
}
