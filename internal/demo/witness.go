package demo

import (
	"bytes"
	"encoding/json"
)

// witness is a document by which a reader sees that a change has arrived.
type witness struct {
	key  string
	want want
	text string // a piece of the document
}

type want int

const (
	present  want = iota // the document is there
	gone                 // the document is not there
	contains             // the text is in the document
	lacks                // the text is no longer in the document, or the document is gone
)

// seen judges what Redis holds; nil is no document.
func (w witness) seen(document []byte) bool {
	switch w.want {
	case present:
		return document != nil
	case gone:
		return document == nil
	case contains:
		return bytes.Contains(document, []byte(w.text))
	default:
		return !bytes.Contains(document, []byte(w.text))
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
