package aggregates

import (
	"math/big"
	"math/bits"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
)

// wide is a signed number of 128 bits, which no sum of 2^63 bigints exceeds.
type wide struct {
	high int64
	low  uint64
}

func wideOf(v int64) wide { return wide{v >> 63, uint64(v)} }

func (w wide) plus(v wide) wide {
	low, carry := bits.Add64(w.low, v.low, 0)
	return wide{w.high + v.high + int64(carry), low}
}

func (w wide) negated() wide {
	low, borrow := bits.Sub64(0, w.low, 0)
	return wide{-w.high - int64(borrow), low}
}

// int64 is the number, false if it does not fit.
func (w wide) int64() (int64, bool) {
	v := int64(w.low)
	return v, w.high == v>>63
}

func (w wide) sign() int {
	switch {
	case w.high < 0:
		return -1
	case w == wide{}:
		return 0
	}
	return 1
}

// numeric is the number with scale 0.
func (w wide) numeric() datum.Numeric {
	d := new(apd.Decimal)
	if v, ok := w.int64(); ok {
		return d.SetInt64(v)
	}
	if d.Negative = w.high < 0; d.Negative {
		w = w.negated()
	}
	var n big.Int
	n.Lsh(n.SetUint64(uint64(w.high)), 64)
	n.Or(&n, new(big.Int).SetUint64(w.low))
	d.Coeff.SetMathBigInt(&n)
	return d
}

// append writes the number in groups of seven bits, the lowest first, and small ones short: the
// sign is the lowest bit.
func (w wide) append(dst []byte) []byte {
	sign := w.high >> 63
	high := uint64(w.high)<<1 | w.low>>63
	high, low := high^uint64(sign), w.low<<1^uint64(sign)
	for high != 0 || low >= 0x80 {
		dst = append(dst, byte(low)|0x80)
		low, high = low>>7|high<<57, high>>7
	}
	return append(dst, byte(low))
}

// cutWide reads what append wrote.
func cutWide(b []byte) (w wide, rest []byte, ok bool) {
	var high, low uint64
	for i, c := range b {
		shift := 7 * i
		if shift >= 128 {
			break
		}
		if group := uint64(c & 0x7f); shift < 64 {
			low |= group << shift
			high |= group >> (64 - shift)
		} else {
			high |= group << (shift - 64)
		}
		if c < 0x80 {
			sign := -(low & 1)
			w = wide{int64(high>>1 ^ sign), (low>>1 | high<<63) ^ sign}
			return w, b[i+1:], true
		}
	}
	return wide{}, nil, false
}
