//go:build !linux

package replication

import "syscall"

// setUserTimeout has no counterpart here: keep-alives find dead peers.
func setUserTimeout(_, _ string, _ syscall.RawConn) error { return nil }
