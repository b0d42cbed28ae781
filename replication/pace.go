package replication

import "time"

// pace lets the socket fill up between reads while a backlog is being
// received. The server makes one system call per message and wakes us with
// each, so taking every message at once costs both sides more than it gains.
type pace struct {
	bytes int       // read since
	since time.Time // the window began
	rest_ bool
}

func (p *pace) rest()      {}
func (p *pace) took(n int) {}
