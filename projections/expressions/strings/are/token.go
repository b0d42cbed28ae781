package are

// token is a kind of token. Those that are one character are that character.
type token rune

const (
	endOfPattern  token = -iota - 1
	plain               // value: the character
	digitToken          // value: the digit, in bounds
	classToken          // value: the class
	notClass            // value: the class
	backReference       // value: the group
	lookaround          // value: lookKind
	textBegin
	textEnd
	boundary
	notBoundary
	rangeToken  // - in brackets
	collating   // [. in brackets
	equivalence // [= in brackets
	classBegin  // [: in brackets
	nameEnd     // the end of one of these
)

// faults are PostgreSQL's messages.
const (
	badRepeat   = "quantifier operand invalid"
	badParens   = "parentheses () not balanced"
	badBrackets = "brackets [] not balanced"
	badBraces   = "braces {} not balanced"
	badBound    = "invalid repetition count(s)"
	badRange    = "invalid character range"
	badEscape   = `invalid escape \ sequence`
	badGroup    = "invalid backreference number"
	badElement  = "invalid collating element"
	badClass    = "invalid character class"
	badOption   = "invalid embedded option"
	badPattern  = "invalid regexp (reg version 0.8)"
	badArgument = "invalid argument to regex function"
	tooBig      = "regular expression is too complex"
)
