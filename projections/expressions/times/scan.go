package times

// fieldKind is the look of a part of a date or time. Some hold what they do
// not look like: a number can be a date (99.123), a word a zone, a date a zone
// (America/New_York), a zone a signed number.
type fieldKind int

// The kinds of fields.
const (
	numberField  fieldKind = iota // digits, perhaps with a point
	dateField                     // digits and two delimiters, or with words
	timeField                     // digits and colons
	wordField                     // letters
	specialField                  // a sign and letters
	zoneField                     // a sign and digits
)

// field is a part of a text, in lower case.
type field struct {
	kind fieldKind
	text string
}

// maxFields is how many fields a text may have.
const maxFields = 25

// How much text PostgreSQL has room for, by type.
const (
	roomOfDate      = 129
	roomOfTime      = 129
	roomOfTimestamp = 153
	roomOfInterval  = 256
)

// scanner breaks a text into fields.
type scanner struct {
	text   string
	at     int
	buffer []byte
	room   int // PostgreSQL's, terminators included
	used   int
	full   bool
}

// scan breaks a text into fields.
func scan(text string, room int) ([]field, error) {
	s := scanner{text: text, room: room}
	var fields []field
	for s.at < len(text) {
		c := text[s.at]
		if isSpace(c) {
			s.at++
			continue
		}
		if len(fields) >= maxFields {
			return nil, errFormat
		}
		s.buffer = s.buffer[:0]
		var k fieldKind
		switch {
		case isDigit(c):
			k = s.digits()
		case c == '.':
			s.take()
			s.takeAll(isDigit)
		case isLetter(c):
			k = s.letters()
		case c == '+' || c == '-':
			var ok bool
			if k, ok = s.signed(); !ok {
				return nil, errFormat
			}
		case isPunctuation(c):
			s.at++
			continue
		default:
			return nil, errFormat
		}
		if s.full {
			return nil, errFormat
		}
		s.used++
		fields = append(fields, field{k, string(s.buffer)})
	}
	return fields, nil
}

// peek is the next byte, 0 at the end.
func (s *scanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}

func (s *scanner) take() {
	if s.used+1 >= s.room {
		s.full = true
	}
	s.used++
	s.buffer = append(s.buffer, lower(s.text[s.at]))
	s.at++
}

func (s *scanner) takeAll(wanted func(byte) bool) {
	for s.at < len(s.text) && wanted(s.text[s.at]) {
		s.take()
	}
}

// digits takes a number, a time or a date.
func (s *scanner) digits() fieldKind {
	s.takeAll(isDigit)
	switch delimiter := s.peek(); delimiter {
	case ':':
		s.takeAll(func(c byte) bool { return isDigit(c) || c == ':' || c == '.' })
		return timeField
	case '-', '/', '.':
		return s.dateAfter(delimiter)
	}
	return numberField
}

// dateAfter takes the rest of a date from its first delimiter on.
func (s *scanner) dateAfter(delimiter byte) fieldKind {
	s.take()
	if !isDigit(s.peek()) { // a month's name perhaps
		s.takeAll(func(c byte) bool { return isDigit(c) || isLetter(c) || c == delimiter })
		return dateField
	}
	s.takeAll(isDigit)
	if s.peek() == delimiter {
		s.takeAll(func(c byte) bool { return isDigit(c) || c == delimiter })
		return dateField
	}
	if delimiter == '.' {
		return numberField
	}
	return dateField
}

// letters takes a word, or what begins as one and is a date or a zone's name.
func (s *scanner) letters() fieldKind {
	s.takeAll(isLetter)
	switch c := s.peek(); {
	case c == '-' || c == '/' || c == '.':
	case c == '+' || isDigit(c):
		if _, known := lookUp(dateTokens, string(s.buffer)); known {
			return wordField
		}
	default:
		return wordField
	}
	s.takeAll(func(c byte) bool {
		return isDigit(c) || isLetter(c) || c == '+' || c == '-' || c == '/' || c == '_' || c == '.' || c == ':'
	})
	return dateField
}

// signed takes a numeric zone or a signed word.
func (s *scanner) signed() (fieldKind, bool) {
	s.take()
	for isSpace(s.peek()) {
		s.at++
	}
	switch c := s.peek(); {
	case isDigit(c):
		s.takeAll(func(c byte) bool { return isDigit(c) || c == ':' || c == '.' || c == '-' })
		return zoneField, true
	case isLetter(c):
		s.takeAll(isLetter)
		return specialField, true
	}
	return 0, false
}

func isSpace(c byte) bool  { return c == ' ' || c >= '\t' && c <= '\r' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func isPunctuation(c byte) bool {
	return c > ' ' && c < 0x7f && !isDigit(c) && !isLetter(c)
}

func lower(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
