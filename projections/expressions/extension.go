package expressions

import "materializer/catalog"

// Types of trusted extensions that are known by their name, and what PostgreSQL
// would do with them: extensions are not part of its own catalog.
var citextType = &catalog.Type{Schema: "public", Name: "citext", Kind: catalog.Base, BaseMod: -1, Delimiter: ',', Category: 'S'}

// extensionType finds the one pointer by which an extension's type is known, nil for other types.
func extensionType(t *catalog.Type) *catalog.Type {
	if t.Name == "citext" && t.Kind == catalog.Base {
		return citextType
	}
	return nil
}

// addExtensions adds the casts of citext. Its own operators are those
// of comparison and pattern matching; everything else sees a text.
func (k *catalogue) addExtensions() {
	for _, name := range []string{"text", "varchar", "bpchar"} {
		to := builtIn(name)
		k.casts[pair{citextType, to}] = cast{context: 'i', method: 'b'}
		k.casts[pair{to, citextType}] = cast{context: 'a', method: 'b'}
	}
	for _, name := range []string{"=", "<>", "<", "<=", ">", ">="} {
		k.operators[name] = append(k.operators[name], &operator{name: name, left: citextType, right: citextType, result: boolType})
	}
}
