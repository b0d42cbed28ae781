//go:build !linux

package replication

import "net"

// socket cannot be asked anything here: batches are handed on after every read.
type socket struct{}

func socketOf(net.Conn) socket { return socket{} }

func (socket) readable() bool { return false }

func (socket) lowWater(int) {}
