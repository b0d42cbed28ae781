//go:build race

package e2e

// checks is how many random cases are drawn. The race detector makes each ten times as slow.
const checks = "3"
