package config

import (
	"net/url"
	"regexp"
	"strings"
)

// Lookup finds an environment variable, like os.LookupEnv.
type Lookup func(name string) (value string, found bool)

// value is a variable that is set and not empty: an empty one is how shells unset.
func (env Lookup) value(name string) (string, bool) {
	value, found := env(name)
	return value, found && value != ""
}

var (
	variable     = regexp.MustCompile(`\$?\$\{[^}]*\}?`)
	variableName = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)
)

// expand replaces ${NAME} in every text of the sections other than projections,
// where braces hold SQL. $${ is a literal ${.
func (doc *document) expand(env Lookup) {
	for section, e := range doc.top {
		if section != "projections" {
			doc.expandNode(env, e.value)
		}
	}
}

func (doc *document) expandNode(env Lookup, n *node) {
	for _, item := range n.items {
		doc.expandNode(env, item)
	}
	for _, e := range n.entries {
		doc.expandNode(env, e.value)
	}
	n.text.Value = variable.ReplaceAllStringFunc(n.text.Value, func(found string) string {
		if strings.HasPrefix(found, "$$") {
			return found[1:]
		}
		name := variableName.FindStringSubmatch(found)
		if name == nil {
			doc.mistake("", n.place, "letters, digits and _ name a variable: ${NAME}; a literal ${ is written $${", "a ${ that names no variable")
			return ""
		}
		value, known := env(name[1])
		if !known {
			doc.mistake("", n.place, "set it, or write the value itself; a literal ${ is written $${", "the environment has no variable %s", name[1])
		}
		return value
	})
}

// sourceFromEnvironment is the source where no setting names it: the URL, and the variable that it comes from.
func sourceFromEnvironment(env Lookup) (value, variable string) {
	if value, ok := env.value("DATABASE_URL"); ok {
		return value, "DATABASE_URL"
	}
	for _, name := range []string{"PGHOST", "PGSERVICE", "PGDATABASE", "PGUSER"} {
		if _, ok := env.value(name); ok {
			return urlFromLibpq(env), name
		}
	}
	return "", ""
}

// urlFromLibpq writes libpq's variables as a URL. The rest of them (PGSSLROOTCERT, ...) the driver reads itself.
func urlFromLibpq(env Lookup) string {
	parameters := url.Values{}
	for name, parameter := range map[string]string{
		"PGHOST": "host", "PGPORT": "port", "PGUSER": "user", "PGPASSWORD": "password", "PGSSLMODE": "sslmode", "PGSERVICE": "service",
	} {
		if value, ok := env.value(name); ok {
			parameters.Set(parameter, value)
		}
	}
	out := url.URL{Scheme: "postgres", Host: "", Path: "/", RawQuery: parameters.Encode()}
	if database, ok := env.value("PGDATABASE"); ok {
		out.Path += database
	} else if user, ok := env.value("PGUSER"); ok {
		out.Path += user // libpq's default
	}
	return out.String()
}
