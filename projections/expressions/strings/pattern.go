package strings

import (
	"strings"
	"sync"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
	"materializer/projections/expressions/strings/are"
)

var (
	errRegexpOption = &datum.Error{Code: "22023", Message: "invalid regular expression option"}
	errRegexpBasic  = &datum.Error{Code: "0A000", Message: `the regular expression options "b" and "e" are not supported`}
)

// expression is a regular expression with the option that it does not know itself.
type expression struct {
	*are.Regexp
	global bool // g
}

// source is what an expression is made of.
type source struct{ pattern, options string }

// patternCall computes a value with an expression, which it asks for when
// everything that PostgreSQL looks at before has been found right.
type patternCall func(args []any, compile func() (*expression, error)) (any, error)

// patterned makes a function of a regular expression. from tells it from the
// arguments, of which those named are needed. If these are constants, it is
// compiled once, and its faults are found when the function is bound.
func patterned(signature string, needed []int, from func(args []any) (source, error), call patternCall) function.Function {
	return function.Function{Signature: signature, Make: func(types function.Types) (function.Func, error) {
		for _, i := range needed {
			if types.Const[i] == nil {
				return func(args []any) (any, error) {
					return call(args, func() (*expression, error) { return compileArguments(args, from) })
				}, nil
			}
		}
		constant, err := compileArguments(types.Const, from)
		if err != nil {
			return nil, err
		}
		compiled := func() (*expression, error) { return constant, nil }
		return func(args []any) (any, error) { return call(args, compiled) }, nil
	}}
}

func compileArguments(args []any, from func([]any) (source, error)) (*expression, error) {
	s, err := from(args)
	if err != nil {
		return nil, err
	}
	return recent.compile(s)
}

// argument takes the pattern from one argument and the options from another,
// or has fixed ones if that is negative.
func argument(pattern, options int, fixed string) ([]int, func([]any) (source, error)) {
	if options < 0 {
		return []int{pattern}, func(args []any) (source, error) { return source{args[pattern].(string), fixed}, nil }
	}
	return []int{pattern, options}, func(args []any) (source, error) {
		return source{args[pattern].(string), args[options].(string)}, nil
	}
}

// cache keeps expressions that are not constants: they tend to be few.
type cache struct {
	sync.RWMutex
	compiled map[source]*expression
}

// cached is how many expressions are kept, and how long a pattern may be for it.
const (
	cached       = 256
	cachedLength = 4096
)

var recent = cache{compiled: map[source]*expression{}}

func (c *cache) compile(s source) (*expression, error) {
	c.RLock()
	found := c.compiled[s]
	c.RUnlock()
	if found != nil {
		return found, nil
	}
	options, global, err := regexpOptions(s.options)
	if err != nil {
		return nil, err
	}
	re, err := are.Compile(s.pattern, options)
	if err != nil {
		return nil, err
	}
	made := &expression{re, global}
	if len(s.pattern) > cachedLength {
		return made, nil
	}
	c.Lock()
	defer c.Unlock()
	if len(c.compiled) >= cached {
		clear(c.compiled)
	}
	c.compiled[source{strings.Clone(s.pattern), strings.Clone(s.options)}] = made
	return made, nil
}

// regexpOptions reads the letters of options; the last of two that exclude
// each other counts.
func regexpOptions(letters string) (options are.Options, global bool, err error) {
	for _, letter := range letters {
		switch letter {
		case 'g':
			global = true
		case 'b', 'e':
			return options, false, errRegexpBasic
		case 'c':
			options.IgnoreCase = false
		case 'i':
			options.IgnoreCase = true
		case 'm', 'n':
			options.LineStop, options.LineAnchor = true, true
		case 'p':
			options.LineStop, options.LineAnchor = true, false
		case 'q':
			options.Literal = true
		case 's':
			options.LineStop, options.LineAnchor = false, false
		case 't':
			options.Expanded = false
		case 'w':
			options.LineStop, options.LineAnchor = false, true
		case 'x':
			options.Expanded = true
		default:
			return options, false, errRegexpOption
		}
	}
	return options, global, nil
}
