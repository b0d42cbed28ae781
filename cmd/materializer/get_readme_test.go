package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"materializer/internal/servers/servertest"
)

// readmeShop is the database that the README speaks of.
const readmeShop = `
CREATE TABLE categories (id int PRIMARY KEY, name text NOT NULL);
CREATE TABLE products (id int PRIMARY KEY, category_id int REFERENCES categories, name text NOT NULL,
	status text NOT NULL, price numeric(10,2) NOT NULL, list_price numeric(10,2) NOT NULL);
CREATE TABLE reviews (id int PRIMARY KEY, product_id int REFERENCES products, rating int NOT NULL, body text NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
INSERT INTO categories VALUES (1, 'Kitchen');
INSERT INTO products VALUES (42, 1, 'Cup', 'active', 9.50, 12), (43, 1, 'Jug', 'archived', 20, 20);
INSERT INTO reviews VALUES (1, 42, 4, ''), (2, 42, 5, 'Holds tea.');
`

var (
	readmeYAML = regexp.MustCompile("(?s)```yaml\n(name: shop\n.*?)```")
	readmeGet  = regexp.MustCompile(`redis-cli GET product:42\n# (.*)\n`)
	readmeList = regexp.MustCompile(`redis-cli ZRANGE category:1:products 0 9 WITHSCORES\n# (.*)\n# (.*)\n`)
)

// The README's configuration makes the README's documents.
func TestReadme(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	found := func(pattern *regexp.Regexp) []string {
		match := pattern.FindStringSubmatch(string(text))
		if match == nil {
			t.Fatalf("the README has no %s", pattern)
		}
		return match[1:]
	}
	w := &world{t: t, pg: servertest.Database(t, readmeShop), redis: servertest.Redis(t), dir: t.TempDir()}
	w.configureWith(found(readmeYAML)[0])
	here := []string{"--name", w.name(), "--source-url", w.pg, "--target-url", w.redis, "--state-dir", w.state(), "--http-listen", "off"}
	_, messages := w.run(exitDone, append(here, "validate")...)
	if strings.Contains(messages, "warning") {
		t.Errorf("the README's configuration is warned of:\n%s", messages)
	}
	w.run(exitDone, append(here, "run", "--exit-when-caught-up")...)
	if got, want := w.get("product:42"), found(readmeGet)[0]; got != want {
		t.Errorf("the README shows\n%s\nand it is\n%s", want, got)
	}
	list := found(readmeList)
	if out, _ := w.run(exitDone, append(here, "get", "products_by_price", "1")...); out != list[1]+"\t"+list[0]+"\n" {
		t.Errorf("the README shows %v, and it is %q", list, out)
	}
}
