package values

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// appendInt is the encoding of whole numbers, short for small ones. The first
// byte tells how many follow, and so sorts before them:
//
//	0x78..0x7f        negative, 8 to 1 bytes of two's complement follow
//	0x80..0xf6        0 to 118
//	0xf7..0xfe        1 to 8 bytes follow
func appendInt(dst []byte, v int64) []byte {
	if v < 0 {
		n := byteLength(uint64(^v))
		return appendBigEndian(append(dst, 0x80-byte(n)), uint64(v), n)
	}
	return appendUint(dst, uint64(v))
}

func appendUint(dst []byte, v uint64) []byte {
	if v <= 0xf6-0x80 {
		return append(dst, 0x80+byte(v))
	}
	n := byteLength(v)
	return appendBigEndian(append(dst, 0xf6+byte(n)), v, n)
}

func byteLength(v uint64) int {
	n := 1
	for v >>= 8; v > 0; v >>= 8 {
		n++
	}
	return n
}

func appendBigEndian(dst []byte, v uint64, n int) []byte {
	for shift := 8 * (n - 1); shift >= 0; shift -= 8 {
		dst = append(dst, byte(v>>shift))
	}
	return dst
}

func appendIntKey(dst, text []byte) ([]byte, error) {
	v, ok := parseInt(text)
	if !ok {
		return dst, malformed("integer")
	}
	return appendInt(dst, v), nil
}

func appendOIDKey(dst, text []byte) ([]byte, error) {
	v, ok := parseUint(text, math.MaxUint32)
	if !ok {
		return dst, malformed("oid")
	}
	return appendUint(dst, v), nil
}

// appendIntAsOIDKey is the cast from integer to oid, which takes -1 for 4294967295.
func appendIntAsOIDKey(dst, text []byte) ([]byte, error) {
	v, ok := parseInt(text)
	if !ok || v != int64(int32(v)) {
		return dst, malformed("integer")
	}
	return appendUint(dst, uint64(uint32(v))), nil
}

func appendXID8Key(dst, text []byte) ([]byte, error) {
	v, ok := parseUint(text, math.MaxUint64)
	if !ok {
		return dst, malformed("xid8")
	}
	return appendUint(dst, v), nil
}

func parseInt(text []byte) (int64, bool) {
	digits, negative := bytes.CutPrefix(text, []byte("-"))
	v, ok := parseUint(digits, 1<<63)
	switch {
	case !ok:
		return 0, false
	case negative:
		return -int64(v), true
	}
	return int64(v), v < 1<<63
}

// parseUint reads decimal digits, at least one, up to limit.
func parseUint(text []byte, limit uint64) (uint64, bool) {
	if len(text) == 0 {
		return 0, false
	}
	var v uint64
	for _, c := range text {
		d := uint64(c - '0')
		if d > 9 || v > (limit-d)/10 {
			return 0, false
		}
		v = v*10 + d
	}
	return v, true
}

func appendBoolKey(dst, text []byte) ([]byte, error) {
	switch string(text) {
	case "f":
		return append(dst, 0), nil
	case "t":
		return append(dst, 1), nil
	}
	return dst, malformed("boolean")
}

func appendFloat8Key(dst, text []byte) ([]byte, error) { return appendFloat(dst, text, 64) }

// appendFloat4Key reads a real as the double precision that PostgreSQL compares it as.
func appendFloat4Key(dst, text []byte) ([]byte, error) { return appendFloat(dst, text, 32) }

// appendFloat encodes in 8 bytes: all NaN are one, above infinity; -0 is 0. A
// numeric that no double can hold equals none: PostgreSQL raises an error where it meets one.
func appendFloat(dst, text []byte, size int) ([]byte, error) {
	if string(text) == "NaN" {
		return binary.BigEndian.AppendUint64(dst, math.MaxUint64), nil
	}
	if !isNumberText(text) && string(text) != "Infinity" && string(text) != "-Infinity" {
		return dst, malformed("double precision")
	}
	f, err := strconv.ParseFloat(string(text), size)
	switch {
	case err != nil && f > 0:
		return binary.BigEndian.AppendUint64(dst, math.MaxUint64-1), nil // between infinity and NaN
	case err != nil:
		return binary.BigEndian.AppendUint64(dst, 1), nil // below -infinity
	}
	bits := math.Float64bits(f + 0) // -0 + 0 is 0
	if bits>>63 == 1 {
		bits = ^bits
	} else {
		bits |= 1 << 63
	}
	return binary.BigEndian.AppendUint64(dst, bits), nil
}

func isNumberText(text []byte) bool {
	_, ok := parseDecimal(text)
	return ok
}

// appendTextKey ends the text with a zero byte, which no text of PostgreSQL contains.
func appendTextKey(dst, text []byte) ([]byte, error) {
	if bytes.IndexByte(text, 0) >= 0 {
		return dst, malformed("text")
	}
	dst = append(dst, text...)
	return append(dst, 0), nil
}

func appendBpcharKey(dst, text []byte) ([]byte, error) {
	return appendTextKey(dst, trimPadding(text))
}

// appendCitextKey encodes the lower case by simple Unicode mapping, rune by rune.
func appendCitextKey(dst, text []byte) ([]byte, error) {
	for i := 0; i < len(text); {
		c := text[i]
		switch {
		case c == 0:
			return dst, malformed("citext")
		case 'A' <= c && c <= 'Z':
			dst = append(dst, c+'a'-'A')
			i++
		case c < utf8.RuneSelf:
			dst = append(dst, c)
			i++
		default:
			r, size := utf8.DecodeRune(text[i:])
			if r == utf8.RuneError {
				dst = append(dst, text[i:i+size]...)
			} else {
				dst = utf8.AppendRune(dst, unicode.ToLower(r))
			}
			i += size
		}
	}
	return append(dst, 0), nil
}

// appendCharKey is for "char": one byte, none for zero, \ooo above ASCII.
func appendCharKey(dst, text []byte) ([]byte, error) {
	switch {
	case len(text) == 0:
		return append(dst, 0), nil
	case len(text) == 1:
		return append(dst, text[0]), nil
	case len(text) == 4 && text[0] == '\\':
		if v, err := strconv.ParseUint(string(text[1:]), 8, 8); err == nil {
			return append(dst, byte(v)), nil
		}
	}
	return dst, malformed(`"char"`)
}

// appendByteaKey ends with two zero bytes; a zero byte within is followed by 0xff.
func appendByteaKey(dst, text []byte) ([]byte, error) {
	text, ok := bytes.CutPrefix(text, []byte(`\x`))
	if !ok || len(text)%2 != 0 {
		return dst, malformed("bytea")
	}
	for ; len(text) > 0; text = text[2:] {
		high, ok := hexValue(text[0])
		low, ok2 := hexValue(text[1])
		if !ok || !ok2 {
			return dst, malformed("bytea")
		}
		b := high<<4 | low
		dst = append(dst, b)
		if b == 0 {
			dst = append(dst, 0xff)
		}
	}
	return append(dst, 0, 0), nil
}

func appendUUIDKey(dst, text []byte) ([]byte, error) {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return dst, malformed("uuid")
	}
	for i := 0; i < len(text); {
		if text[i] == '-' {
			i++
			continue
		}
		high, ok := hexValue(text[i])
		low, ok2 := hexValue(text[i+1])
		if !ok || !ok2 {
			return dst, malformed("uuid")
		}
		dst = append(dst, high<<4|low)
		i += 2
	}
	return dst, nil
}

// appendMoneyKey reads -$1,234.50 as cents. In lc_monetary C there are two digits of them.
func appendMoneyKey(dst, text []byte) ([]byte, error) {
	text, negative := bytes.CutPrefix(text, []byte("-"))
	text, ok := bytes.CutPrefix(text, []byte("$"))
	limit := uint64(math.MaxInt64)
	if negative {
		limit++
	}
	var cents uint64
	for _, c := range text {
		if c == ',' || c == '.' {
			continue
		}
		d := uint64(c - '0')
		if d > 9 || cents > (limit-d)/10 {
			return dst, malformed("money")
		}
		cents = cents*10 + d
	}
	if !ok || len(text) < len("0.00") || text[len(text)-3] != '.' {
		return dst, malformed("money")
	}
	if negative {
		return appendInt(dst, -int64(cents)), nil
	}
	return appendInt(dst, int64(cents)), nil
}

func appendLSNKey(dst, text []byte) ([]byte, error) {
	high, low, ok := bytes.Cut(text, []byte("/"))
	h, err := strconv.ParseUint(string(high), 16, 32)
	l, err2 := strconv.ParseUint(string(low), 16, 32)
	if !ok || err != nil || err2 != nil {
		return dst, malformed("pg_lsn")
	}
	return binary.BigEndian.AppendUint64(dst, h<<32|l), nil
}

// appendTIDKey reads (block,offset).
func appendTIDKey(dst, text []byte) ([]byte, error) {
	s, ok := scanFields(text, '(', ')')
	for range 2 {
		if !ok || !s.next() {
			return dst, malformed("tid")
		}
		var v uint64
		v, ok = parseUint(s.field, math.MaxUint32)
		dst = appendUint(dst, v)
	}
	if !ok || !s.end() {
		return dst, malformed("tid")
	}
	return dst, nil
}

func appendMacaddrKey(dst, text []byte) ([]byte, error) { return appendMac(dst, text, 6) }

func appendMacaddr8Key(dst, text []byte) ([]byte, error) { return appendMac(dst, text, 8) }

func appendMac(dst, text []byte, size int) ([]byte, error) {
	if len(text) != 3*size-1 {
		return dst, malformed("macaddr")
	}
	for i := 0; i < len(text); i += 3 {
		if i > 0 && text[i-1] != ':' {
			return dst, malformed("macaddr")
		}
		var b [1]byte
		if _, err := hex.Decode(b[:], text[i:i+2]); err != nil {
			return dst, malformed("macaddr")
		}
		dst = append(dst, b[0])
	}
	return dst, nil
}

// enumKey encodes a label as its position in the type's order, in two bytes.
func enumKey(labels []string) AppendFunc {
	positions := make(map[string]uint16, len(labels))
	for i, label := range labels {
		if i > math.MaxUint16 {
			return refuse(fmt.Errorf("an enum of more than %d labels is not supported", math.MaxUint16+1))
		}
		positions[label] = uint16(i)
	}
	return func(dst, text []byte) ([]byte, error) {
		position, ok := positions[string(text)]
		if !ok {
			return dst, ErrUnknownLabel
		}
		return binary.BigEndian.AppendUint16(dst, position), nil
	}
}
