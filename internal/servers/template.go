package servers

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// template returns a directory that initdb has filled, for this set of
// programs and this account. It is made once per machine and then copied,
// because initdb takes seconds and a copy does not.
func template(ctx context.Context, bin string, owner account) (string, error) {
	version, err := exec.CommandContext(ctx, filepath.Join(bin, "postgres"), "--version").Output()
	if err != nil {
		return "", fmt.Errorf("ask %s for its version: %w", filepath.Join(bin, "postgres"), err)
	}
	id := sha256.Sum256([]byte(bin + "\n" + string(version)))
	dir := filepath.Join(tempRoot(), fmt.Sprintf("materializer-initdb-%d-%x", owner.uid, id[:8]))
	if usableTemplate(dir, owner) {
		return dir, nil
	}
	made, err := initdb(ctx, bin, owner)
	if err != nil {
		return "", err
	}
	// Test binaries run at the same time: the first to finish wins, and the
	// template appears whole.
	if err := os.Rename(made, dir); err == nil {
		return dir, nil
	}
	_ = os.RemoveAll(made)
	if !usableTemplate(dir, owner) {
		return "", fmt.Errorf("use %s: it is not a database directory of user id %d; remove it", dir, owner.uid)
	}
	return dir, nil
}

// usableTemplate refuses what somebody else may have put there.
func usableTemplate(dir string, owner account) bool {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() || info.Mode().Perm() != 0o700 {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(stat.Uid) != owner.uid {
		return false
	}
	_, err = os.Stat(filepath.Join(dir, "PG_VERSION"))
	return err == nil
}

func initdb(ctx context.Context, bin string, owner account) (string, error) {
	dir, err := freshDir("initdb", owner)
	if err != nil {
		return "", err
	}
	cmd := postgresCommand(ctx, owner, dir, filepath.Join(bin, "initdb"),
		"-D", dir, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale", "C", "--no-sync")
	if out, err := cmd.CombinedOutput(); err != nil {
		_ = os.RemoveAll(dir)
		return "", fmt.Errorf("run initdb: %w: %s", err, tail(string(out)))
	}
	return dir, nil
}

// copyTemplate fills dir, as the account that will own the copies.
func copyTemplate(ctx context.Context, from, dir string, owner account) error {
	cmd := postgresCommand(ctx, owner, dir, "cp", "-R", from+"/.", dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("copy %s: %w: %s", from, err, tail(string(out)))
	}
	return os.Chmod(dir, 0o700)
}

// postgresCommand prepares a program of PostgreSQL: as the account, in a
// directory it can read, without the settings that our environment has for clients.
func postgresCommand(ctx context.Context, owner account, dir, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "LC_ALL=C", "TZ=UTC"}
	for _, name := range []string{"PATH", "LD_LIBRARY_PATH"} {
		if value, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: owner.credential}
	return cmd
}

// tail returns the end of a log: enough to see why a server did not start.
func tail(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	if len(lines) > 15 {
		lines = lines[len(lines)-15:]
	}
	return strings.Join(lines, "\n")
}
