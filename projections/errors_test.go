package projections

import (
	"strings"
	"testing"

	"materializer/cdc"
	"materializer/store"
)

// TestMalformedRows: bytes that the catalog cannot explain are errors that
// name the table, never a panic and never half a document.
func TestMalformedRows(t *testing.T) {
	t.Parallel()
	cat, err := parseSchema(benchSchema)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newStory(t, cat, benchPlan)
	if err != nil {
		t.Fatal(err)
	}
	reviews, err := s.table("reviews")
	if err != nil {
		t.Fatal(err)
	}
	row, err := assign(reviews, nil, "id=1 product_id=x author_id=1 rating=2 body=b")
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		row  cdc.Row
		want string
	}{
		"cut off":     {row[:len(row)-1], "table reviews: malformed row image"},
		"too short":   {cdc.AppendText(nil, []byte("1")), "table reviews: row image of 1 columns, want 5"},
		"not a value": {row, "table reviews: encode join value: malformed text of type integer"},
	}
	for name, c := range cases {
		touch := func(uint16, []byte) {}
		err := s.toucher.Touch(store.Effect{Table: reviews.Table, New: c.row, NewKey: []byte("k")}, touch)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
	snapshot := s.db.Snapshot()
	defer snapshot.Close()
	reader := snapshot.NewReader()
	defer reader.Close()
	nowhere := store.Touch{Node: uint16(len(s.plan.Nodes))}
	if err := s.plan.NewFollower(reader).Follow(nowhere, nil); err == nil || !strings.Contains(err.Error(), "has no node") {
		t.Errorf("got %v for a touch of another plan", err)
	}
}
