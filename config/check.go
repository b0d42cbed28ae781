package config

import (
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// The checks below return what is wrong with a value and how to mend it. They
// never repeat a value that may hold a secret.

const (
	slotPrefix = "materializer_"
	maxName    = 63 - len(slotPrefix)
)

var plainName = regexp.MustCompile(`^[a-z0-9_]+$`)

func checkName(value string) (message, hint string) {
	if plainName.MatchString(value) && len(value) <= maxName {
		return "", ""
	}
	return fmt.Sprintf("name: %q cannot name a replication slot", value),
		fmt.Sprintf("lower-case letters, digits and _, at most %d: %s", maxName, sanitizeName(value))
}

// sanitizeName makes a name of what is none: My-Shop becomes my_shop.
func sanitizeName(value string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, strings.ToLower(value))
	return name[:min(len(name), maxName)]
}

func checkSlot(value string) (message, hint string) {
	if plainName.MatchString(value) && len(value) <= 63 {
		return "", ""
	}
	return fmt.Sprintf("source.slot: %q cannot name a replication slot", value), "lower-case letters, digits and _, at most 63"
}

func checkPublication(value string) (message, hint string) {
	if len(value) <= 63 && !strings.ContainsAny(value, "\x00\n") {
		return "", ""
	}
	return "source.publication cannot name a publication", "at most 63 bytes, on one line"
}

func checkSourceURL(value string) (message, hint string) {
	config, err := pgconn.ParseConfig(value)
	if err != nil {
		return "source.url is not a connection URL of PostgreSQL: " + sourceURLReason(err),
			"for example postgres://user:password@host:5432/database; in a password @ : / # ? % are written %40 %3A %2F %23 %3F %25"
	}
	if config.Database == "" {
		return "source.url names no database", "for example postgres://user@host:5432/database"
	}
	return "", ""
}

// sourceURLReason is pgx's reason without the URL and without the parts that it
// quotes of a URL that cannot be parsed.
func sourceURLReason(err error) string {
	_, reason, found := strings.Cut(err.Error(), "`: ")
	for _, vague := range []string{"failed to parse as URL", "failed to parse as keyword/value"} {
		if !found || strings.Contains(reason, vague) {
			return "it cannot be parsed"
		}
	}
	return reason
}

// sourceDatabase is the database that a checked URL names.
func sourceDatabase(value string) string {
	config, err := pgconn.ParseConfig(value)
	if err != nil {
		return ""
	}
	return config.Database
}

func checkTargetURL(value string) (message, hint string) {
	const example = "for example redis://user:password@host:6379/0, rediss:// for TLS, unix:///path/to/socket"
	u, err := url.Parse(value)
	if err != nil {
		return "target.url cannot be parsed", example + "; in a password @ : / # ? % are written %40 %3A %2F %23 %3F %25"
	}
	switch u.Scheme {
	case "redis", "rediss":
		if path := strings.Trim(u.Path, "/"); path != "" {
			if n, err := strconv.Atoi(path); err != nil || n < 0 {
				return "target.url: behind the host stands the number of a database", example
			}
		}
		return "", ""
	case "unix":
		if u.Path == "" {
			return "target.url names no socket", example
		}
		return "", ""
	}
	return "target.url is not a URL of Redis", example
}

func checkListen(value string) (message, hint string) {
	if value == "off" {
		return "", ""
	}
	const hinted = "for example 127.0.0.1:8090, :8090 for every interface, or off"
	_, port, err := net.SplitHostPort(value)
	if err != nil {
		return fmt.Sprintf("http.listen: %s is not host:port", value), hinted
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Sprintf("http.listen: %s is not a port", port), hinted
	}
	return "", ""
}

func checkToken(value string) (message, hint string) {
	if strings.ContainsAny(value, " \t\r\n") {
		return "http.token has white space, which no header can carry", ""
	}
	return "", ""
}

func oneOf(possible ...string) func(string) (string, string) {
	return func(value string) (message, hint string) {
		if slices.Contains(possible, value) {
			return "", ""
		}
		return fmt.Sprintf("%s is not one of %s", value, strings.Join(possible, ", ")), didYouMean(value, possible)
	}
}
