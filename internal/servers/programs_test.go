package servers

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// These tests set the environment, so they do not run in parallel.

func programDir(t *testing.T, names ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "bin")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestPostgresBinFollowsTheEnvironment(t *testing.T) {
	whole, partial := programDir(t, "initdb", "postgres"), programDir(t, "postgres")
	t.Setenv(PostgresBinVariable, whole)
	if got, err := PostgresBin(); err != nil || got != whole {
		t.Errorf("got %q, %v; want %q", got, err, whole)
	}
	t.Setenv(PostgresBinVariable, partial)
	if got, err := PostgresBin(); err == nil || !strings.Contains(err.Error(), partial) {
		t.Errorf("a directory without initdb: got %q, %v; want an error that names it", got, err)
	}
}

func TestRedisServerFollowsTheEnvironment(t *testing.T) {
	program := filepath.Join(programDir(t, "redis-other"), "redis-other")
	t.Setenv(RedisServerVariable, program)
	if got, err := RedisServer(); err != nil || got != program {
		t.Errorf("got %q, %v; want %q", got, err, program)
	}
	t.Setenv(RedisServerVariable, "")
	t.Setenv("PATH", t.TempDir())
	if got, err := RedisServer(); !errors.Is(err, ErrNoRedis) {
		t.Errorf("without any: got %q, %v; want %v", got, err, ErrNoRedis)
	}
}

func TestNewestPostgresComparesNumbers(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for _, version := range []string{"9", "18", "16"} {
		if err := os.MkdirAll(filepath.Join(root, version), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(programDir(t, "initdb", "postgres"), filepath.Join(root, version, "bin")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.MkdirAll(filepath.Join(root, "19", "bin"), 0o755); err != nil { // only clients
		t.Fatal(err)
	}
	want := filepath.Join(root, "18", "bin")
	if got, ok := newestPostgres(filepath.Join(root, "*", "bin")); !ok || got != want {
		t.Errorf("got %q, %v; want %q", got, ok, want)
	}
}
