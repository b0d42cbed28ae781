package collections

import (
	"encoding/hex"
	"slices"
	"strings"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

var errMacNarrow = &datum.Error{Code: "22003", Message: "macaddr8 data out of range to convert to macaddr"}

func macFunctions() []function.Function {
	functions := []function.Function{
		ofMac("macaddr8_set7bit(macaddr8)", func(mac []byte) ([]byte, error) {
			mac[0] |= 2
			return mac, nil
		}),
		ofMac("macaddr8(macaddr)", func(mac []byte) ([]byte, error) { return widen(mac), nil }),
		ofMac("macaddr(macaddr8)", func(mac []byte) ([]byte, error) {
			if mac[3] != 0xff || mac[4] != 0xfe {
				return nil, errMacNarrow
			}
			return slices.Delete(mac, 3, 5), nil
		}),
	}
	for _, name := range []string{"macaddr", "macaddr8"} {
		functions = append(functions, comparisons(name+"_", name)...)
		functions = append(functions,
			ofMac(name+"_not("+name+")", func(mac []byte) ([]byte, error) { return invertBytes(mac), nil }),
			ofMac("trunc("+name+")", func(mac []byte) ([]byte, error) {
				clear(mac[3:])
				return mac, nil
			}),
			ofMacs(name+"_and("+name+","+name+")", and),
			ofMacs(name+"_or("+name+","+name+")", or),
		)
	}
	return functions
}

// readMac reads what PostgreSQL wrote.
func readMac(v datum.Opaque) []byte {
	mac, _ := hex.DecodeString(strings.ReplaceAll(string(v), ":", ""))
	return mac
}

func ofMac(signature string, call func([]byte) ([]byte, error)) function.Function {
	return function.Of1(signature, func(v datum.Opaque) (datum.Opaque, error) {
		mac, err := call(readMac(v))
		return datum.Opaque(writeMac(mac)), err
	})
}

func ofMacs(signature string, of func(a, b byte) byte) function.Function {
	return function.Of2(signature, func(a, b datum.Opaque) (datum.Opaque, error) {
		return datum.Opaque(writeMac(combine(readMac(a), readMac(b), of))), nil
	})
}
