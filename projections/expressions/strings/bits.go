package strings

import (
	"slices"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var (
	errIndexRange = &datum.Error{Code: "2202E", Message: "index out of valid range"}
	errNewBit     = &datum.Error{Code: "22023", Message: "new bit must be 0 or 1"}
)

func bitAccess() []function.Function {
	return []function.Function{
		function.Of2("get_byte(bytea,int4)", byteAt),
		function.Of2("get_bit(bytea,int8)", bitAt),
		function.Of3("set_byte(bytea,int4,int4)", withByte),
		function.Of3("set_bit(bytea,int8,int4)", withBit),
	}
}

func byteAt(b []byte, index int64) (int64, error) {
	if index < 0 || index >= int64(len(b)) {
		return 0, errIndexRange
	}
	return int64(b[index]), nil
}

// bitAt counts bits from the lowest of the first byte.
func bitAt(b []byte, index int64) (int64, error) {
	if index < 0 || index >= 8*int64(len(b)) {
		return 0, errIndexRange
	}
	return int64(b[index/8] >> (index % 8) & 1), nil
}

func withByte(b []byte, index, value int64) ([]byte, error) {
	if index < 0 || index >= int64(len(b)) {
		return nil, errIndexRange
	}
	b = slices.Clone(b)
	b[index] = byte(value)
	return b, nil
}

func withBit(b []byte, index, value int64) ([]byte, error) {
	if index < 0 || index >= 8*int64(len(b)) {
		return nil, errIndexRange
	}
	if value != 0 && value != 1 {
		return nil, errNewBit
	}
	b = slices.Clone(b)
	b[index/8] = b[index/8]&^(1<<(index%8)) | byte(value)<<(index%8)
	return b, nil
}
