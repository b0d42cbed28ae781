package expressions

import (
	"strings"

	"materializer/catalog"
	"materializer/projections/expressions/signatures"
)

// citextType is the type of the trusted extension citext. Extensions are no
// part of PostgreSQL's own catalog; this one is known by its name.
var citextType = &catalog.Type{Schema: "public", Name: "citext", Kind: catalog.Base, BaseMod: -1, Delimiter: ',', Category: 'S'}

// extensionType finds the one pointer by which an extension's type is known, nil for other types.
func extensionType(t *catalog.Type) *catalog.Type {
	if t.Name == "citext" && t.Kind == catalog.Base {
		return citextType
	}
	return nil
}

// What citext--1.6.sql makes. Functions: name, arguments, result, and a for
// aggregates. All are immutable and strict.
const citextFunctions = `citext bpchar citext
citext bool citext
citext inet citext
citext_eq citext,citext bool
citext_ne citext,citext bool
citext_lt citext,citext bool
citext_le citext,citext bool
citext_gt citext,citext bool
citext_ge citext,citext bool
citext_cmp citext,citext int4
citext_larger citext,citext citext
citext_smaller citext,citext citext
citext_pattern_lt citext,citext bool
citext_pattern_le citext,citext bool
citext_pattern_gt citext,citext bool
citext_pattern_ge citext,citext bool
citext_pattern_cmp citext,citext int4
texticlike citext,citext bool
texticlike citext,text bool
texticnlike citext,citext bool
texticnlike citext,text bool
texticregexeq citext,citext bool
texticregexeq citext,text bool
texticregexne citext,citext bool
texticregexne citext,text bool
regexp_match citext,citext _text
regexp_match citext,citext,text _text
regexp_replace citext,citext,text text
regexp_replace citext,citext,text,text text
regexp_split_to_array citext,citext _text
regexp_split_to_array citext,citext,text _text
replace citext,citext,citext text
split_part citext,citext,int4 text
strpos citext,citext int4
translate citext,citext,text text
max citext citext a
min citext citext a`

// Operators: name, right argument, function. The left argument is a citext, the result a boolean.
const citextOperators = `= citext citext_eq
<> citext citext_ne
< citext citext_lt
<= citext citext_le
> citext citext_gt
>= citext citext_ge
~~ citext texticlike
~~ text texticlike
!~~ citext texticnlike
!~~ text texticnlike
~~* citext texticlike
~~* text texticlike
!~~* citext texticnlike
!~~* text texticnlike
~ citext texticregexeq
~ text texticregexeq
!~ citext texticregexne
!~ text texticregexne
~* citext texticregexeq
~* text texticregexeq
!~* citext texticregexne
!~* text texticregexne
~<~ citext citext_pattern_lt
~<=~ citext citext_pattern_le
~>~ citext citext_pattern_gt
~>=~ citext citext_pattern_ge`

func withCitext(name string) *catalog.Type {
	if name == "citext" {
		return citextType
	}
	return signatures.ByName(name)
}

// addExtensions adds what citext brings.
func (k *catalogue) addExtensions() {
	for line := range strings.Lines(citextFunctions) {
		fields := strings.Fields(line)
		f := &signature{name: fields[0], key: fields[0] + "(" + fields[1] + ")", result: withCitext(fields[2]), volatility: 'i', strict: true, aggregate: len(fields) > 3}
		for name := range strings.SplitSeq(fields[1], ",") {
			f.args = append(f.args, withCitext(name))
		}
		k.addFunction(f)
	}
	for line := range strings.Lines(citextOperators) {
		fields := strings.Fields(line)
		k.operators[fields[0]] = append(k.operators[fields[0]], &operator{
			name: fields[0], left: citextType, right: withCitext(fields[1]), result: builtIn("bool"), function: k.byKey[fields[2]+"(citext,"+fields[1]+")"],
		})
	}
	for _, name := range []string{"text", "varchar", "bpchar"} {
		to, back := cast{context: 'i', method: 'b'}, cast{context: 'a', method: 'b'}
		if name == "bpchar" {
			to.context = 'a'
			back = cast{context: 'a', method: 'f', function: k.byKey["citext(bpchar)"]}
		}
		k.casts[pair{citextType, builtIn(name)}], k.casts[pair{builtIn(name), citextType}] = to, back
	}
	for _, name := range []string{"bool", "inet"} {
		k.casts[pair{builtIn(name), citextType}] = cast{context: 'a', method: 'f', function: k.byKey["citext("+name+")"]}
	}
}
