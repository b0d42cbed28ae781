package servers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// childVariable makes the test binary start servers and wait to be killed.
const childVariable = "MATERIALIZER_TEST_SERVERS_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	if err := startAndWait(); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func startAndWait() error {
	ctx := context.Background()
	p, err := StartPostgres(ctx, PostgresOptions{})
	if err != nil {
		return err
	}
	r, err := StartRedis(ctx, RedisOptions{})
	if err != nil {
		return err
	}
	if os.Getenv(childVariable) == "paused" {
		if err := errors.Join(p.Pause(), r.Pause()); err != nil {
			return err
		}
	}
	fmt.Println(p.Dir, loopback(p.Port), r.Dir, r.Addr)
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func TestServersDoNotOutliveTheirParent(t *testing.T) {
	t.Parallel()
	for _, state := range []string{"running", "paused"} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), childVariable+"="+state)
			stdin, err := cmd.StdinPipe() // held open: the child waits
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = stdin.Close() }()
			stdout, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			line, err := bufio.NewReader(stdout).ReadString('\n')
			words := strings.Fields(line)
			if err != nil || len(words) != 4 {
				t.Fatalf("child said %q, %v", line, err)
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // by a signal, which is an error
			for i := 0; i < 4; i += 2 {
				wantGone(t, words[i], words[i+1])
			}
		})
	}
}

// wantGone waits until the directory is removed, which is the last thing that a
// watchdog does, and then the port must be closed.
func wantGone(t *testing.T, dir, addr string) {
	t.Helper()
	timeout := time.NewTimer(2 * time.Minute)
	defer timeout.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			break
		}
		select {
		case <-tick.C:
		case <-timeout.C:
			t.Fatalf("%s is still there", dir)
		}
	}
	if conn, err := net.Dial("tcp", addr); err == nil {
		_ = conn.Close()
		t.Errorf("%s still takes connections", addr)
	}
}
