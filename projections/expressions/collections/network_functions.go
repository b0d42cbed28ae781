package collections

import (
	"bytes"
	"math/big"
	"slices"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var (
	errNetworkSizes    = &datum.Error{Code: "22023", Message: "cannot combine inet values of different sizes"}
	errNetworkFamilies = &datum.Error{Code: "22023", Message: "cannot merge addresses from different families"}
	errMaskLength      = &datum.Error{Code: "22023", Message: "invalid mask length"}
	errNetworkRange    = &datum.Error{Code: "22003", Message: "result is out of range"}
)

func networkFunctions() []function.Function {
	return slices.Concat(comparisons("network_", "inet"), networkPartFunctions(), networkRelations(), networkArithmetic())
}

// read takes an inet or a cidr apart. It is as PostgreSQL writes it.
func read(v any) network {
	n, _ := parseNetwork(string(v.(datum.Opaque)))
	return n
}

func ofNetwork(signature string, call func(network) any) function.Function {
	return function.Of1(signature, func(v datum.Opaque) (any, error) { return call(read(v)), nil })
}

func networkPartFunctions() []function.Function {
	return []function.Function{
		ofNetwork("host(inet)", func(n network) any { return n.host() }),
		ofNetwork("text(inet)", func(n network) any { return n.cidr() }),
		ofNetwork("abbrev(inet)", func(n network) any { return n.inet() }),
		ofNetwork("masklen(inet)", func(n network) any { return int64(n.bits) }),
		ofNetwork("family(inet)", func(n network) any {
			if len(n.address) == 4 {
				return int64(4)
			}
			return int64(6)
		}),
		ofNetwork("broadcast(inet)", func(n network) any {
			return datum.Opaque(network{combine(n.address, invertBytes(n.mask()), or), n.bits}.inet())
		}),
		ofNetwork("network(inet)", toCIDR),
		ofNetwork("cidr(inet)", toCIDR),
		ofNetwork("netmask(inet)", func(n network) any { return datum.Opaque(network{n.mask(), n.maxBits()}.inet()) }),
		ofNetwork("hostmask(inet)", func(n network) any {
			return datum.Opaque(network{invertBytes(n.mask()), n.maxBits()}.inet())
		}),
		function.Of2("set_masklen(inet,int4)", func(v datum.Opaque, bits int64) (datum.Opaque, error) {
			n, err := read(v).withBits(bits)
			return datum.Opaque(n.inet()), err
		}),
		function.Of2("set_masklen(cidr,int4)", func(v datum.Opaque, bits int64) (datum.Opaque, error) {
			n, err := read(v).withBits(bits)
			return datum.Opaque(n.cut().cidr()), err
		}),
	}
}

func toCIDR(n network) any { return datum.Opaque(n.cut().cidr()) }

// mask has the bits of the network set.
func (n network) mask() []byte {
	mask := make([]byte, len(n.address))
	for i := range n.bits {
		mask[i/8] |= 1 << (7 - i%8)
	}
	return mask
}

// cut clears the bits that are not the network's.
func (n network) cut() network { return network{combine(n.address, n.mask(), and), n.bits} }

// withBits changes how many bits are the network's; -1 is all.
func (n network) withBits(bits int64) (network, error) {
	if bits == -1 {
		bits = int64(n.maxBits())
	}
	if bits < 0 || bits > int64(n.maxBits()) {
		return n, errMaskLength
	}
	return network{n.address, int(bits)}, nil
}

func and(a, b byte) byte { return a & b }

func or(a, b byte) byte { return a | b }

// combine gives a byte for each pair of bytes of two of the same length.
func combine(a, b []byte, of func(a, b byte) byte) []byte {
	out := make([]byte, len(a))
	for i := range a {
		out[i] = of(a[i], b[i])
	}
	return out
}

func invertBytes(a []byte) []byte {
	return combine(a, a, func(b, _ byte) byte { return ^b })
}

// networkRelations tell whether a network is within another.
func networkRelations() []function.Function {
	relation := func(name string, holds func(a, b network) bool) function.Function {
		return function.Of2(name+"(inet,inet)", func(a, b datum.Opaque) (bool, error) { return holds(read(a), read(b)), nil })
	}
	return []function.Function{
		relation("network_sub", func(a, b network) bool { return a.bits > b.bits && b.covers(a) }),
		relation("network_subeq", func(a, b network) bool { return a.bits >= b.bits && b.covers(a) }),
		relation("network_sup", func(a, b network) bool { return a.bits < b.bits && a.covers(b) }),
		relation("network_supeq", func(a, b network) bool { return a.bits <= b.bits && a.covers(b) }),
		relation("network_overlap", func(a, b network) bool { return a.covers(b) || b.covers(a) }),
		relation("inet_same_family", func(a, b network) bool { return len(a.address) == len(b.address) }),
	}
}

// covers tells whether the bits of a network begin those of another.
func (n network) covers(other network) bool {
	return len(n.address) == len(other.address) && n.bits <= other.bits &&
		bytes.Equal(n.cut().address, network{other.address, n.bits}.cut().address)
}

func networkArithmetic() []function.Function {
	add := func(v datum.Opaque, n int64) (datum.Opaque, error) { return read(v).plus(n) }
	return []function.Function{
		ofNetwork("inetnot(inet)", func(n network) any { return datum.Opaque(network{invertBytes(n.address), n.bits}.inet()) }),
		function.Of2("inetand(inet,inet)", ofAddresses(and)),
		function.Of2("inetor(inet,inet)", ofAddresses(or)),
		function.Of2("inetpl(inet,int8)", func(v datum.Opaque, n int64) (datum.Opaque, error) { return add(v, n) }),
		function.Of2("int8pl_inet(int8,inet)", func(n int64, v datum.Opaque) (datum.Opaque, error) { return add(v, n) }),
		function.Of2("inetmi_int8(inet,int8)", func(v datum.Opaque, n int64) (datum.Opaque, error) {
			return add(v, -n) // the least number stays negative, as for PostgreSQL
		}),
		function.Of2("inetmi(inet,inet)", subtractAddresses),
		function.Of2("inet_merge(inet,inet)", mergeNetworks),
	}
}

func ofAddresses(of func(a, b byte) byte) func(a, b datum.Opaque) (datum.Opaque, error) {
	return func(a, b datum.Opaque) (datum.Opaque, error) {
		x, y := read(a), read(b)
		if len(x.address) != len(y.address) {
			return "", errNetworkSizes
		}
		return datum.Opaque(network{combine(x.address, y.address, of), max(x.bits, y.bits)}.inet()), nil
	}
}

// subtractAddresses wraps around at 128 bits, as PostgreSQL does.
func subtractAddresses(a, b datum.Opaque) (int64, error) {
	x, y := read(a), read(b)
	if len(x.address) != len(y.address) {
		return 0, errNetworkSizes
	}
	difference := new(big.Int).Sub(new(big.Int).SetBytes(x.address), new(big.Int).SetBytes(y.address))
	whole, half := new(big.Int).Lsh(big.NewInt(1), 128), new(big.Int).Lsh(big.NewInt(1), 127)
	switch {
	case difference.Cmp(half) >= 0:
		difference.Sub(difference, whole)
	case difference.Cmp(new(big.Int).Neg(half)) < 0:
		difference.Add(difference, whole)
	}
	if !difference.IsInt64() {
		return 0, errNetworkRange
	}
	return difference.Int64(), nil
}

func (n network) plus(addend int64) (datum.Opaque, error) {
	sum := new(big.Int).Add(new(big.Int).SetBytes(n.address), big.NewInt(addend))
	if sum.Sign() < 0 || sum.BitLen() > n.maxBits() {
		return "", errNetworkRange
	}
	return datum.Opaque(network{sum.FillBytes(make([]byte, len(n.address))), n.bits}.inet()), nil
}

// mergeNetworks is the smallest network that contains both.
func mergeNetworks(a, b datum.Opaque) (datum.Opaque, error) {
	x, y := read(a), read(b)
	if len(x.address) != len(y.address) {
		return "", errNetworkFamilies
	}
	common := 0
	for common < min(x.bits, y.bits) && x.bit(common) == y.bit(common) {
		common++
	}
	return datum.Opaque(network{x.address, common}.cut().cidr()), nil
}
