package replication

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

func frame(kind byte, body []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(body)+4)), body...)
}

// cutAll reads everything and gives the messages with their types in front.
func cutAll(f *frames) (messages []string, err error) {
	for {
		kind, body, ok, err := f.next()
		if err != nil {
			return messages, err
		}
		if ok {
			messages = append(messages, string(kind)+string(body))
			continue
		}
		if _, err := f.fill(); err != nil {
			return messages, err
		}
	}
}

func TestFramesCut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		bodies := rapid.SliceOf(rapid.SliceOfN(rapid.Byte(), 0, 300)).Draw(t, "bodies")
		var stream []byte
		for _, body := range bodies {
			stream = append(stream, frame('d', body)...)
		}
		var in io.Reader = bytes.NewReader(stream)
		if rapid.Bool().Draw(t, "byte by byte") {
			in = iotest.OneByteReader(in)
		}
		got, err := cutAll(newFrames(in, rapid.IntRange(5, 200).Draw(t, "buffer"), 400))
		if !errors.Is(err, io.EOF) || len(got) != len(bodies) {
			t.Fatalf("%d messages of %d, %v", len(got), len(bodies), err)
		}
		for i, body := range bodies {
			if got[i] != "d"+string(body) {
				t.Fatalf("message %d is %q, want %q", i, got[i], body)
			}
		}
	})
}

func TestFramesRefuse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ stream, want string }{
		{"d\x00\x00\x00\x03", "its length is 3"},
		{"d\x00\x00\x01\x00", "it has 257 bytes, more than the 200 that are accepted"},
		{"d\xff\xff\xff\xff", "it has 4294967296 bytes"},
	} {
		_, err := cutAll(newFrames(strings.NewReader(test.stream), 64, 200))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v, want %q", test.stream, err, test.want)
		}
	}
}

// A length alone must not cost memory, and what a large message took is given back.
func TestFramesMemory(t *testing.T) {
	t.Parallel()
	f := newFrames(strings.NewReader("d\x3f\xff\xff\xff"+strings.Repeat("x", 5000)), 1024, 1<<30)
	if _, err := cutAll(f); !errors.Is(err, io.EOF) || len(f.buffer) > 16<<10 {
		t.Errorf("buffer of %d bytes for 5005 received, %v", len(f.buffer), err)
	}
	large := frame('d', make([]byte, 100_000))
	f = newFrames(io.MultiReader(bytes.NewReader(large), bytes.NewReader(frame('d', nil))), 1024, 1<<30)
	got, err := cutAll(f)
	if !errors.Is(err, io.EOF) || len(got) != 2 || len(f.buffer) != 1024 {
		t.Errorf("%d messages, buffer of %d bytes, %v", len(got), len(f.buffer), err)
	}
}
