package projections

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"materializer/catalog"
)

// parseSchema makes a catalog of lines such as
//
//	table products
//	  id int8 key
//	  sku text notnull unique
//	  category_id int4 -> categories
//	  total numeric generated "price * 2"
//	  unique (sku, category_id)
//	  foreign (a, b) -> other (c, d)
//	  is unlogged
//	  rows 120000 bytes 4000000
//
// A column has statistics by the words distinct, common, nulls, width and a number.
//
// Names with spaces stand in double quotes, a table's schema before a dot.
func parseSchema(text string) (*catalog.Catalog, error) {
	p := &schemaParser{
		catalog: &catalog.Catalog{Version: 150000, Database: "shop", Encoding: "UTF8", Collate: "C", Types: map[uint32]*catalog.Type{}},
		types:   testTypes(),
	}
	for i, line := range strings.Split(text, "\n") {
		if line, _, _ = strings.Cut(line, "#"); strings.TrimSpace(line) == "" {
			continue
		}
		if err := p.line(words(line)); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	for _, link := range p.links {
		if err := link(); err != nil {
			return nil, err
		}
	}
	return p.catalog, nil
}

type schemaParser struct {
	catalog *catalog.Catalog
	types   map[string]*catalog.Type
	table   *catalog.Table
	links   []func() error // what can be done once all tables are known
}

var wordPattern = regexp.MustCompile(`"[^"]*"(?:\."[^"]*")?|->|[()]|[^\s(),]+`)

func words(line string) []string {
	list := wordPattern.FindAllString(line, -1)
	for i := range list {
		list[i] = strings.ReplaceAll(list[i], `"`, "")
	}
	return list
}

func (p *schemaParser) line(words []string) error {
	switch words[0] {
	case "collate":
		p.catalog.Collate = words[1]
	case "table":
		p.begin(words[1])
	case "unique":
		p.index(&catalog.Index{Name: p.table.Name + "_" + strings.Join(group(words[1:]), "_"), Columns: group(words[1:]), Unique: true}, words)
	case "foreign":
		columns := group(words[1:])
		at := slices.Index(words, "->")
		p.link(columns, words[at+1], group(words[at+2:]))
	case "is":
		return p.is(words[1:])
	case "rows":
		p.table.Rows, p.table.Bytes = decimal(words[1]), int64(decimal(words[3]))
	default:
		return p.column(words)
	}
	return nil
}

func (p *schemaParser) begin(name string) {
	p.table = &catalog.Table{
		OID: uint32(1000 + len(p.catalog.Tables)), Schema: "public", Name: name, Kind: 'r', Persistence: 'p',
		ReplicaIdentity: 'd', Rows: -1, Selectable: true,
	}
	if schema, rest, ok := strings.Cut(name, "."); ok {
		p.table.Schema, p.table.Name = schema, rest
	}
	p.catalog.Tables = append(p.catalog.Tables, p.table)
}

// group reads ( a b ).
func group(words []string) []string {
	if len(words) == 0 || words[0] != "(" {
		return nil
	}
	return words[1:slices.Index(words, ")")]
}

func (p *schemaParser) index(x *catalog.Index, flags []string) {
	x.Partial, x.Deferrable = slices.Contains(flags, "partial"), slices.Contains(flags, "deferrable")
	p.table.Indexes = append(p.table.Indexes, x)
}

func (p *schemaParser) column(words []string) error {
	c := &catalog.Column{Name: words[0], Attnum: int16(len(p.table.Columns) + 1), TypeMod: -1, Selectable: true, Type: p.types[words[1]]}
	if c.Type == nil {
		return fmt.Errorf("unknown type %s", words[1])
	}
	if c.Type.Unwrap().Category == 'S' {
		c.Collation = "default"
	}
	p.table.Columns = append(p.table.Columns, c)
	for i, flag := range words[2:] {
		switch flag {
		case "key":
			p.key(c.Name, words)
			c.NotNull = true
		case "notnull":
			c.NotNull = true
		case "unique":
			p.index(&catalog.Index{Name: p.table.Name + "_" + c.Name, Columns: []string{c.Name}, Unique: true}, words)
		case "generated":
			c.Generated, c.Expression = 's', words[2:][i+1]
		case "hidden":
			c.Selectable, p.table.Selectable = false, false
		case "collate":
			c.Collation = words[2:][i+1]
			c.Nondeterministic = c.Collation == "ignore_case"
		case "distinct":
			c.Distinct = decimal(words[2:][i+1])
		case "common":
			c.MostCommon = decimal(words[2:][i+1])
		case "nulls":
			c.Nulls = decimal(words[2:][i+1])
		case "width":
			c.Width = int(decimal(words[2:][i+1]))
		case "->":
			p.link([]string{c.Name}, words[2:][i+1], nil)
		}
	}
	return nil
}

// decimal reads a number of a schema; nonsense is no number.
func decimal(word string) float64 {
	n, err := strconv.ParseFloat(word, 64)
	if err != nil {
		return math.NaN()
	}
	return n
}

func (p *schemaParser) key(name string, flags []string) {
	if p.table.PrimaryKey == nil {
		p.table.PrimaryKey = &catalog.Index{Name: p.table.Name + "_pkey", Primary: true, Unique: true}
		p.index(p.table.PrimaryKey, flags)
		if !p.table.PrimaryKey.Deferrable {
			p.table.IdentityIndex = p.table.PrimaryKey
		}
	}
	p.table.PrimaryKey.Columns = append(p.table.PrimaryKey.Columns, name)
}

func (p *schemaParser) link(columns []string, to string, refColumns []string) {
	table := p.table
	p.links = append(p.links, func() error {
		found := p.catalog.Lookup(to)
		if len(found) != 1 {
			return fmt.Errorf("%s refers to %s, which is not there", table, to)
		}
		if refColumns == nil {
			refColumns = found[0].PrimaryKey.Columns
		}
		key := &catalog.ForeignKey{Name: "fk", Table: table, Columns: columns, Referenced: found[0], RefColumns: refColumns}
		table.ForeignKeys = append(table.ForeignKeys, key)
		found[0].ReferencedBy = append(found[0].ReferencedBy, key)
		return nil
	})
}

// is reads what is special about a table.
func (p *schemaParser) is(words []string) error {
	t := p.table
	switch words[0] {
	case "view":
		t.Kind = 'v'
	case "materialized":
		t.Kind = 'm'
	case "foreign":
		t.Kind = 'f'
	case "partitioned":
		t.Kind = 'p'
	case "unlogged":
		t.Persistence = 'u'
	case "temporary":
		t.Persistence = 't'
	case "partition":
		t.IsPartition = true
		parent := p.catalog.Lookup(words[2])[0]
		parent.Leaves = append(parent.Leaves, t)
	case "full", "nothing":
		t.ReplicaIdentity, t.IdentityIndex = words[0][0], nil
	case "identified":
		t.ReplicaIdentity, t.IdentityIndex = 'i', nil
		for _, x := range t.Indexes {
			if slices.Equal(x.Columns, group(words[1:])) {
				t.IdentityIndex = x
			}
		}
	default:
		return fmt.Errorf("a table cannot be %s", words[0])
	}
	return nil
}

// testTypes are types by their names: built-in ones with the OIDs that they
// have in PostgreSQL, arrays of them, and some of a user's own.
func testTypes() map[string]*catalog.Type {
	types := map[string]*catalog.Type{}
	builtin := func(category byte, names map[string]uint32) {
		for name, oid := range names {
			t := &catalog.Type{OID: oid, Schema: "pg_catalog", Name: name, Kind: catalog.Base, BaseMod: -1, Delimiter: ',', Category: category}
			types[name] = t
			types[name+"[]"] = &catalog.Type{OID: 5000 + oid, Schema: "pg_catalog", Name: "_" + name, Kind: catalog.Array, Elem: t, BaseMod: -1, Delimiter: ',', Category: 'A'}
		}
	}
	builtin('N', map[string]uint32{"int2": 21, "int4": 23, "int8": 20, "numeric": 1700, "float8": 701})
	builtin('S', map[string]uint32{"text": 25, "varchar": 1043, "bpchar": 1042})
	builtin('D', map[string]uint32{"date": 1082, "timestamptz": 1184, "timestamp": 1114})
	builtin('U', map[string]uint32{"uuid": 2950, "json": 114, "jsonb": 3802, "xml": 142, "bytea": 17})
	builtin('B', map[string]uint32{"bool": 16})
	builtin('G', map[string]uint32{"point": 600})
	own := func(t *catalog.Type) {
		t.OID, t.Schema, t.BaseMod, t.Delimiter = uint32(20000+len(types)), "public", -1, ','
		types[t.Name] = t
	}
	own(&catalog.Type{Name: "citext", Kind: catalog.Base, Category: 'S'})
	own(&catalog.Type{Name: "mood", Kind: catalog.Enum, Category: 'E', Labels: []string{"sad", "ok", "happy"}})
	own(&catalog.Type{Name: "posint", Kind: catalog.Domain, Category: 'N', Base: types["int4"]})
	own(&catalog.Type{Name: "address", Kind: catalog.Composite, Category: 'C', Attributes: []catalog.Attribute{{Name: "city", Type: types["text"], TypeMod: -1}}})
	own(&catalog.Type{Name: "shape", Kind: catalog.Base, Category: 'U', HasJSONCast: true})
	return types
}
