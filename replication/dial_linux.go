package replication

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// setUserTimeout lets the kernel give a connection up whose peer no longer
// acknowledges: a write would otherwise block for a quarter of an hour.
func setUserTimeout(network, _ string, raw syscall.RawConn) error {
	if network == "unix" {
		return nil
	}
	var failed error
	err := raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(userTimeout.Milliseconds()))
	})
	if err != nil {
		return err
	}
	return failed
}
