package are

// director reads *** and embedded options.
func (l *lexer) director() {
	if l.left() >= 4 && l.ahead("***") {
		l.at += 4
		switch l.text[l.at-1] {
		case '=':
			l.options = Options{IgnoreCase: l.options.IgnoreCase, Literal: true, ASCII: l.options.ASCII}
			return
		case ':':
		case '?':
			l.fail(badPattern)
			return
		default:
			l.fail(badRepeat)
			return
		}
	}
	if l.left() >= 3 && l.ahead("(?") && isAlpha(l.text[l.at+2]) {
		l.embedded()
	}
}

func (l *lexer) embedded() {
	for l.at += 2; l.left() > 0 && isAlpha(l.text[l.at]); l.at++ {
		switch l.text[l.at] {
		case 'b', 'e':
			l.fail(badOption)
			l.err = errBasic
			return
		case 'c':
			l.options.IgnoreCase = false
		case 'i':
			l.options.IgnoreCase = true
		case 'm', 'n':
			l.options.LineStop, l.options.LineAnchor = true, true
		case 'p':
			l.options.LineStop, l.options.LineAnchor = true, false
		case 'q':
			l.options.Literal = true
		case 's':
			l.options.LineStop, l.options.LineAnchor = false, false
		case 't':
			l.options.Expanded = false
		case 'w':
			l.options.LineStop, l.options.LineAnchor = false, true
		case 'x':
			l.options.Expanded = true
		default:
			l.fail(badOption)
			return
		}
	}
	if !l.eat(')') {
		l.fail(badOption)
		return
	}
	if l.options.Literal {
		l.options = Options{IgnoreCase: l.options.IgnoreCase, Literal: true, ASCII: l.options.ASCII}
	}
}
