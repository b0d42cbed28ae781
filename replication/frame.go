package replication

import (
	"encoding/binary"
	"fmt"
	"io"
)

const frameHead = 5 // a type and a length that counts itself

// frames cuts the server's bytes into protocol messages. It reads into one
// large buffer, so that under load one system call brings many messages.
type frames struct {
	in         io.Reader
	buffer     []byte
	start, end int    // of the bytes not yet cut
	usual      []byte // the buffer to come back to after a big message
	max        int    // largest message accepted
}

func newFrames(in io.Reader, size, limit int) *frames {
	buffer := make([]byte, size)
	return &frames{in: in, buffer: buffer, usual: buffer, max: limit}
}

// next gives the next whole message in the buffer. Its body is valid until fill.
func (f *frames) next() (kind byte, body []byte, ok bool, err error) {
	size, err := f.pending()
	if err != nil || size == 0 || size > f.end-f.start {
		return 0, nil, false, err
	}
	message := f.buffer[f.start : f.start+size]
	f.start += size
	return message[0], message[frameHead:], true, nil
}

// pending is the size of the message that the buffer begins with, 0 if it cannot be told yet.
func (f *frames) pending() (int, error) {
	if f.end-f.start < frameHead {
		return 0, nil
	}
	length := binary.BigEndian.Uint32(f.buffer[f.start+1:])
	size := int64(length) + 1
	if length < 4 {
		return 0, fmt.Errorf("read a message of type %q: its length is %d, which no message has", f.buffer[f.start], length)
	}
	if size > int64(f.max) {
		return 0, fmt.Errorf("read a message of type %q: it has %d bytes, more than the %d that are accepted", f.buffer[f.start], size, f.max)
	}
	return int(size), nil
}

// fill reads once, after next has said that there is no whole message left.
func (f *frames) fill() (n int, err error) {
	if err := f.makeRoom(); err != nil {
		return 0, err
	}
	n, err = f.in.Read(f.buffer[f.end:])
	f.end += n
	return n, err
}

// makeRoom moves the begun message to the front. A buffer that it fills is
// doubled, not made as large as the message says it is: that is only believed
// as the bytes arrive.
func (f *frames) makeRoom() error {
	size, err := f.pending()
	if err != nil {
		return err
	}
	rest, from := f.buffer[f.start:f.end], f.buffer
	switch {
	case len(f.buffer) > len(f.usual) && max(size, len(rest)) < len(f.usual):
		f.buffer = f.usual
	case size > len(f.buffer) && len(rest) == len(f.buffer):
		f.buffer = make([]byte, min(size, 2*len(f.buffer)))
	}
	if f.start > 0 || &from[0] != &f.buffer[0] {
		copy(f.buffer, rest)
	}
	f.start, f.end = 0, len(rest)
	return nil
}
