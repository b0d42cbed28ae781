package demo

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/sys/unix"
)

// screen prints lines. On a terminal it can rewrite the block at the end;
// elsewhere the first line of each state of that block is printed as it comes,
// and the text is plain. There are no colours anywhere.
type screen struct {
	out      io.Writer
	terminal *os.File // nil if there is none
	block    int      // lines of the block that the next one replaces
	told     time.Time
}

// plainWidth is how wide lines are where there is no terminal to ask.
const plainWidth = 100

const progressInterval = 5 * time.Second

func newScreen(out io.Writer) *screen {
	s := &screen{out: out}
	file, ok := out.(*os.File)
	if !ok || os.Getenv("TERM") == "" || os.Getenv("TERM") == "dumb" {
		return s
	}
	if _, err := unix.IoctlGetWinsize(int(file.Fd()), unix.TIOCGWINSZ); err == nil {
		s.terminal = file
	}
	return s
}

// live tells whether a block can be rewritten.
func (s *screen) live() bool { return s.terminal != nil }

// width is how many characters fit on a line now: windows change.
func (s *screen) width() int {
	if s.terminal == nil {
		return plainWidth
	}
	size, err := unix.IoctlGetWinsize(int(s.terminal.Fd()), unix.TIOCGWINSZ)
	if err != nil || size.Col < 20 {
		return 80
	}
	return int(size.Col) - 1 // a full line would wrap on some terminals
}

// height is how many lines a block may have.
func (s *screen) height() int {
	size, err := unix.IoctlGetWinsize(int(s.terminal.Fd()), unix.TIOCGWINSZ)
	if err != nil || size.Row < 4 {
		return 20
	}
	return int(size.Row) - 2
}

// say prints for good, below the block. Lines are broken between words.
func (s *screen) say(format string, args ...any) {
	s.block = 0
	for line := range strings.SplitSeq(fmt.Sprintf(format, args...), "\n") {
		s.write(wrap(line, s.width()) + "\n")
	}
}

// wrap breaks a line between words where it is too long, and indents the rest
// a little more. A word that is too long stays whole, so that it can be copied.
func wrap(line string, width int) string {
	words := strings.Fields(line)
	if utf8.RuneCountInString(line) <= width || len(words) < 2 {
		return line
	}
	indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
	// The line up to the second word stays as it is: it may be a column.
	first := strings.Index(line, words[0]) + len(words[0])
	out := line[:first]
	gap := line[first : len(line)-len(strings.TrimLeft(line[first:], " "))]
	used := utf8.RuneCountInString(out)
	rest := indent + "    "
	for _, word := range words[1:] {
		length := utf8.RuneCountInString(word)
		if used+len(gap)+length > width {
			gap, used = "\n"+rest, -1
		}
		out += gap + word
		used += len(gap) + length
		gap = " "
	}
	return out
}

// show replaces the block.
func (s *screen) show(lines ...string) {
	if !s.live() {
		s.write(lines[0] + "\n")
		return
	}
	var text strings.Builder
	if s.block > 0 {
		fmt.Fprintf(&text, "\x1b[%dA", s.block)
	}
	text.WriteString("\r\x1b[J")
	lines = lines[:min(len(lines), s.height())]
	for _, line := range lines {
		text.WriteString(cut(line, s.width()) + "\n")
	}
	s.block = len(lines)
	s.write(text.String())
}

// progress shows how far something is; "" takes that away. Where lines cannot
// be rewritten it is told every few seconds only.
func (s *screen) progress(line string) {
	switch {
	case s.live() && line == "":
		s.show()
	case s.live():
		s.show(line)
	case s.told.IsZero() || line == "":
		s.told = time.Now()
	case time.Since(s.told) > progressInterval:
		s.told = time.Now()
		s.show(line)
	}
}

// write ignores errors: nobody is left to be told.
func (s *screen) write(text string) { _, _ = io.WriteString(s.out, text) }

// cut shortens a line to so many characters.
func cut(line string, width int) string {
	if utf8.RuneCountInString(line) <= width {
		return line
	}
	return string([]rune(line)[:max(width-3, 0)]) + "..."
}

// thousands writes a number with separators: 1,234,567.
func thousands[T int | int64](n T) string {
	digits := strconv.FormatInt(int64(n), 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// many is a number with its noun.
func many[T int | int64](n T, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return thousands(n) + " " + more
}
