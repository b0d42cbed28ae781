package projections

import (
	"strings"
	"testing"
)

const fingerprinted = `
projections:
  p:
    from: products
    key: "p:{id}"
    joins: {first: {one: reviews, on: {product_id: id}, order_by: rating}}
    columns: [id, name]
    fields:
      best: first.body
      reviews: {many: reviews, order_by: rating desc, limit: 3, value: body}
      category: {one: categories, fields: {n: name}}
`

// TestFingerprint changes one thing after another and wants another
// fingerprint each time: local state made before must not be used after.
func TestFingerprint(t *testing.T) {
	t.Parallel()
	of := func(schema, text string) string {
		t.Helper()
		cat, err := parseSchema(schema)
		if err != nil {
			t.Fatal(err)
		}
		plan, problems := compileText(cat, text)
		if plan == nil {
			t.Fatalf("%s\n%s", text, problems.Render([]byte(text)))
		}
		return plan.Schema.Fingerprint
	}
	schema := benchSchema
	first := of(schema, fingerprinted)
	if again := of(schema, fingerprinted); again != first {
		t.Fatalf("the same plan has the fingerprints %s and %s", first, again)
	}
	if same := of(schema, strings.ReplaceAll(fingerprinted, "first", "other")); same != first {
		t.Error("the name of a join is not in any document")
	}
	changes := map[string]string{
		`"p:{id}"`:                          `"q:{id}"`,
		"order_by: rating}":                 "order_by: rating desc}",
		"on: {product_id: id}":              "on: {author_id: id}",
		"columns: [id, name]":               "columns: [name, id]",
		"best:":                             "bst:",
		"first.body":                        "first.id",
		"rating desc, limit":                "rating, limit",
		"limit: 3":                          "limit: 4",
		"value: body":                       "key_by: body, value: body",
		"value: body}":                      "value: body, distinct: true}",
		"{one: categories, fields":          "{one: categories, required: true, fields",
		"{one: categories, fields: {n:":     "{one: categories, inline: true, fields: {n:",
		"order_by: rating desc, limit: 3, ": "",
		"from: products\n":                  "from: products\n    key_is_unique: false\n",
	}
	seen := map[string]string{first: "the first"}
	for before, after := range changes {
		text := strings.Replace(fingerprinted, before, after, 1)
		if text == fingerprinted {
			t.Fatalf("%q is not in the configuration", before)
		}
		got := of(schema, text)
		if strings.Contains(after, "key_is_unique") {
			if got != first {
				t.Error("key_is_unique: false is the default and changes nothing")
			}
			continue
		}
		if other := seen[got]; other != "" {
			t.Errorf("%s: the same fingerprint as %s", after, other)
		}
		seen[got] = after
	}
	for before, after := range map[string]string{"name text\n  price": "name varchar\n  price", "id int8 key\n  category_id": "id int4 key\n  category_id"} {
		if got := of(strings.Replace(schema, before, after, 1), fingerprinted); seen[got] != "" {
			t.Errorf("schema with %s: the same fingerprint as %s", after, seen[got])
		}
	}
}
