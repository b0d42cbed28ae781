package servers

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports are taken from below the range that systems use for outgoing
// connections. Otherwise a client elsewhere could be given the port of a
// server in the moment in which that server is down for a restart.
const (
	firstPort = 15000
	lastPort  = 32000
)

// FreePort finds a loopback port for a server that is started by other means.
func FreePort() (int, error) { return freePort() }

// freePort finds a loopback port that nobody listens on. Another process can
// take it before it is used; then the server's start fails, and is tried again.
func freePort() (int, error) {
	for range 200 {
		port := firstPort + rand.IntN(lastPort-firstPort)
		l, err := net.Listen("tcp", loopback(port))
		if err != nil {
			continue
		}
		if err := l.Close(); err != nil {
			return 0, fmt.Errorf("close port %d: %w", port, err)
		}
		return port, nil
	}
	return 0, fmt.Errorf("find a free port between %d and %d on 127.0.0.1: none found", firstPort, lastPort)
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
