package config

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// mask stands for a secret wherever one would be shown.
const mask = "xxxxx"

// secretPatterns find, as their only group, what must not be shown in a line of
// text: the password of a URL, of a connection string, a token.
var secretPatterns = []*regexp.Regexp{
	regexp.MustCompile(`://[^/?#\s:@]*:(.*)@`),
	regexp.MustCompile(`(?i)\b(?:ssl)?password["']?\s*[=:]\s*("[^"]*"?|'[^']*'?|[^\s&,}]+)`),
	regexp.MustCompile(`(?i)\btoken["']?\s*[=:]\s*("[^"]*"?|'[^']*'?|[^\s&,}]+)`),
}

// RedactURL is a connection URL or string fit to be shown: without its password.
func RedactURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" {
		return replaceSecrets(raw, func(string) string { return mask })
	}
	query := u.Query()
	for name := range query {
		if strings.HasSuffix(strings.ToLower(name), "password") {
			query.Set(name, mask)
			u.RawQuery = query.Encode()
		}
	}
	return u.Redacted()
}

// maskSecrets keeps the length of the line, for the caret below it. What is
// taken from the environment (${VAR}) is not in the line and need not be masked.
func maskSecrets(line string) string {
	return replaceSecrets(line, func(secret string) string {
		return strings.Repeat("*", utf8.RuneCountInString(secret))
	})
}

func replaceSecrets(line string, with func(secret string) string) string {
	for _, pattern := range secretPatterns {
		found := pattern.FindAllStringSubmatchIndex(line, -1)
		for i := len(found) - 1; i >= 0; i-- {
			start, end := found[i][2], found[i][3]
			line = line[:start] + with(line[start:end]) + line[end:]
		}
	}
	return line
}
