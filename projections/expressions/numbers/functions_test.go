package numbers

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/function"
	"materializer/projections/expressions/signatures"
)

// TestFunctions compares every function with PostgreSQL.
func TestFunctions(t *testing.T) {
	t.Parallel()
	library := function.NewLibrary(signatures.ByName, Functions(), append(Types(), testText()))
	proof.Functions(t, library, servertest.Database(t), Functions(), samples(), 150, 7)
}

// testText is text, so that this family needs no other for its proof.
func testText() function.Type {
	return typeOf("text", same[string], func(dst []byte, s string) []byte { return append(dst, s...) }, cmp.Compare[string])
}

// samples has the extremes of each type, and many ordinary values beside them.
func samples() proof.Samples {
	random := rand.New(rand.NewPCG(3, 4))
	return proof.Samples{Values: map[string][]string{
		"bool":    {"t", "f"},
		"int2":    append(integers(random, 15), "32767", "-32768"),
		"int4":    append(integers(random, 31), "2147483647", "-2147483648", "46341", "65536"),
		"int8":    append(integers(random, 63), "9223372036854775807", "-9223372036854775808", "4294967295", "4294967296", "3037000500", "10239", "10240", "-10240", "20970495", "20970496", "1125899906842624"),
		"oid":     {"0", "1", "2147483647", "2147483648", "4294967295", "12345"},
		"float4":  append(floats(random, 38), "3.4028235e38", "-3.4028235e38", "1e-45", "1.1754944e-38", "16777216", "16777217", "2147483648", "-2147483648", "9.223372e18", "32767.5", "-32768.5"),
		"float8":  append(floats(random, 308), "1.7976931348623157e308", "5e-324", "2.2250738585072014e-308", "3.5e38", "1e-46", "2147483647.5", "2147483647.4999", "-2147483648.5", "9.223372036854775e18", "9.223372036854775807e18", "-9.223372036854775808e18", "32767.5", "710", "-745.2", "-750"),
		"numeric": numerics(random),
		"text":    {"", "abc", "9", "12.5", " 10 kB ", "1.5MB", "-2 gb", "+3Tb", "1e3 pb", "1e-2 MB", ".5kb", "5.", "5. bytes", "1 b", "1 B", "1e", "1 e5", "12kb x", ".", "-", "1 bytes", "9000 PB", "1e400 kB", "1E+3kB", "infinity", "10 eB", "1e5e", "1 \u212ab", "1 byteſ"},
	}}
}

func integers(random *rand.Rand, bits int) []string {
	list := []string{"0", "1", "-1", "2", "-2", "3", "7", "10", "12", "-12", "18", "31", "32", "33", "63", "64", "100", "-31"}
	for range 20 {
		list = append(list, fmt.Sprint(random.Int64N(1<<bits-1)>>random.IntN(bits)*int64(random.IntN(2)*2-1)))
	}
	return list
}

func floats(random *rand.Rand, exponent int) []string {
	list := []string{"0", "-0", "1", "-1", "2", "0.5", "-0.5", "1.5", "2.5", "-2.5", "3", "10", "100", "0.1", "1e5", "-3", "-7", "1e15", "123456.789", "NaN", "Infinity", "-Infinity",
		"30", "45", "60", "90", "120", "180", "270", "-45", "360", "405", "0.7071067811865476", "0.25", "-0.3", "0.999", "1e-9"}
	for range 20 {
		list = append(list, fmt.Sprint(random.NormFloat64()*10))
	}
	for range 10 {
		list = append(list, fmt.Sprintf("%ve%d", float32(random.NormFloat64()), random.IntN(2*exponent-4)-exponent+2))
	}
	return append(list, fmt.Sprint(math.Pi))
}

func numerics(random *rand.Rand) []string {
	list := []string{"0", "0.00", "1", "1.0", "-1", "2", "-2", "0.5", "-0.5", "1.5", "-1.5", "2.5", "10", "100", "1000.00", "0.1", "0.9", "1.1", "0.99999", "1.00001",
		"NaN", "Infinity", "-Infinity", "3", "-3", "7", "-7", "12.340", "0.0001", "-0.00001", "1e-20", "1e20", "1e40", "-1e40", "99999999", "9999", "10000", "10001", "9999.9999",
		"123456789012345678901234567890.123456789", "9223372036854775807", "9223372036854775807.5", "-9223372036854775808.5", "2147483647.5", "-2147483648.4", "10239", "10239.9", "10240", "-10240", "20970495", "20970496", "21474836479", "1e16", "32767.5", "1e308", "1e309", "1e-400", "4.9e-324", "16", "0.25", "31.5", "5.0"}
	for range 40 {
		list = append(list, fmt.Sprintf("%.*f", random.IntN(12), random.NormFloat64()*math.Pow(10, float64(random.IntN(12)-4))))
	}
	return list
}
