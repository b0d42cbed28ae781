package signatures

import (
	"strconv"
	"strings"
	"sync"

	"materializer/catalog"
)

// ByName finds a built-in type by its name in pg_type, nil if there is none.
func ByName(name string) *catalog.Type { return builtIn()[name] }

// builtIn are the types of pg_catalog as package catalog would have loaded them.
var builtIn = sync.OnceValue(func() map[string]*catalog.Type {
	types, elements := map[string]*catalog.Type{}, map[string]string{}
	for _, row := range Rows(Types) {
		oid, _ := strconv.ParseUint(row[0], 10, 32)
		t := &catalog.Type{
			OID: uint32(oid), Schema: "pg_catalog", Name: row[1], Kind: catalog.Kind(row[2][0]),
			Category: row[3][0], BaseMod: -1, Delimiter: ',',
		}
		if t.Name == "box" {
			t.Delimiter = ';'
		}
		if row[5] != "" && t.Kind == catalog.Base {
			t.Kind = catalog.Array
		}
		types[t.Name], elements[t.Name] = t, row[5]+row[7] // never both
	}
	for name, element := range elements {
		types[name].Elem = types[element]
	}
	return types
})

// Rows cuts a table into its lines and fields.
func Rows(table string) [][]string {
	var rows [][]string
	for line := range strings.Lines(table) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return rows
}
