package aggregates

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"testing"

	"materializer/internal/proof"
)

// actual names argument types for the signatures whose parameters are not types.
var actual = map[string][][]string{
	"count()":                            {{}},
	"count(any)":                         {{"text"}, {"jsonb"}},
	"min(anyarray)":                      {{"_int4"}, {"_text"}, {"_numeric"}, {"_float8"}},
	"max(anyarray)":                      {{"_int4"}, {"_text"}, {"_numeric"}, {"_float8"}},
	"min(anyenum)":                       {{"mood"}},
	"max(anyenum)":                       {{"mood"}},
	"array_agg(anynonarray)":             {{"int4"}, {"text"}, {"mood"}, {"pair"}, {"jsonb"}, {"bytea"}, {"int4range"}, {"timestamptz"}},
	"array_agg(anyarray)":                {{"_int4"}, {"_text"}},
	"json_agg(anyelement)":               {{"int4"}, {"text"}, {"_int4"}, {"pair"}, {"json"}, {"jsonb"}, {"numeric"}, {"float8"}, {"bool"}, {"timestamptz"}, {"mood"}},
	"jsonb_agg(anyelement)":              {{"int4"}, {"text"}, {"_int4"}, {"pair"}, {"json"}, {"jsonb"}, {"numeric"}, {"float8"}, {"bool"}, {"timestamptz"}, {"mood"}},
	"json_object_agg(any,any)":           {{"text", "int4"}, {"float8", "text"}, {"bool", "jsonb"}, {"date", "pair"}, {"jsonb", "int4"}, {"_int4", "int4"}, {"mood", "numeric"}},
	"jsonb_object_agg(any,any)":          {{"text", "int4"}, {"float8", "text"}, {"numeric", "text"}, {"bool", "jsonb"}, {"date", "pair"}, {"jsonb", "int4"}, {"_int4", "int4"}, {"mood", "numeric"}},
	"range_agg(anyrange)":                {{"int4range"}, {"daterange"}},
	"range_agg(anymultirange)":           {{"int4multirange"}},
	"range_intersect_agg(anyrange)":      {{"int4range"}, {"daterange"}},
	"range_intersect_agg(anymultirange)": {{"int4multirange"}},
}

// argumentTypes are the types with which a signature is tested.
func argumentTypes(signature string) [][]string {
	if types, ok := actual[signature]; ok {
		return types
	}
	_, parameters, _ := strings.Cut(strings.TrimSuffix(signature, ")"), "(")
	return [][]string{strings.Split(parameters, ",")}
}

// Every function, computed by rows, gives what PostgreSQL gives.
func TestByRows(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, signature := range l.supported() {
		t.Run(signature, func(t *testing.T) {
			for _, types := range argumentTypes(signature) {
				s := l.subject(t, signature, types)
				var queries, got []string
				for round := range 40 {
					var rows []row
					for range min(round, 1+l.random.IntN(7)) {
						rows = append(rows, l.row(t, s))
					}
					queries, got = append(queries, s.sql(rows)), append(got, s.byRows(rows))
				}
				l.compare(t, queries, got)
			}
		})
	}
}

// What can be maintained equals PostgreSQL's answer over the rows that are left, at
// every step of a history of rows that come and go.
func TestMaintained(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, signature := range l.supported() {
		for _, types := range argumentTypes(signature) {
			t.Run(signature+" of "+strings.Join(types, ","), func(t *testing.T) {
				if s := l.subject(t, signature, types); s.Maintenance() != None {
					l.history(t, s)
				}
			})
		}
	}
}

// history adds and removes rows, and compares after each step.
func (l *lab) history(t *testing.T, s subject) {
	var rows []row
	group := keeper(t, s)
	var queries, got []string
	for step := range 60 {
		if len(rows) > 0 && l.random.IntN(5) < 2 {
			i := l.random.IntN(len(rows))
			group.remove(rows[i])
			rows = slices.Delete(rows, i, i+1)
		} else {
			r := l.row(t, s)
			r.step = step
			group.add(r)
			rows = append(rows, r)
		}
		value, err := group.result()
		queries, got = append(queries, s.sql(rows)), append(got, proof.Answer(s.result, value, err))
	}
	l.compare(t, queries, got)
}

// kept is a maintained group.
type kept interface {
	add(row)
	remove(row)
	result() (any, error)
}

func keeper(t *testing.T, s subject) kept {
	if s.Maintenance() == Additive {
		return &keptState{t: t, s: s}
	}
	return &keptKeys{t: t, s: s}
}

type keptState struct {
	t     *testing.T
	s     subject
	state []byte
}

func (k *keptState) add(r row)    { k.state = k.combine(k.s.AppendSum, r.args) }
func (k *keptState) remove(r row) { k.state = k.combine(k.s.AppendDifference, r.args) }

func (k *keptState) combine(combine func(dst, x, y []byte) ([]byte, error), args []any) []byte {
	contribution, err := k.s.AppendContribution(nil, args)
	if err != nil {
		k.t.Fatal(err)
	}
	state, err := combine(nil, k.state, contribution)
	if err != nil {
		k.t.Fatal(err)
	}
	return state
}

func (k *keptState) result() (any, error) { return k.s.Result(k.state) }

// keptKeys is an ordered index: keys and the texts of their values.
type keptKeys struct {
	t       *testing.T
	s       subject
	entries []keptKey
}

type keptKey struct {
	key  []byte
	step int
	text string
}

func (k *keptKeys) add(r row) {
	if r.args[0] == nil {
		return
	}
	key, err := k.s.AppendKey(nil, r.args[0])
	if err != nil {
		k.t.Fatal(err)
	}
	k.entries = append(k.entries, keptKey{key, r.step, string(k.s.AppendText(nil, r.args[0]))})
}

func (k *keptKeys) remove(r row) {
	k.entries = slices.DeleteFunc(k.entries, func(e keptKey) bool { return e.step == r.step })
}

func (k *keptKeys) result() (any, error) {
	if len(k.entries) == 0 {
		return nil, nil
	}
	best := slices.MaxFunc(k.entries, func(a, b keptKey) int {
		order, steps := bytes.Compare(a.key, b.key), cmp.Compare(a.step, b.step)
		if !k.s.Largest() {
			order = -order
		}
		if k.s.args[0].Name == "bpchar" {
			steps = -steps
		}
		return cmp.Or(order, steps)
	})
	return k.s.ParseText(best.text)
}
