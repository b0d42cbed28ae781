package numbers

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/function"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// TestText reads and writes odd texts as each type's input and output functions do.
func TestText(t *testing.T) {
	t.Parallel()
	conn := proof.Connect(t, servertest.Database(t))
	texts := append(oddTexts(), randomTexts(rand.New(rand.NewPCG(1, 2)), 4000)...)
	for _, typ := range Types() {
		codec, err := typ.Make(nil, function.Types{Version: servertest.Cluster(t).Version})
		if err != nil {
			t.Fatal(err)
		}
		var queries, got []string
		for _, text := range texts {
			value, err := codec.Parse(text)
			got = append(got, proof.Answer(codec, value, err))
			queries = append(queries, proof.Literal(text)+"::"+typ.Name)
		}
		want, err := proof.Ask(context.Background(), conn, queries)
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if !proof.Same(t, queries[i], got[i], want[i]) {
				t.Errorf("%s: got %.80s, want %.80s", queries[i], got[i], want[i])
			}
		}
	}
}

func oddTexts() []string {
	texts := []string{
		"", " ", "+", "-", ".", "-.", "+.5", "-.5", "5.", "0", "-0", "+0", "-0.0", "00012", " 12 ", "\t12\n", "1 2", "12x",
		"1e5", "1E5", "1e+5", "1e-5", "1e", "1e 5", "1.5e3", "15e-1", "1e5.", "1.2.3", "--1", "+-1", "1_000", "0x1A", "0b1", "0o7",
		"0x1p3", "0x1.8", "0X.8p-1", "0x", "0x_1", "nan", "NaN", "+nan", "-nan", "nan(1)", "nan(", "nan(a b)", "inf", "-inf", "+Infinity", "-infinity", "infinit", "- inf",
		"true", "TRUE", "tr", "t", "tru e", "f", "F", "fal", "yes", "ye", "y", "no", "n", "on", "o", "of", "off", "offf", "1", "0", "10", "\u00a01", "١", "nan(\u212a)", "yeſ",
		"32767", "32768", "-32768", "-32769", "2147483647", "2147483648", "-2147483648", "-2147483649",
		"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "99999999999999999999x", "12 x",
		"4294967295", "4294967296", "-1", "-2147483648", "-4294967295", "18446744073709551615", "18446744073709551616",
		"1e308", "1.8e308", "1e309", "1e-308", "5e-324", "4.9e-324", "2e-324", "1e-400", "0e-400", "0e400", "1e38", "3.4028235e38", "3.5e38", "1e-45", "1e-46", "7e-46",
		"1e15", "999999999999999", "1e14", "123456789012345678", "0.0001", "0.00001", "123456", "1234567", "1000000", "100000", "1e23", "9007199254740993", "5.684341886080802e-14",
		"0e131072", "1e131071", "1e131072", "10e131071", "0.1e131072", "1e-16383", "1e-16384", "1.0e-16383", "0e-16384", "1e1000000000", "1e1073741824", "1e-1073741824", "1e99999999999999999999",
		"12345678901234567890.123456789012345678901234567890", "0.00", "-0.00", "1.50", "1e-3 ", "NaN ", " Infinity", "$5",
	}
	for power := -149; power < 128; power += 3 {
		texts = append(texts, fmt.Sprint(math.Ldexp(1, power)))
	}
	return texts
}

// randomTexts are numbers of any size, many of them where floats are ties of decimals.
func randomTexts(random *rand.Rand, count int) []string {
	var texts []string
	for i := range count {
		switch i % 4 {
		case 0:
			texts = append(texts, fmt.Sprint(math.Float64frombits(random.Uint64())))
		case 1:
			texts = append(texts, fmt.Sprint(float64(math.Float32frombits(random.Uint32()))))
		case 2:
			texts = append(texts, fmt.Sprintf("%de%d", random.IntN(1000), random.IntN(60)-20))
		default:
			texts = append(texts, fmt.Sprint(random.Int64()>>random.IntN(63)))
		}
	}
	return texts
}
