package main

import "testing"

const shapesConfig = `
projections:
  hash:
    from: products
    key: ["hash:{id}", "hash:by:{lower(sku)}"]
    key_is_unique: true
    as: hash
    columns: [id, name, sku]
    fields:
      reviews: {many: reviews, value: count(*)}
      ratings: {many: reviews, value: rating, order_by: rating, limit: 2}
  text: {from: products, key: "text:{id}", as: text, value: "upper(name) || E'\\n' || price"}
  list: {from: products, key: "list:{category_id}", where: id < 4, as: zset, member: "{sku}", score: price::float8 / 3}
  set: {from: products, key: "set:{category_id}", where: id < 4, as: set, member: "{sku}{chr(9)}x"}
`

func TestGetOfEveryShape(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.configure(shapesConfig)
	w.run(exitDone, "run", "--exit-when-caught-up")
	for _, c := range []struct{ projection, key, want string }{
		{"hash", "7", "id\t7\nname\tproduct 7\nratings\t[1,1]\nreviews\t3\nsku\tsku7\n"},
		{"hash", "hash:by:sku7", "id\t7\nname\tproduct 7\nratings\t[1,1]\nreviews\t3\nsku\tsku7\n"},
		{"text", "7", "PRODUCT 7\n7.50\n"},
		{"list", "2", "0.5\tsku1\n0.8333333333333334\tsku2\n1.1666666666666667\tsku3\n"},
		{"set", "set:2", "\"sku1\\tx\"\n\"sku2\\tx\"\n\"sku3\\tx\"\n"},
	} {
		if out, _ := w.run(exitDone, "get", c.projection, c.key); out != c.want {
			t.Errorf("get %s %s: %q, want %q", c.projection, c.key, out, c.want)
		}
	}
	_, messages := w.run(exitFailed, "get", "list", "3")
	wantIn(t, messages, "there is nothing under list:3")
}
