package values

import (
	"bytes"

	"materializer/catalog"
)

// KeyText gives the function that appends the text that stands for a value of
// type t in key templates and as a key of key_by: the value's ::text, char(n)
// without its padding. The text of xml is refused value by value: what
// PostgreSQL sends of it lacks the declaration that ::text shows.
func KeyText(t *catalog.Type) AppendFunc {
	switch t.Unwrap().OID {
	case oidBool:
		return appendBoolJSON
	case oidBpchar:
		return appendBpcharText
	case oidInet:
		return appendInetText
	case oidXML:
		return refuse(unsupported(t, "has no exact text in the stream"))
	}
	return appendText
}

func appendText(dst, text []byte) ([]byte, error) { return append(dst, text...), nil }

func appendBpcharText(dst, text []byte) ([]byte, error) {
	return append(dst, trimPadding(text)...), nil
}

// appendInetText adds the length of the netmask, which inet's output leaves out for a host.
func appendInetText(dst, text []byte) ([]byte, error) {
	dst = append(dst, text...)
	switch {
	case bytes.IndexByte(text, '/') >= 0:
		return dst, nil
	case bytes.IndexByte(text, ':') >= 0:
		return append(dst, "/128"...), nil
	}
	return append(dst, "/32"...), nil
}

// trimPadding takes off what char(n) adds.
func trimPadding(text []byte) []byte { return bytes.TrimRight(text, " ") }

// refuse gives a function that fails on every value.
func refuse(err error) AppendFunc {
	return func(dst, _ []byte) ([]byte, error) { return dst, err }
}
