package jsons

// maxDepth is how deep values may be nested. PostgreSQL's own limit is that of
// its stack: with default settings about 14,500.
const maxDepth = 15_000

// events is told what a text consists of, in the order in which it is read.
// The lexer stands on the first token of what begins, and behind what ended.
type events interface {
	open(l *lexer) error                   // an array or object
	close(l *lexer)                        // the array or object opened last
	begin(l *lexer, in token, name string) // an element of in '[', or a member of in '{'
	end(l *lexer, in token, name string, null bool)
	scalar(l *lexer, kind token, text string) error // text is what a string says
}

// grammar reads one JSON value.
type grammar struct {
	lexer  *lexer
	events events
	depth  int // of arrays and objects that are open
}

// read reads the whole text.
func read(text string, unescape bool, e events) error {
	l := &lexer{text: text, unescape: unescape}
	g := grammar{lexer: l, events: e}
	if err := l.next(); err != nil {
		return err
	}
	if err := g.value(); err != nil {
		return err
	}
	return g.expect(tokenEnd)
}

func (g *grammar) expect(kind token) error {
	if g.lexer.kind != kind {
		return errSyntax
	}
	if kind == tokenEnd {
		return nil
	}
	return g.lexer.next()
}

func (g *grammar) value() error {
	l := g.lexer
	switch kind := l.kind; kind {
	case '{', '[':
		return g.container(kind)
	case tokenString:
		text := l.value
		if err := l.next(); err != nil {
			return err
		}
		return g.events.scalar(l, kind, text)
	case tokenNumber, tokenTrue, tokenFalse, tokenNull:
		text := l.text[l.start:l.end]
		if err := l.next(); err != nil {
			return err
		}
		return g.events.scalar(l, kind, text)
	}
	return errSyntax
}

// container reads an array or an object.
func (g *grammar) container(in token) error {
	if g.depth++; g.depth > maxDepth {
		return errTooDeep
	}
	if err := g.events.open(g.lexer); err != nil {
		return err
	}
	if err := g.lexer.next(); err != nil {
		return err
	}
	closing := in + 2 // ] and } follow [ and { at this distance
	if g.lexer.kind != closing {
		if err := g.parts(in); err != nil {
			return err
		}
	}
	if err := g.expect(closing); err != nil {
		return err
	}
	g.depth--
	g.events.close(g.lexer)
	return nil
}

// parts reads the elements or members between the brackets.
func (g *grammar) parts(in token) error {
	for {
		if err := g.part(in); err != nil {
			return err
		}
		if g.lexer.kind != ',' {
			return nil
		}
		if err := g.lexer.next(); err != nil {
			return err
		}
	}
}

func (g *grammar) part(in token) error {
	name := ""
	if in == '{' {
		name = g.lexer.value
		if err := g.expect(tokenString); err != nil {
			return err
		}
		if err := g.expect(':'); err != nil {
			return err
		}
	}
	null := g.lexer.kind == tokenNull
	g.events.begin(g.lexer, in, name)
	if err := g.value(); err != nil {
		return err
	}
	g.events.end(g.lexer, in, name, null)
	return nil
}

// silent is told everything and does nothing.
type silent struct{}

func (silent) open(*lexer) error                  { return nil }
func (silent) close(*lexer)                       {}
func (silent) begin(*lexer, token, string)        {}
func (silent) end(*lexer, token, string, bool)    {}
func (silent) scalar(*lexer, token, string) error { return nil }
