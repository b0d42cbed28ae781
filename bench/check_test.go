package main

import (
	"os"
	"strings"
	"testing"
)

func TestSameDocument(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		got, want string
		same      bool
	}{
		{`{"a":1,"b":[null,"x"]}`, `{"b": [null, "x"], "a": 1}`, true},
		{`{"a":1.50}`, `{"a": 1.5}`, false},
		{`{"a":12345678901234567890}`, `{"a": 12345678901234567891}`, false},
		{`{"a":null}`, `{}`, false},
		{`{"a":`, `{}`, false},
	} {
		if err := sameDocument([]byte(c.got), []byte(c.want)); (err == nil) != c.same {
			t.Errorf("%s and %s: got %v, want same %v", c.got, c.want, err, c.same)
		}
	}
}

func TestSeqOf(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]int64{`{"id":1,"seq":42,"x":7}`: 42, `{"seq": 9}`: 9} {
		if got, ok := seqOf(document); !ok || got != want {
			t.Errorf("%s: got %d, %v, want %d", document, got, ok, want)
		}
	}
	for _, document := range []string{`{}`, `{"seq":null}`, ``} {
		if got, ok := seqOf(document); ok {
			t.Errorf("%s: got %d, want nothing", document, got)
		}
	}
}

func TestWorkloadFillsInNumbers(t *testing.T) {
	t.Parallel()
	for _, w := range append(workloads, groups) {
		program := w.transactions(100, 10, 5000, 301)
		if strings.Contains(program, ":seq") || strings.Contains(program, ":id") || !strings.Contains(program, "301..400") {
			t.Errorf("%s: program is not filled in: %s", w.name, program)
		}
		if !strings.Contains(program, "n % 10 = 0") { // the 310th change ends the first transaction
			t.Errorf("%s: the program does not commit after change 310: %s", w.name, program)
		}
	}
}

func TestProcessIsMeasured(t *testing.T) {
	t.Parallel()
	if got := peakMemory(os.Getpid()); got < 1<<20 {
		t.Errorf("peak memory of this process: got %d bytes", got)
	}
	if got := peakMemory(1 << 30); got != 0 {
		t.Errorf("peak memory of no process: got %d bytes, want 0", got)
	}
	if got := processTime(1 << 30); got != 0 {
		t.Errorf("processor time of no process: got %s, want 0", got)
	}
}
