package collections

import (
	"net/netip"
	"strconv"
	"strings"

	"materializer/projections/expressions/datum"
)

// network is an inet or a cidr: an address and how many of its bits are the network's.
type network struct {
	address []byte // 4 or 16 bytes
	bits    int
}

func (n network) maxBits() int { return 8 * len(n.address) }

func parseInet(text string) (string, error) {
	n, err := parseNetworkOf("inet", text)
	if err != nil {
		return "", err
	}
	return n.inet(), nil
}

func parseCIDR(text string) (string, error) {
	if !strings.Contains(text, ":") && strings.Count(text, ".") < 3 {
		return "", errLiteral("cidr") // the class of the network decides
	}
	n, err := parseNetworkOf("cidr", text)
	if err != nil {
		return "", err
	}
	for i := n.bits; i < n.maxBits(); i++ {
		if n.bit(i) {
			return "", datum.Errorf("22P02", "invalid cidr value")
		}
	}
	return n.cidr(), nil
}

func (n network) bit(i int) bool { return n.address[i/8]>>(7-i%8)&1 == 1 }

func parseNetworkOf(typeName, text string) (network, error) {
	n, ok := parseNetwork(text)
	switch {
	case ok:
		return n, nil
	case strings.Contains(text, ":") && strings.Contains(text, "."):
		return n, errLiteral(typeName) // PostgreSQL takes incomplete IPv4 addresses here
	}
	return n, datum.Malformed(typeName)
}

// parseNetwork reads an address with or without /bits. Of an IPv4 address the
// last octets may be missing if the bits do not cover them.
func parseNetwork(text string) (network, bool) {
	address, bits, masked := strings.Cut(text, "/")
	if strings.Contains(text, ":") {
		return parseNetwork6(address, bits, masked)
	}
	n := network{bits: 32}
	for octet := range strings.SplitSeq(address, ".") {
		v, ok := digits(octet, 255)
		if !ok || len(n.address) == 4 {
			return n, false
		}
		n.address = append(n.address, byte(v))
	}
	if masked {
		var ok bool
		if n.bits, ok = digits(bits, 32); !ok {
			return n, false
		}
	}
	if n.bits/8 > len(n.address) || !masked && len(n.address) < 4 {
		return n, false
	}
	for len(n.address) < 4 {
		n.address = append(n.address, 0)
	}
	return n, true
}

func parseNetwork6(address, bits string, masked bool) (network, bool) {
	parsed, err := netip.ParseAddr(address)
	if err != nil || parsed.Zone() != "" || strings.Contains(address, "%") {
		return network{}, false
	}
	all := parsed.As16()
	n := network{address: all[:], bits: 128}
	if !masked {
		return n, true
	}
	var ok bool
	n.bits, ok = digits(bits, 128)
	return n, ok && (bits == "0" || bits[0] != '0')
}

// digits reads a number without sign up to a limit.
func digits(text string, limit int) (int, bool) {
	if text == "" {
		return 0, false
	}
	n := 0
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return 0, false
		}
		if n = 10*n + int(c-'0'); n > limit {
			return 0, false
		}
	}
	return n, true
}

// inet writes an inet, without the bits if they are all.
func (n network) inet() string {
	if n.bits == n.maxBits() {
		return n.host()
	}
	return n.cidr()
}

// cidr writes the address and its bits.
func (n network) cidr() string { return n.host() + "/" + strconv.Itoa(n.bits) }

// host writes the address alone.
func (n network) host() string {
	if len(n.address) == 4 {
		return string(appendOctets(nil, n.address))
	}
	return string(appendAddress6(nil, n.address))
}

func appendOctets(dst, octets []byte) []byte {
	for i, octet := range octets {
		if i > 0 {
			dst = append(dst, '.')
		}
		dst = strconv.AppendUint(dst, uint64(octet), 10)
	}
	return dst
}

// appendAddress6 writes an IPv6 address, the longest run of zeros as ::, and the
// last 32 bits as IPv4 where PostgreSQL does.
func appendAddress6(dst, address []byte) []byte {
	word := func(i int) uint64 { return uint64(address[2*i])<<8 | uint64(address[2*i+1]) }
	start, length := zeroRun(word)
	for i := 0; i < 8; i++ {
		if i == start {
			dst = append(dst, ':')
			if i+length == 8 {
				dst = append(dst, ':')
			}
			i += length - 1
			continue
		}
		if i > 0 {
			dst = append(dst, ':')
		}
		if i == 6 && start == 0 && (length == 6 || length == 5 && word(5) == 0xffff) {
			return appendOctets(dst, address[12:])
		}
		dst = strconv.AppendUint(dst, word(i), 16)
	}
	return dst
}

// zeroRun finds the first longest run of at least two words that are zero; start is -1 if there is none.
func zeroRun(word func(int) uint64) (start, length int) {
	start = -1
	for i := 0; i < 8; {
		end := i
		for end < 8 && word(end) == 0 {
			end++
		}
		if end-i >= 2 && end-i > length {
			start, length = i, end-i
		}
		i = max(end, i+1)
	}
	return start, length
}
