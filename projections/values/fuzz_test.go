package values

import (
	"bytes"
	"encoding/json"
	"testing"

	"materializer/catalog"
)

// fuzzTypes are types of every parser of this package.
func fuzzTypes() []*catalog.Type {
	array := func(elem *catalog.Type) *catalog.Type {
		return &catalog.Type{OID: 20010, Name: "_" + elem.Name, Kind: catalog.Array, Elem: elem, Delimiter: ','}
	}
	var all []*catalog.Type
	for oid := range naturals {
		all = append(all, builtin(oid, "builtin"))
	}
	all = append(all, builtin(oidJSON, "json"), jsonbtype,
		&catalog.Type{OID: oidInt2Vector, Name: "int2vector", Kind: catalog.Array, Elem: int4type},
		&catalog.Type{OID: 20001, Name: "hstore", Kind: catalog.Base, HasJSONCast: true},
		&catalog.Type{OID: 20002, Name: "citext", Kind: catalog.Base},
		&catalog.Type{OID: 20003, Name: "mood", Kind: catalog.Enum, Labels: []string{"a", "b"}},
		&catalog.Type{OID: 3904, Name: "int4range", Kind: catalog.Range, Elem: int4type})
	numrange := &catalog.Type{OID: 3906, Name: "numrange", Kind: catalog.Range, Elem: numerictype}
	pair := &catalog.Type{OID: 20004, Name: "pair", Kind: catalog.Composite,
		Attributes: []catalog.Attribute{{Name: "bb", Type: texttypes}, {Name: "a", Type: numrange}}}
	return append(all, numrange, &catalog.Type{OID: 4532, Name: "nummultirange", Kind: catalog.Multirange, Elem: numrange},
		array(int4type), texttypes, array(timetype), pair, array(pair), array(builtin(oidJSON, "json")))
}

// FuzzText gives any text to every function of every type: there may be errors,
// but no panic, and what JSON gives is JSON, whatever PostgreSQL would have said of the text.
func FuzzText(f *testing.F) {
	for _, s := range samples {
		for _, v := range s.values {
			f.Add([]byte(v))
		}
	}
	for _, v := range []string{"[0:1]={1,NULL}", `{{"a\"",NULL},{"{",b}}`, `("{a,""b c""}","[1,2)")`, "{[1,2),(,5]}", "2024-05-06 07:08:09.123+05:30 BC", "[,", "(", "{", "\\x0", `"\ud800`, `{"a":1,"a":2}`} {
		f.Add([]byte(v))
	}
	types := fuzzTypes()
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, typ := range types {
			toJSON, err := JSON(typ)
			if err != nil {
				t.Fatal(err)
			}
			out, err := toJSON(nil, text)
			if err == nil && typ.OID != oidJSONB && !json.Valid(out) {
				t.Errorf("JSON of %s %q: %s", typ.Name, text, out)
			}
			if _, err := KeyText(typ)(nil, text); err != nil && typ.Unwrap().OID != oidBool {
				t.Errorf("KeyText of %s: %v", typ.Name, err)
			}
			order, ok := Order(typ)
			if !ok {
				continue
			}
			one, err := order([]byte("before"), text)
			if err != nil {
				continue
			}
			two, err := order(nil, text)
			if err != nil || !bytes.Equal(one[len("before"):], two) {
				t.Errorf("Order of %s %q depends on dst: %x, %x, %v", typ.Name, text, one, two, err)
			}
		}
	})
}
