package replication

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"materializer/cdc"
)

var errCopyEscape = errors.New("an escape that COPY does not write")

// appendCopyRow appends the row image of one line of COPY's text format, given
// without its newline. Only what COPY TO writes with its default delimiter is
// accepted; anything else is an error, and dst comes back as it was.
func appendCopyRow(dst, line []byte, columns int) ([]byte, error) {
	if columns == 0 && len(line) == 0 {
		return dst, nil
	}
	row, rest := dst, line
	escape := bytes.IndexByte(rest, '\\') // the next backslash, -1 if there is none
	for column := 1; ; column++ {
		tab := bytes.IndexByte(rest, '\t')
		field := rest
		if tab >= 0 {
			field = rest[:tab]
		}
		var err error
		if escape < 0 || escape >= len(field) {
			row = cdc.AppendText(row, field)
		} else if row, err = appendCopyField(row, field); err != nil {
			return dst, fmt.Errorf("read column %d of a COPY line: %w", column, err)
		}
		if tab < 0 {
			if column != columns {
				return dst, fmt.Errorf("read a COPY line: %d columns, want %d", column, columns)
			}
			return row, nil
		}
		rest = rest[tab+1:]
		if escape > tab {
			escape -= tab + 1
		} else if escape >= 0 {
			escape = bytes.IndexByte(rest, '\\')
		}
	}
}

// appendCopyField appends a field that holds a backslash.
func appendCopyField(dst, field []byte) ([]byte, error) {
	if len(field) == 2 && field[1] == 'N' {
		return cdc.AppendNull(dst), nil
	}
	// The head is as wide as the escaped length needs, and moved together
	// in the rare case that the text itself needs a shorter one.
	start := len(dst)
	dst = binary.AppendUvarint(dst, textHead(len(field)))
	text := len(dst)
	dst, err := appendUnescaped(dst, field)
	if err != nil {
		return nil, err
	}
	size := len(dst) - text
	head := binary.PutUvarint(dst[start:text], textHead(size))
	if start+head < text {
		copy(dst[start+head:], dst[text:])
		dst = dst[:start+head+size]
	}
	return dst, nil
}

// textHead is the number before a text of the given length in a row image.
func textHead(length int) uint64 { return uint64(length) + 2 }

// appendUnescaped appends the text that an escaped field stands for.
func appendUnescaped(dst, field []byte) ([]byte, error) {
	for {
		at := bytes.IndexByte(field, '\\')
		if at < 0 {
			return append(dst, field...), nil
		}
		dst = append(dst, field[:at]...)
		char, length := unescape(field[at+1:])
		if length == 0 {
			return nil, errCopyEscape
		}
		dst, field = append(dst, char), field[at+1+length:]
	}
}

// unescape reads what follows a backslash: the character meant and how many
// bytes it takes, 0 if it is none. A zero byte cannot be in a text.
func unescape(s []byte) (char byte, length int) {
	if len(s) == 0 {
		return 0, 0
	}
	switch s[0] {
	case '\\':
		return '\\', 1
	case 'b':
		return '\b', 1
	case 'f':
		return '\f', 1
	case 'n':
		return '\n', 1
	case 'r':
		return '\r', 1
	case 't':
		return '\t', 1
	case 'v':
		return '\v', 1
	case 'x':
		value, digits := number(s[1:], 16, 2)
		if value == 0 {
			return 0, 0
		}
		return value, 1 + digits
	}
	value, digits := number(s, 8, 3)
	if value == 0 {
		return 0, 0
	}
	return value, digits
}

// number reads up to limit digits. As in PostgreSQL an octal number keeps its low eight bits.
func number(s []byte, base, limit int) (value byte, digits int) {
	total := 0
	for digits < limit && digits < len(s) {
		d := digit(s[digits])
		if d >= base {
			break
		}
		total = total*base + d
		digits++
	}
	return byte(total), digits
}

func digit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return 16
}
