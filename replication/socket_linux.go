package replication

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// socket is what can be asked of the socket beneath a connection, TLS or not.
type socket struct {
	raw syscall.RawConn // nil if there is none
}

func socketOf(conn net.Conn) socket {
	if wrapped, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
		conn = wrapped.NetConn()
	}
	var s socket
	if c, ok := conn.(syscall.Conn); ok {
		s.raw, _ = c.SyscallConn()
	}
	return s
}

// readable tells whether bytes wait.
func (s socket) readable() bool {
	waiting := 0
	if s.raw != nil {
		_ = s.raw.Control(func(fd uintptr) {
			if n, err := unix.IoctlGetInt(int(fd), unix.TIOCINQ); err == nil {
				waiting = n
			}
		})
	}
	return waiting > 0
}

// lowWater sets how many bytes must wait before the reader is woken.
func (s socket) lowWater(bytes int) {
	if s.raw != nil {
		_ = s.raw.Control(func(fd uintptr) {
			_ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVLOWAT, bytes)
		})
	}
}
