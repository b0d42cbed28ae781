package are

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/datum"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// database has the classes of characters that the package implements.
func database(t *testing.T, name string) string {
	cluster := servertest.Cluster(t)
	servertest.Exec(t, cluster.URL("postgres"), "CREATE DATABASE "+name+" TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'")
	t.Cleanup(func() { servertest.Exec(t, cluster.URL("postgres"), "DROP DATABASE "+name+" WITH (FORCE)") })
	return cluster.URL(name)
}

// question asks PostgreSQL where a match begins and ends, and what its groups are.
type question struct{ text, pattern, flags string }

// sql writes the question. PostgreSQL 14 can only be asked for the groups.
func (q question) sql(release int) string {
	text, pattern, flags := proof.Literal(q.text), proof.Literal(q.pattern), proof.Literal(q.flags)
	if release < 15 {
		return fmt.Sprintf("coalesce(regexp_match(%s, %s, %s)::text, 'none')", text, pattern, flags)
	}
	return fmt.Sprintf("regexp_instr(%[1]s, %[2]s, 1, 1, 0, %[3]s) || ' ' || regexp_instr(%[1]s, %[2]s, 1, 1, 1, %[3]s) || ' ' || coalesce(regexp_match(%[1]s, %[2]s, %[3]s)::text, 'none')"+
		" || ' ' || regexp_like(%[1]s, %[2]s, %[3]s)", text, pattern, flags)
}

func (q question) answer(release int) string {
	options := Options{IgnoreCase: strings.Contains(q.flags, "i"), Expanded: strings.Contains(q.flags, "x")}
	options.LineStop = strings.ContainsAny(q.flags, "np")
	options.LineAnchor = strings.ContainsAny(q.flags, "nw")
	re, err := Compile(q.pattern, options)
	if err != nil {
		var raised *datum.Error
		if errors.As(err, &raised) {
			return "!" + raised.Code
		}
		return err.Error()
	}
	text := []rune(q.text)
	found := re.Find(text, 0)
	if release < 15 {
		if found == nil {
			return "=none"
		}
		return "=" + groups(text, found)
	}
	if found == nil {
		return fmt.Sprintf("=0 0 none %v", re.Test(text, 0))
	}
	return fmt.Sprintf("=%d %d %s %v", found[0]+1, found[1]+1, groups(text, found), re.Test(text, 0))
}

// groups writes captures as an array of text.
func groups(text []rune, found []int) string {
	if len(found) > 2 {
		found = found[2:]
	}
	var fields []string
	for i := 0; i < len(found); i += 2 {
		if found[i] < 0 {
			fields = append(fields, "NULL")
			continue
		}
		field := string(text[found[i]:found[i+1]])
		if field == "" || strings.ContainsAny(field, " \n\t\v\f\r\"\\{},") || strings.EqualFold(field, "null") {
			field = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(field) + `"`
		}
		fields = append(fields, field)
	}
	return "{" + strings.Join(fields, ",") + "}"
}

func compare(t *testing.T, url string, questions []question) {
	t.Helper()
	conn, release := proof.Connect(t, url), servertest.Cluster(t).Version
	var queries []string
	for _, q := range questions {
		queries = append(queries, q.sql(release))
	}
	answers, err := proof.Ask(context.Background(), conn, queries)
	if err != nil {
		t.Fatal(err)
	}
	wrong := 0
	for i, q := range questions {
		if got := q.answer(release); got != answers[i] {
			if wrong++; wrong <= 20 {
				t.Errorf("%q ~ %q flags %q: got %s, want %s", q.text, q.pattern, q.flags, got, answers[i])
			}
		}
	}
	if wrong > 20 {
		t.Errorf("%d of %d wrong", wrong, len(questions))
	}
}

// TestRandom matches random patterns of a small alphabet, in which everything
// is likely to meet everything.
func TestRandom(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 7))
	var questions []question
	for range 3000 {
		g := &generator{Rand: random}
		pattern := g.choice(3)
		for range 3 {
			questions = append(questions, question{g.text(), pattern, pick(random, "", "", "", "i", "n", "p", "w")})
		}
	}
	compare(t, database(t, "random"), questions)
}

type generator struct {
	*rand.Rand
	groups int
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

func (g *generator) text() string {
	var text strings.Builder
	for range g.IntN(9) {
		text.WriteString(pick(g.Rand, "a", "a", "a", "b", "b", "c", "A", " ", "\n", "É", "é"))
	}
	return text.String()
}

func (g *generator) choice(depth int) string {
	text := g.sequence(depth)
	for g.IntN(4) == 0 {
		text += "|" + g.sequence(depth)
	}
	return text
}

func (g *generator) sequence(depth int) string {
	var text strings.Builder
	for range g.IntN(4) {
		text.WriteString(g.quantified(depth))
	}
	return text.String()
}

func (g *generator) quantified(depth int) string {
	if g.IntN(10) == 0 {
		return pick(g.Rand, "^", "$", `\m`, `\M`, `\y`, `\Y`, `\A`, `\Z`, "(?=a)", "(?!a)", "(?<=b)", "(?<!b)", "(?="+g.choice(0)+")", "(?!"+g.choice(0)+")", "(?<="+g.choice(0)+")", "(?<!"+g.choice(0)+")")
	}
	text := g.atom(depth)
	if g.IntN(2) == 0 {
		text += pick(g.Rand, "*", "+", "?", "*?", "+?", "??", "{2}", "{2}?", "{1,2}", "{1,2}?", "{0,2}", "{0}", "{1}", "{1,1}", "{1,1}?", "{2,}", "{2,}?", "{0,1}?")
	}
	return text
}

func (g *generator) atom(depth int) string {
	kind := g.IntN(10)
	switch {
	case kind == 0 && g.groups > 0:
		return fmt.Sprintf(`\%d`, 1+g.IntN(g.groups))
	case kind < 4 && depth > 0:
		if g.IntN(2) == 0 {
			return "(?:" + g.choice(depth-1) + ")"
		}
		text := "(" + g.choice(depth-1) + ")"
		g.groups++
		return text
	}
	return pick(g.Rand, "a", "a", "b", "c", ".", "[ab]", "[^a]", `\w`, `\W`, `\s`, `\S`, "[a-c]", "[[:upper:]]", "é", `[^\W]`, `[\Wa]`)
}
