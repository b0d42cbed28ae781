package suggest

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSuggest(t *testing.T) {
	t.Parallel()
	tables := []string{"products", "product_tags", "sales.orders", "order_items", "users", "Users", "id"}
	for _, test := range []struct {
		want string
		give []string
	}{
		{"prodcuts", []string{"products"}},
		{"product", []string{"products"}},
		{"orderItems", []string{"order_items"}},
		{"USERS", []string{"Users", "users"}},
		{"orders", []string{"sales.orders"}},
		{"shop.users", []string{"Users", "users"}},
		{"users", []string{"Users"}},
		{"ids", []string{"id"}},
		{"ix", nil},
		{"invoices", nil},
		{"", nil},
	} {
		if got := Suggest(test.want, tables); !slices.Equal(got, test.give) {
			t.Errorf("Suggest(%q) = %q, want %q", test.want, got, test.give)
		}
	}
}

func TestSuggestAtMostThree(t *testing.T) {
	t.Parallel()
	got := Suggest("abcdef", []string{"abcdeg", "abcdeh", "abcdei", "abcdej", "abcdeg"})
	if want := []string{"abcdeg", "abcdeh", "abcdei"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The distance must be a distance: symmetric, zero for equal texts only, and
// no larger than the number of edits made.
func TestDistance(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.StringMatching(`[abcä]{0,8}`).Draw(t, "a")
		b := rapid.StringMatching(`[abcä]{0,8}`).Draw(t, "b")
		if distance(a, b) != distance(b, a) {
			t.Fatalf("not symmetric: %d and %d", distance(a, b), distance(b, a))
		}
		if (distance(a, b) == 0) != (a == b) {
			t.Fatalf("distance %d", distance(a, b))
		}
		runes := []rune(a)
		if len(runes) < 2 {
			return
		}
		at := rapid.IntRange(0, len(runes)-2).Draw(t, "at")
		swapped := slices.Clone(runes)
		swapped[at], swapped[at+1] = swapped[at+1], swapped[at]
		if d := distance(a, string(swapped)); d > 1 {
			t.Fatalf("a swap of neighbours costs %d", d)
		}
		if d := distance(a, string(slices.Delete(slices.Clone(runes), at, at+1))); d != 1 {
			t.Fatalf("a deletion costs %d", d)
		}
	})
}
