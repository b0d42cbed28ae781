package writer

import (
	"strings"
	"testing"

	"materializer/internal/servers"
	"materializer/internal/servers/servertest"
)

func check(t *testing.T, url string, samples ...[]byte) Report {
	t.Helper()
	report, err := opened(t, url).Check(t.Context(), samples...)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func wantFinding(t *testing.T, r Report, s Severity, text string) {
	t.Helper()
	for _, f := range r.Findings {
		if f.Severity == s && strings.Contains(f.Text, text) {
			return
		}
	}
	t.Errorf("no finding of severity %d with %q in %+v", s, text, r.Findings)
}

func TestCheckChangesNothing(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	running := open(t, url)
	write(t, running, marker(1), set("product:1", "x"))
	report := check(t, url, []byte("product:1"), []byte("product:2"))
	if report.Worst() != 0 || report.Version == "" {
		t.Errorf("got %+v", report)
	}
	if err := running.Probe(t.Context()); err != nil {
		t.Errorf("a running writer noticed: %v", err)
	}
	wantValues(t, running, map[string]string{"product:1": "x", "product:2": ""})
	if n := do(t, client(t, url), "dbsize"); n != int64(2) {
		t.Errorf("%v keys, want the document and the marker", n)
	}
}

func TestCheckEviction(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	operator := client(t, url)
	do(t, operator, "config", "set", "maxmemory-policy", "allkeys-lru")
	if report := check(t, url); report.Worst() != 0 {
		t.Errorf("no maxmemory, yet %+v", report)
	}
	do(t, operator, "config", "set", "maxmemory", "1gb")
	report := check(t, url)
	wantFinding(t, report, Policy, "noeviction")
	if report.Worst() != Policy {
		t.Errorf("worst is %v", report.Worst())
	}
	do(t, operator, "config", "set", "maxmemory-policy", "volatile-lru")
	if report := check(t, url); report.Worst() != 0 {
		t.Errorf("our keys have no time to live, yet %+v", report)
	}
}

func TestCheckPermissions(t *testing.T) {
	t.Parallel()
	server := servertest.RedisWith(t, servers.RedisOptions{})
	url := limited(t, server)
	operator := client(t, server.URL())
	if report := check(t, url, []byte("product:1")); report.Worst() > Warning {
		t.Errorf("got %+v", report)
	}
	wantFinding(t, check(t, url), Warning, "INFO")
	report := check(t, url, []byte("product:1"), []byte("user:1"))
	wantFinding(t, report, Misconfigured, "mset user:1")
	wantFinding(t, report, Misconfigured, "unlink user:1")
	for _, taken := range []string{"mset", "unlink", "hset", "hmget", "get", "mget", "scan", "watch", "unwatch", "multi", "discard", "client|list", "client|kill", "client|setname"} {
		do(t, operator, "acl", "setuser", "app", "-"+taken)
		wantFinding(t, check(t, url), Misconfigured, strings.ReplaceAll(taken, "client|", "client "))
		do(t, operator, "acl", "setuser", "app", "+"+taken)
	}
	if n := do(t, operator, "dbsize"); n != int64(0) {
		t.Errorf("Check left %v keys", n)
	}
}

func TestCheckOfServersWeCannotUse(t *testing.T) {
	t.Parallel()
	cluster := servertest.RedisWith(t, servers.RedisOptions{Args: []string{"--cluster-enabled", "yes"}})
	wantFinding(t, check(t, cluster.URL()), Misconfigured, "Redis cluster")
	_, _, err := opened(t, cluster.URL()).Connect(t.Context())
	wantCause(t, err, Topology)

	sentinel := servertest.RedisWith(t, servers.RedisOptions{Args: []string{"--sentinel"}, Config: "sentinel resolve-hostnames no\n"})
	wantFinding(t, check(t, "redis://"+sentinel.Addr), Misconfigured, "Redis sentinel")
	_, _, err = opened(t, "redis://"+sentinel.Addr).Connect(t.Context())
	wantCause(t, err, Topology)

	var report Report
	checkServer(map[string]string{"redis_version": "4.0.14"}, nil, &report)
	wantFinding(t, report, Misconfigured, "too old")
}

func TestCheckWhileOutOfMemory(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	do(t, client(t, url), "config", "set", "maxmemory", "1")
	wantFinding(t, check(t, url), Warning, "OOM")
}
