package main

import (
	"io"
	"log/slog"
	"os"
	"sync"
)

// console is where messages go. On a terminal it keeps one live line below them.
type console struct {
	terminal bool
	mu       sync.Mutex
	out      io.Writer
	live     string
}

func newConsole(out io.Writer) *console {
	return &console{out: out, terminal: isTerminal(out)}
}

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	if !ok {
		return false
	}
	facts, err := file.Stat()
	return err == nil && facts.Mode()&os.ModeCharDevice != 0
}

const eraseLine = "\r\x1b[K"

// Write puts text above the live line.
func (c *console) Write(text []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live == "" {
		return c.out.Write(text)
	}
	if _, err := io.WriteString(c.out, eraseLine+string(text)+c.live); err != nil {
		return 0, err
	}
	return len(text), nil
}

// show replaces the live line; "" takes it away.
func (c *console) show(line string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if line == c.live {
		return
	}
	c.live = line
	_, _ = io.WriteString(c.out, eraseLine+line) // nobody is left to be told
}

// logger writes to the console as the settings say.
func (c configuration) logger(to *console) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(c.Log.Level)); err != nil {
		level = slog.LevelInfo // checked with the configuration
	}
	options := &slog.HandlerOptions{Level: level}
	if c.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(to, options))
	}
	return slog.New(slog.NewTextHandler(to, options))
}
