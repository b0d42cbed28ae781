package replication

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// probe tells whether bytes wait in a socket.
type probe struct {
	raw     syscall.RawConn // nil if the connection is no socket
	waiting int
	ask     func(uintptr)
}

func newProbe(conn net.Conn) *probe {
	p := &probe{}
	if wrapped, ok := conn.(interface{ NetConn() net.Conn }); ok { // TLS
		conn = wrapped.NetConn()
	}
	if socket, ok := conn.(syscall.Conn); ok {
		p.raw, _ = socket.SyscallConn()
	}
	p.ask = func(fd uintptr) {
		var err error
		if p.waiting, err = unix.IoctlGetInt(int(fd), unix.TIOCINQ); err != nil {
			p.waiting = 0
		}
	}
	return p
}

func (p *probe) readable() bool {
	if p.raw == nil || p.raw.Control(p.ask) != nil {
		return false
	}
	return p.waiting > 0
}
