package aggregates

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/cockroachdb/apd/v3"

	"materializer/projections/expressions/datum"
)

// numericTotal is a sum of numerics that can be taken apart again. Its bytes,
// none if all is zero, are
//
//	header        number of scales * 4 + 2 if there are specials + 1 if the sum is negative
//	scales        scale and number of finite values of it, each
//	specials      numbers of NaN, Infinity, -Infinity
//	sum           its scale, without zeros at the end; then the magnitude, highest byte first
//
// where numbers are varints. No count of a scale is zero.
type numericTotal struct {
	scales   []scaleCount // ascending
	specials [3]int64
	value    apd.Decimal // finite; no zeros at the end of its decimals
}

type scaleCount struct {
	scale int32
	count int64
}

// The places in specials.
const (
	placeNaN = iota
	placeInfinity
	placeMinusInfinity
)

// maxIntegerDigits is how many digits a numeric can have before its point.
const maxIntegerDigits = 131072

func (t *numericTotal) add(v datum.Numeric) {
	switch {
	case v.Form == apd.Infinite && v.Negative:
		t.specials[placeMinusInfinity]++
	case v.Form == apd.Infinite:
		t.specials[placeInfinity]++
	case v.Form != apd.Finite:
		t.specials[placeNaN]++
	default:
		t.countScale(-v.Exponent, 1)
		t.plus(v)
	}
}

func (t *numericTotal) countScale(scale int32, count int64) {
	i, found := slices.BinarySearchFunc(t.scales, scale, func(s scaleCount, scale int32) int { return cmp.Compare(s.scale, scale) })
	if !found {
		t.scales = slices.Insert(t.scales, i, scaleCount{scale, count})
		return
	}
	if t.scales[i].count += count; t.scales[i].count == 0 {
		t.scales = slices.Delete(t.scales, i, i+1)
	}
}

// plus adds exactly.
func (t *numericTotal) plus(v datum.Numeric) {
	var aligned apd.Decimal
	a, b := &t.value, v
	switch {
	case a.Exponent > b.Exponent:
		rescale(&aligned, a, b.Exponent)
		a = &aligned
	case a.Exponent < b.Exponent:
		rescale(&aligned, b, a.Exponent)
		b = &aligned
	}
	var sum apd.BigInt
	sum.Add(signed(a), signed(b))
	t.value.Exponent = a.Exponent
	t.value.Negative = sum.Sign() < 0
	t.value.Coeff.Abs(&sum)
	t.trim()
}

func signed(d *apd.Decimal) *apd.BigInt {
	if d.Negative {
		return new(apd.BigInt).Neg(&d.Coeff)
	}
	return &d.Coeff
}

// rescale writes v with more decimals.
func rescale(to, v *apd.Decimal, exponent int32) {
	var factor apd.BigInt
	factor.Exp(apd.NewBigInt(10), apd.NewBigInt(int64(v.Exponent)-int64(exponent)), nil)
	to.Coeff.Mul(&v.Coeff, &factor)
	to.Exponent, to.Negative = exponent, v.Negative
}

// trim takes zeros off the end of the decimals, so that equal sums are equal bytes.
func (t *numericTotal) trim() {
	v := &t.value
	if v.Coeff.Sign() == 0 {
		v.Exponent = 0
		return
	}
	ten := apd.NewBigInt(10)
	for v.Exponent < 0 && v.Coeff.Bit(0) == 0 {
		var quotient, rest apd.BigInt
		if quotient.QuoRem(&v.Coeff, ten, &rest); rest.Sign() != 0 {
			return
		}
		v.Coeff.Set(&quotient)
		v.Exponent++
	}
}

func (t *numericTotal) negate() {
	for i := range t.scales {
		t.scales[i].count = -t.scales[i].count
	}
	for i := range t.specials {
		t.specials[i] = -t.specials[i]
	}
	t.value.Negative = !t.value.Negative && t.value.Coeff.Sign() != 0
}

func (t *numericTotal) combine(u *numericTotal) {
	for _, s := range u.scales {
		t.countScale(s.scale, s.count)
	}
	for i, n := range u.specials {
		t.specials[i] += n
	}
	t.plus(&u.value)
}

// numbers counts values; an error if more were taken away than added.
func (t *numericTotal) numbers() (special, finite int64, err error) {
	for _, n := range t.specials {
		if n < 0 {
			return 0, 0, errState
		}
		special += n
	}
	for _, s := range t.scales {
		if s.count < 0 {
			return 0, 0, errState
		}
		finite += s.count
	}
	return special, finite, nil
}

// special is the sum when not all values are finite.
func (t *numericTotal) special() datum.Numeric {
	switch plus, minus := t.specials[placeInfinity] > 0, t.specials[placeMinusInfinity] > 0; {
	case t.specials[placeNaN] > 0 || plus && minus:
		return &apd.Decimal{Form: apd.NaN}
	default:
		return &apd.Decimal{Form: apd.Infinite, Negative: minus}
	}
}

// sum is the sum with the largest scale of the values.
func (t *numericTotal) sum() (datum.Numeric, error) {
	scale := t.scales[len(t.scales)-1].scale
	if scale < -t.value.Exponent {
		return nil, errState
	}
	sum := new(apd.Decimal)
	rescale(sum, &t.value, -scale)
	if sum.Coeff.Sign() != 0 && sum.NumDigits()-int64(scale) > maxIntegerDigits {
		return nil, datum.ErrNumericRange
	}
	return sum, nil
}

func (t *numericTotal) append(dst []byte) []byte {
	hasSpecials := t.specials != [3]int64{}
	if len(t.scales) == 0 && !hasSpecials && t.value.Coeff.Sign() == 0 {
		return dst
	}
	dst = binary.AppendUvarint(dst, uint64(len(t.scales))<<2|bit(hasSpecials)<<1|bit(t.value.Negative))
	for _, s := range t.scales {
		dst = binary.AppendUvarint(dst, uint64(s.scale))
		dst = binary.AppendVarint(dst, s.count)
	}
	if hasSpecials {
		for _, n := range t.specials {
			dst = binary.AppendVarint(dst, n)
		}
	}
	dst = binary.AppendUvarint(dst, uint64(-t.value.Exponent))
	return append(dst, t.value.Coeff.Bytes()...)
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// parse reads what append wrote into an empty total.
func (t *numericTotal) parse(state []byte) error {
	if len(state) == 0 {
		return nil
	}
	r := reader{rest: state}
	header := r.unsigned()
	for range min(header>>2, uint64(len(state))) {
		t.scales = append(t.scales, scaleCount{r.scale(), r.signed()})
	}
	if header&2 != 0 {
		for i := range t.specials {
			t.specials[i] = r.signed()
		}
	}
	t.value.Exponent = -r.scale()
	t.value.Coeff.SetBytes(r.rest)
	t.value.Negative = header&1 != 0
	if r.damaged {
		return errState
	}
	return nil
}

// reader reads varints; once one is damaged, all are zero.
type reader struct {
	rest    []byte
	damaged bool
}

func (r *reader) unsigned() uint64 {
	v, n := binary.Uvarint(r.rest)
	return v * r.took(n)
}

func (r *reader) signed() int64 {
	v, n := binary.Varint(r.rest)
	return v * int64(r.took(n))
}

// took steps over n bytes and returns 1, or 0 if there was no number.
func (r *reader) took(n int) uint64 {
	if n <= 0 {
		r.damaged = true
		return 0
	}
	r.rest = r.rest[n:]
	return 1
}

// maxScale is more than any numeric has; a sum has no more than its values.
const maxScale = 1<<15 - 1

func (r *reader) scale() int32 {
	v := r.unsigned()
	if v > maxScale {
		r.damaged = true
		return 0
	}
	return int32(v)
}
