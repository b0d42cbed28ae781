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

// source is what an expression is made of. A name knows the case and the
// classes of ASCII only, since its collation is C.
type source struct {
	pattern, options string
	ascii            bool
}

// patternCall computes a value with an expression, which it asks for when
// everything that PostgreSQL looks at before has been found right.
type patternCall func(args []any, compile compiler) (any, error)

// compiler gives the expression of a call. A single one may not be global.
type compiler func(single bool) (*expression, error)

// patterned makes a function of a regular expression. from tells it from the
// arguments, of which those named are needed. If these are constants, it is
// compiled once, and its faults are found when the function is bound.
func patterned(signature string, needed []int, from func(args []any) (source, error), call patternCall) function.Function {
	return function.Function{Signature: signature, Make: func(types function.Types) (function.Func, error) {
		for _, i := range needed {
			if types.Const[i] == nil {
				return func(args []any) (any, error) {
					return call(args, func(single bool) (*expression, error) { return compileArguments(args, from, single) })
				}, nil
			}
		}
		constant, err := compileArguments(types.Const, from, false)
		if err != nil {
			return nil, err
		}
		compiled := func(single bool) (*expression, error) { return constant, constant.allowed(single) }
		return func(args []any) (any, error) { return call(args, compiled) }, nil
	}}
}

func compileArguments(args []any, from func([]any) (source, error), single bool) (*expression, error) {
	s, err := from(args)
	if err != nil {
		return nil, err
	}
	return recent.compile(s, single)
}

// allowed refuses a global expression where there is one match at most, or all in any case.
func (re *expression) allowed(single bool) error {
	if single && re.global {
		return errGlobal
	}
	return nil
}

// argument takes the pattern from one argument and the options from another,
// or has fixed ones if that is negative.
func argument(pattern, options int, fixed string) ([]int, func([]any) (source, error)) {
	if options < 0 {
		return []int{pattern}, func(args []any) (source, error) {
			return source{pattern: args[pattern].(string), options: fixed}, nil
		}
	}
	return []int{pattern, options}, func(args []any) (source, error) {
		return source{pattern: args[pattern].(string), options: args[options].(string)}, nil
	}
}

// cache keeps expressions that are not constants: they tend to be few.
type cache struct {
	sync.RWMutex
	compiled map[source]*expression
}

// cached is how many expressions are kept; greater ones are not.
const (
	cached       = 256
	cachedLength = 4096 // of the pattern
	cachedSize   = 5000
)

var recent = cache{compiled: map[source]*expression{}}

func (c *cache) compile(s source, single bool) (*expression, error) {
	c.RLock()
	found := c.compiled[s]
	c.RUnlock()
	if found != nil {
		return found, found.allowed(single)
	}
	options, global, err := regexpOptions(s.options)
	if err != nil {
		return nil, err
	}
	made := &expression{global: global}
	if err := made.allowed(single); err != nil {
		return nil, err
	}
	options.ASCII = s.ascii
	if made.Regexp, err = are.Compile(s.pattern, options); err != nil {
		return nil, err
	}
	if len(s.pattern) > cachedLength || made.Size() > cachedSize {
		return made, nil
	}
	c.Lock()
	defer c.Unlock()
	if len(c.compiled) >= cached {
		clear(c.compiled)
	}
	c.compiled[source{strings.Clone(s.pattern), strings.Clone(s.options), s.ascii}] = made
	return made, nil
}

// regexpOptions reads the letters of options; the last of two that exclude
// each other counts.
func regexpOptions(letters string) (options are.Options, global bool, err error) {
	basic := false
	for _, letter := range letters {
		switch letter {
		case 'g':
			global = true
		case 'b', 'e':
			basic = true
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
	if basic {
		return options, false, errRegexpBasic
	}
	return options, global, nil
}
