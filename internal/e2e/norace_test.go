//go:build !race

package e2e

// checks is how many random cases are drawn.
const checks = "12"
