package collections

import (
	"encoding/hex"
	"strings"

	"materializer/projections/expressions/datum"
)

// parseMacaddr reads the forms of macaddr_in, with all digits of each group.
func parseMacaddr(text string) (string, error) {
	text = strings.TrimFunc(text, func(r rune) bool { return r < 0x80 && isSpace(byte(r)) })
	for _, form := range []struct {
		separator string
		group     int // digits between separators
	}{{":", 2}, {"-", 2}, {":", 6}, {"-", 6}, {".", 4}, {"-", 4}, {"", 12}} {
		groups := []string{text}
		if form.separator != "" {
			groups = strings.Split(text, form.separator)
		}
		if address, ok := joinGroups(groups, form.group); ok {
			return writeMac(address), nil
		}
	}
	if strings.Trim(text, "0123456789abcdefABCDEF:-.+xX \t\n\v\f\r") == "" {
		return "", errLiteral("macaddr") // C's scanf may still make something of it
	}
	return "", datum.Malformed("macaddr")
}

// joinGroups decodes hexadecimal digits in groups that make six bytes. Of a
// group of two the first may be missing.
func joinGroups(groups []string, size int) ([]byte, bool) {
	if len(groups)*size != 12 {
		return nil, false
	}
	var all string
	for _, group := range groups {
		if size == 2 && len(group) == 1 {
			group = "0" + group
		}
		if len(group) != size {
			return nil, false
		}
		all += group
	}
	address, err := hex.DecodeString(all)
	return address, err == nil
}

func writeMac(address []byte) string {
	out := make([]byte, 0, 3*len(address))
	for i, b := range address {
		if i > 0 {
			out = append(out, ':')
		}
		out = hex.AppendEncode(out, []byte{b})
	}
	return string(out)
}

// parseMacaddr8 reads pairs of digits with one kind of separator anywhere
// between; of six bytes it makes eight.
func parseMacaddr8(text string) (string, error) {
	malformed := datum.Malformed("macaddr8")
	text = trimSpaceLeft(text)
	var address []byte
	var separator byte
	for len(text) >= 2 {
		b, err := hex.DecodeString(text[:2])
		if err != nil || len(address) == 8 {
			return "", malformed
		}
		address, text = append(address, b[0]), text[2:]
		if text != "" && strings.IndexByte(":-.", text[0]) >= 0 {
			if separator != 0 && separator != text[0] {
				return "", malformed
			}
			separator, text = text[0], text[1:]
		}
		if (len(address) == 6 || len(address) == 8) && text != "" && isSpace(text[0]) {
			if text = trimSpaceLeft(text); text != "" {
				return "", malformed
			}
		}
	}
	switch len(address) {
	case 6:
		return writeMac(widen(address)), nil
	case 8:
		return writeMac(address), nil
	}
	return "", malformed
}

// widen makes EUI-64 of EUI-48.
func widen(mac []byte) []byte {
	return []byte{mac[0], mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]}
}
