package writer

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Severity says what a Finding means for a start.
type Severity int

// The severities.
const (
	Warning       Severity = iota + 1 // worth knowing
	Misconfigured                     // it would not work
	Policy                            // it would work and lose documents
)

// Finding is one thing about the server that an operator should know.
type Finding struct {
	Severity Severity
	Text     string
}

// Report is what Check found.
type Report struct {
	Version  string // empty if the server would not say
	Findings []Finding
}

// Worst is the highest severity found, 0 if there is nothing to say.
func (r Report) Worst() Severity {
	var worst Severity
	for _, f := range r.Findings {
		worst = max(worst, f.Severity)
	}
	return worst
}

func (r *Report) add(s Severity, format string, args ...any) {
	r.Findings = append(r.Findings, Finding{s, fmt.Sprintf(format, args...)})
}

// Check examines the server without changing anything: its kind, version and
// eviction policy, and whether our user may do what writing takes, on the
// writer's own keys and on the samples: keys such as the projections make.
func (r *Redis) Check(ctx context.Context, samples ...[]byte) (Report, error) {
	c := newConnection(*r.options)
	defer c.close()
	var report Report
	if err := r.checkServer(ctx, c, &report); err != nil {
		return report, newError("check Redis", err)
	}
	if report.Worst() >= Misconfigured {
		return report, nil // a Sentinel would refuse every command
	}
	if err := r.checkPermissions(ctx, c, samples, &report); err != nil {
		return report, newError("check Redis", err)
	}
	return report, nil
}

func (r *Redis) checkServer(ctx context.Context, c *connection, report *Report) error {
	text, err := c.one(ctx, "info", "server")
	if err != nil && causeOf(err) == Permission {
		report.add(Warning, "the Redis user may not run INFO: version and eviction policy are unknown")
		return nil
	}
	if err != nil {
		return err
	}
	server := infoFields(text)
	memory, err := c.one(ctx, "info", "memory")
	if err != nil {
		return err
	}
	checkServer(server, infoFields(memory), report)
	return nil
}

func checkServer(server, memory map[string]string, report *Report) {
	report.Version = server["redis_version"]
	switch mode := server["redis_mode"]; mode {
	case "cluster", "sentinel":
		report.add(Misconfigured, "the target is a Redis %s, which is not supported: give the URL of one standalone server", mode)
	}
	major, _, _ := strings.Cut(report.Version, ".")
	if n, err := strconv.Atoi(major); err == nil && n < 5 {
		report.add(Misconfigured, "Redis %s is too old: version 5 or newer is needed", report.Version)
	}
	// Policies named volatile-* only take keys with a time to live; ours have none.
	policy := memory["maxmemory_policy"]
	if limit := memory["maxmemory"]; limit != "0" && limit != "" && strings.HasPrefix(policy, "allkeys-") {
		report.add(Policy, "Redis would evict documents (maxmemory %s bytes, maxmemory-policy %s): set maxmemory-policy noeviction", limit, policy)
	}
}

func infoFields(reply any) map[string]string {
	text, _ := reply.(string)
	fields := map[string]string{}
	for line := range strings.Lines(text) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			fields[key] = value
		}
	}
	return fields
}

func (r *Redis) checkPermissions(ctx context.Context, c *connection, samples [][]byte, report *Report) error {
	// These are executed, on nothing: the name is this connection's own, and
	// there is no client of that id.
	harmless := []*redis.Cmd{
		newCommand(ctx, "client", "id"),
		newCommand(ctx, "client", "setname", r.key("check")),
		newCommand(ctx, "client", "list"),
		newCommand(ctx, "client", "kill", "id", int64(1)<<62),
		newCommand(ctx, "unwatch"),
		newCommand(ctx, "watch", r.MarkerKey()),
		newCommand(ctx, "multi"),
		newCommand(ctx, "discard"),
	}
	if err := c.run(ctx, harmless...); err != nil {
		return err
	}
	if err := reportForbidden(harmless, report); err != nil || report.Worst() >= Misconfigured {
		return err // without MULTI the rest would be executed
	}
	rehearsed := r.permissionsNeeded(ctx, samples)
	if err := rehearse(ctx, c, rehearsed); err != nil {
		return err
	}
	return reportForbidden(rehearsed, report)
}

func (r *Redis) permissionsNeeded(ctx context.Context, samples [][]byte) []*redis.Cmd {
	scratch := r.key("check")
	commands := []*redis.Cmd{
		newCommand(ctx, "hset", scratch, "field", ""),
		newCommand(ctx, "hmget", scratch, "field"),
		newCommand(ctx, "scan", 0),
	}
	for _, key := range append([][]byte{[]byte(scratch)}, samples...) {
		commands = append(commands,
			newCommand(ctx, "mset", key, ""),
			newCommand(ctx, "hset", key, "", ""),
			newCommand(ctx, "sadd", key, ""),
			newCommand(ctx, "srem", key, ""),
			newCommand(ctx, "zadd", key, 0, ""),
			newCommand(ctx, "zrem", key, ""),
			newCommand(ctx, "unlink", key),
			newCommand(ctx, "type", key),
			newCommand(ctx, "get", key),
			newCommand(ctx, "mget", key))
	}
	return commands
}

// reportForbidden adds what the user may not do. Other troubles that Redis
// answers with, such as a full memory, pass and are only worth a warning.
func reportForbidden(commands []*redis.Cmd, report *Report) error {
	for _, command := range commands {
		err := command.Err()
		switch {
		case err == nil || errors.Is(err, redis.Nil):
		case causeOf(err) == Permission, causeOf(err) == Other:
			report.add(Misconfigured, "the Redis user may not do what writing takes: %s %s: %v", command.Name(), operand(command), err)
		case causeOf(err) == Auth, causeOf(err) == Topology:
			return err
		default:
			report.add(Warning, "Redis refuses writes for now: %v", err)
			return nil
		}
	}
	return nil
}

func operand(command *redis.Cmd) string {
	if args := command.Args(); len(args) > 1 {
		if key, ok := args[1].([]byte); ok {
			return string(key)
		}
		return fmt.Sprint(args[1])
	}
	return ""
}
