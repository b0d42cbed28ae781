package values

import (
	"net/netip"
)

// bitAppender encodes a string of bits so that a prefix sorts first. Each byte
// takes up to seven bits: it is the place of those bits among all strings of
// at most seven, in that same order. Less than seven bits end the encoding.
type bitAppender struct {
	dst  []byte
	rank int // of the bits taken so far
	size int
}

func (a *bitAppender) bit(one bool) {
	a.size++
	a.rank++ // the string itself sorts before what it begins
	if one {
		a.rank += 1<<(8-a.size) - 1 // all strings that go on with 0
	}
	if a.size == 7 {
		a.dst = append(a.dst, byte(a.rank))
		a.rank, a.size = 0, 0
	}
}

func (a *bitAppender) end() []byte { return append(a.dst, byte(a.rank)) }

func appendBitKey(dst, text []byte) ([]byte, error) {
	a := bitAppender{dst: dst}
	for _, c := range text {
		if c != '0' && c != '1' {
			return dst, malformed("bit")
		}
		a.bit(c == '1')
	}
	return a.end(), nil
}

// appendInetKey encodes the family, the bits of the network, and the whole
// address where it is more than its network: in PostgreSQL a network sorts
// before what it contains, and equal networks by the host.
func appendInetKey(dst, text []byte) ([]byte, error) {
	prefix, ok := parseInet(string(text))
	if !ok {
		return dst, malformed("inet")
	}
	var all [16]byte
	address := all[:]
	if prefix.Addr().Is4() {
		v4 := prefix.Addr().As4()
		address = all[:copy(address, v4[:])]
		dst = append(dst, 4)
	} else {
		all = prefix.Addr().As16()
		dst = append(dst, 6)
	}
	a := bitAppender{dst: dst}
	for i := range prefix.Bits() {
		a.bit(address[i/8]>>(7-i%8)&1 == 1)
	}
	dst = a.end()
	if prefix.Bits() < 8*len(address) {
		dst = append(dst, address...)
	}
	return dst, nil
}

func parseInet(text string) (netip.Prefix, bool) {
	if prefix, err := netip.ParsePrefix(text); err == nil {
		return prefix, true
	}
	address, err := netip.ParseAddr(text)
	if err != nil || address.Zone() != "" {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(address, address.BitLen()), true
}
