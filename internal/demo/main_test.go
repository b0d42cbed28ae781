package demo

import (
	"testing"

	"materializer/internal/servers/servertest"
)

func TestMain(m *testing.M) { servertest.Main(m) }
