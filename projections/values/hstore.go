package values

import "bytes"

// appendHstoreJSON appends "a"=>"1", "b"=>NULL as an object of strings. hstore
// keeps its keys in the order of jsonb.
func appendHstoreJSON(dst, text []byte) ([]byte, error) {
	dst = append(dst, '{')
	for first := true; len(text) > 0; first = false {
		if !first {
			var ok bool
			if text, ok = bytes.CutPrefix(text, []byte(", ")); !ok {
				return dst, malformed("hstore")
			}
			dst = append(dst, ',')
		}
		var ok bool
		if dst, text, ok = appendHstoreString(dst, text); !ok {
			return dst, malformed("hstore")
		}
		dst = append(dst, ':')
		if text, ok = bytes.CutPrefix(text, []byte("=>")); !ok {
			return dst, malformed("hstore")
		}
		if rest, null := bytes.CutPrefix(text, []byte("NULL")); null {
			dst, text = append(dst, "null"...), rest
		} else if dst, text, ok = appendHstoreString(dst, text); !ok {
			return dst, malformed("hstore")
		}
	}
	return append(dst, '}'), nil
}

func appendHstoreString(dst, text []byte) (out, rest []byte, ok bool) {
	if len(text) == 0 || text[0] != '"' {
		return dst, text, false
	}
	end := stringEnd(text)
	if end < 0 {
		return dst, text, false
	}
	dst, err := appendUnquoted(dst, text[1:end-1], dropBackslashes, appendStringJSON)
	return dst, text[end:], err == nil
}
