package collections

import (
	"fmt"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
	"materializer/projections/values"
)

// errLiteral is for text that PostgreSQL reads but would write otherwise.
func errLiteral(typeName string) error {
	return datum.Errorf("0A000", "literals of type %s are not supported unless written as PostgreSQL writes them", typeName)
}

// opaqueTypes are kept as text. Each has a function that brings text into
// PostgreSQL's form; of unknown types only what PostgreSQL wrote is read.
func opaqueTypes() []function.Type {
	return append(geometricTypes(),
		function.Type{Kind: catalog.Base, Make: storedCodec, Order: opaqueOrder},
		opaqueType("inet", parseInet),
		opaqueType("cidr", parseCIDR),
		opaqueType("macaddr", parseMacaddr),
		opaqueType("macaddr8", parseMacaddr8),
		opaqueType("bit", parseBits),
		opaqueType("varbit", parseBits),
		opaqueType("pg_lsn", parseLSN),
		opaqueType("xid", parseXID),
		opaqueType("cid", parseXID),
		opaqueType("xid8", parseXID8),
		opaqueType("tid", parseTID),
		opaqueType("money", parseMoney),
	)
}

func opaqueType(name string, parse func(string) (string, error)) function.Type {
	codec := function.Codec{
		Parse: func(text string) (any, error) {
			text, err := parse(text)
			return boxed(datum.Opaque(text), err)
		},
		Append: appendOpaque,
	}
	return function.Type{
		Name:  name,
		Make:  func(*catalog.Type, function.Types) (function.Codec, error) { return codec, nil },
		Order: opaqueOrder,
	}
}

func storedCodec(*catalog.Type, function.Types) (function.Codec, error) {
	return function.Codec{
		Parse:  func(text string) (any, error) { return datum.Opaque(text), nil },
		Append: appendOpaque,
		Stored: true,
	}, nil
}

func appendOpaque(dst []byte, value any) []byte { return append(dst, value.(datum.Opaque)...) }

func opaqueOrder(t *catalog.Type, _ function.Types) (function.Compare, error) {
	encode, ok := values.Order(t)
	if !ok {
		return nil, fmt.Errorf("values of type %s cannot be compared", t.Name)
	}
	return function.ByEncoding(function.Codec{Append: appendOpaque}, encode), nil
}
