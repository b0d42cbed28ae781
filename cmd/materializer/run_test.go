package main

import (
	"strings"
	"syscall"
	"testing"
)

func TestRunOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	_, first := w.run(exitDone, "run", "--exit-when-caught-up")
	wantIn(t, first, "there is no local state", "first load complete", "stopped")
	w.wantDocuments(shopConfig)

	w.exec(`UPDATE products SET name = 'changed' WHERE id = 1`, `DELETE FROM products WHERE id = 2`)
	_, second := w.run(exitDone, "run", "--exit-when-caught-up")
	wantIn(t, second, "action=resume")
	if strings.Contains(second, "first load complete") {
		t.Error("the second run has loaded everything again")
	}
	w.wantDocuments(shopConfig)
}

func TestRunStopsAtSignal(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			p := w.start("run")
			p.await("msg=streaming")
			p.signal(signal)
			p.wantExit(exitDone)
			wantIn(t, p.err.String(), "stopped")
		})
	}
}

func wantIn(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("want %q in:\n%s", part, text)
		}
	}
}
