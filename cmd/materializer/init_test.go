package main

import (
	"os"
	"path/filepath"
	"testing"
)

// What init writes is accepted by validate and run as it is.
func TestInit(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if err := os.Remove(filepath.Join(w.dir, "projections.yaml")); err != nil {
		t.Fatal(err)
	}
	source := "--source-url=" + w.pg
	out, _ := w.run(exitDone, "init", "products", source)
	wantIn(t, out, "from: products", "one: categories", "many: reviews", "columns: [id, category_id, sku, name, price]")

	_, messages := w.run(exitDone, "init", "products", source, "--output", "projections.yaml")
	wantIn(t, messages, "wrote projections.yaml")
	written, err := os.ReadFile(filepath.Join(w.dir, "projections.yaml"))
	if err != nil || string(written) != out {
		t.Errorf("%v: wrote\n%s\nand printed\n%s", err, written, out)
	}
	w.run(exitDone, "validate", source)
	w.run(exitDone, "run", "--exit-when-caught-up", source, "--target-url="+w.redis, "--http-listen=off")
	wantIn(t, w.get("product:7"), `"id":7,"category_id":2,"sku":"sku7"`, `"category":{"id":2,"name":"books"}`, `"reviews":[{`)

	_, messages = w.run(exitUsage, "init", "products", source, "-o", "projections.yaml")
	wantIn(t, messages, "projections.yaml is there already", "--force")
	w.run(exitDone, "init", "reviews", source, "-o", "projections.yaml", "--force")
	w.run(exitDone, "validate", source)
}

func TestInitRefuses(t *testing.T) {
	t.Parallel()
	w := setup(t)
	_, messages := w.run(exitUsage, "init", "product")
	wantIn(t, messages, "there is no table product", "did you mean products?")
	w.exec("CREATE TABLE heap (a int)")
	_, messages = w.run(exitUsage, "init", "heap")
	wantIn(t, messages, "table heap has no primary key", "add a primary key")
	w.run(exitUsage, "init")

	w.configureWith("projections: 7") // a mistake of no concern
	out, _ := w.run(exitDone, "init", "reviews", "--source-url="+w.pg)
	wantIn(t, out, "from: reviews")
	_, messages = w.run(exitUsage, "init", "reviews")
	wantIn(t, messages, "source.url is not set", "projections")
	_, messages = w.run(exitUsage, "init", "reviews", "--source-url="+w.pg, "--config", "nowhere.yaml")
	wantIn(t, messages, "cannot read the configuration")
}

func TestWithoutPassword(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"postgres://app:secret@db:5432/shop?sslmode=disable":    "postgres://app@db:5432/shop?sslmode=disable",
		"postgres:///shop?host=%2Frun&password=secret&user=app": "postgres:///shop?host=%2Frun&user=app",
		"host=db password=secret":                               "",
	} {
		if got := withoutPassword(raw); got != want {
			t.Errorf("%s: got %s, want %s", raw, got, want)
		}
	}
}
