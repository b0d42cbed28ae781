package numbers

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/function"
	"materializer/projections/expressions/signatures"
)

// TestNumericMath compares roots, logarithms and powers of numeric, and
// divisions, with PostgreSQL on more values and of more digits.
func TestNumericMath(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(9, 10))
	values := []string{"1e3000", "1e-1000", "6000", "-6000", "5999.9", "2000000000", "-3000000000", "1.000001",
		"1.0000000001", "1.0000000000000000015", "0.9999999999999999999", "1e-5000", "1e9000", "3.5", "0.25", "10000"}
	for range 800 {
		values = append(values, randomNumeric(random))
	}
	library := function.NewLibrary(signatures.ByName, Functions(), Types())
	list := append(function.Revised(numericMathFunctions(), 16, withSince16()), function.Of2("numeric_div(numeric,numeric)", Div))
	proof.Functions(t, library, servertest.Database(t), list, proof.Samples{Values: map[string][]string{"numeric": values}}, 200, 11)
}

// randomNumeric draws a number: long, small, of any size, or near to 1.
func randomNumeric(random *rand.Rand) string {
	switch random.IntN(5) {
	case 0:
		return fmt.Sprintf("%.*f", random.IntN(30), random.NormFloat64()*10)
	case 1:
		return fmt.Sprint(random.IntN(30))
	case 2:
		return fmt.Sprintf("%de%d", random.IntN(3000), random.IntN(300)-200)
	case 3:
		return fmt.Sprintf("1.%0*d", 1+random.IntN(20), random.IntN(100))
	}
	return fmt.Sprintf("%d.%07d", random.IntN(1000), random.IntN(1e7))
}
