package values

import (
	"testing"

	"materializer/catalog"
)

func TestTells(t *testing.T) {
	t.Parallel()
	oids := map[string]uint32{"int4": 23, "int8": 20, "numeric": 1700, "float8": 701, "bpchar": 1042, "text": 25, "varchar": 1043, "date": 1082, "timestamptz": 1184}
	scalar := func(name string) *catalog.Type {
		return &catalog.Type{OID: oids[name], Name: name, Schema: "pg_catalog", Kind: catalog.Base}
	}
	tests := []struct {
		a, b string // joined
		of   string // the side that is unique
		want bool
	}{
		{"int4", "int8", "int4", true},
		{"int8", "numeric", "int8", true},
		{"int4", "float8", "int4", true},
		{"int8", "float8", "int8", false},
		{"bpchar", "text", "bpchar", true},
		{"bpchar", "varchar", "varchar", false},
		{"date", "timestamptz", "date", true},
		{"text", "text", "text", true},
	}
	for _, test := range tests {
		class, err := JoinClass(scalar(test.a), scalar(test.b))
		if err != nil {
			t.Fatal(err)
		}
		if got := class.Tells(scalar(test.of)); got != test.want {
			t.Errorf("%s = %s in class %s: Tells(%s) = %v, want %v", test.a, test.b, class, test.of, got, test.want)
		}
	}
}
