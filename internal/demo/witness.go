package demo

import (
	"bytes"
	"encoding/json"
)

// witness is something in Redis by which a reader sees that a change has arrived.
type witness struct {
	place
	want want
	text string // a piece of what is read there, or all of it
}

type want int

const (
	present  want = iota // something is there
	gone                 // nothing is there
	is                   // exactly the text is there
	contains             // the text is in what is there
	lacks                // the text is no longer in what is there, or nothing is there
)

// seen judges what Redis holds; nil is nothing.
func (w witness) seen(held []byte) bool {
	switch w.want {
	case present:
		return held != nil
	case gone:
		return held == nil
	case is:
		return held != nil && string(held) == w.text
	case contains:
		return bytes.Contains(held, []byte(w.text))
	default:
		return !bytes.Contains(held, []byte(w.text))
	}
}

// quoted is a text as it stands in JSON documents.
func quoted(text string) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		panic("demo: encode a text: " + err.Error()) // every text has a form in JSON
	}
	return string(bytes.TrimSpace(out.Bytes()))
}
