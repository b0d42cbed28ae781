package servers

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
)

// Environment variables that name the programs to use.
const (
	PostgresBinVariable = "MATERIALIZER_PG_BIN"       // a directory with initdb and postgres
	RedisServerVariable = "MATERIALIZER_REDIS_SERVER" // the program redis-server
)

// Errors for programs that are not installed.
var (
	ErrNoPostgres = errors.New("no PostgreSQL server programs found: run make deps, or install the package postgresql, " +
		"or set " + PostgresBinVariable + " to a directory that holds initdb and postgres")
	ErrNoRedis = errors.New("no redis-server found: run make deps, or install the package redis-server, " +
		"or set " + RedisServerVariable + " to the program")
)

// PostgresBin finds the directory of PostgreSQL's programs: what the
// environment names, else the newest that is installed, else what was fetched
// into the checkout by scripts/fetch-postgres.sh.
func PostgresBin() (string, error) {
	if dir := os.Getenv(PostgresBinVariable); dir != "" {
		if !holdsPostgres(dir) {
			return "", fmt.Errorf("use %s=%s: it must hold initdb and postgres", PostgresBinVariable, dir)
		}
		return filepath.Abs(dir)
	}
	if dir, ok := newestPostgres("/usr/lib/postgresql/*/bin"); ok {
		return dir, nil
	}
	if program, err := exec.LookPath("postgres"); err == nil {
		if program, err = filepath.EvalSymlinks(program); err == nil && holdsPostgres(filepath.Dir(program)) {
			return filepath.Dir(program), nil
		}
	}
	if root, ok := checkout(); ok {
		if dir, ok := newestPostgres(filepath.Join(root, ".cache", "postgres", "*", "bin")); ok {
			return dir, nil
		}
	}
	return "", ErrNoPostgres
}

// RedisServer finds the program redis-server.
func RedisServer() (string, error) {
	if program := os.Getenv(RedisServerVariable); program != "" {
		found, err := exec.LookPath(program)
		if err != nil {
			return "", fmt.Errorf("use %s=%s: %w", RedisServerVariable, program, err)
		}
		return filepath.Abs(found)
	}
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return "", ErrNoRedis
	}
	return program, nil
}

// newestPostgres picks the highest major version, which is the directory name
// above bin.
func newestPostgres(pattern string) (string, bool) {
	dirs, err := filepath.Glob(pattern)
	if err != nil {
		return "", false
	}
	dirs = slices.DeleteFunc(dirs, func(dir string) bool { return !holdsPostgres(dir) })
	if len(dirs) == 0 {
		return "", false
	}
	return slices.MaxFunc(dirs, func(a, b string) int { return versionOf(a) - versionOf(b) }), true
}

func versionOf(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin))) // not a number: oldest
	return n
}

func holdsPostgres(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.IsDir() {
			return false
		}
	}
	return true
}

// checkout finds the root of the source tree that the working directory is in,
// which is where go test runs.
func checkout() (string, bool) {
	dir, err := os.Getwd()
	if err != nil {
		return "", false
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}
