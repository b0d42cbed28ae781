package replication

import "time"

const (
	rest       = 500 * time.Microsecond // timers are coarse: in effect about a millisecond
	fast       = 2 << 10                // bytes per millisecond from which on rests are taken
	paceWindow = 4 * time.Millisecond
	paceHold   = 64 * time.Millisecond // a server that gets no processor for some milliseconds is not slow
	bite       = 512 << 10             // what is let come together at most before anybody is woken
)

// pace lets the socket fill up between reads while much arrives. The server
// makes a system call for each message, and each wakes the reader: on a machine
// with free processors, taking small messages one by one costs the server up to
// three times and us ten times the processor time of large bites. Below the
// rate of fast nothing waits.
type pace struct {
	socket socket
	since  time.Time // begin of the window
	bytes  int       // read in it
	until  time.Time // rests are taken
}

// took counts what a read has brought.
func (p *pace) took(n int, now time.Time) {
	p.bytes += n
	if passed := now.Sub(p.since); passed >= paceWindow {
		if p.bytes > fast*int(passed/time.Millisecond) {
			p.until = now.Add(paceHold)
		}
		p.since, p.bytes = now, 0
	}
}

// rest is to be called before a read.
func (p *pace) rest(now time.Time) {
	if now.Before(p.until) {
		p.quiet()
		time.Sleep(rest)
		p.wake()
	}
}

// quiet tells the kernel that nobody wants to be woken for a few bytes. Without
// it the runtime is woken for every message even while no one reads.
func (p *pace) quiet() { p.socket.lowWater(bite) }

// wake ends quiet. It must come before a read that is to wait.
func (p *pace) wake() { p.socket.lowWater(1) }
