package main

import (
	"os"
	"testing"

	"materializer/internal/servers/servertest"
)

// asProgram makes the test binary be the program: what tests start is exactly
// what is built, with the race detector where the tests have it.
const asProgram = "MATERIALIZER_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	servertest.Main(m)
}
