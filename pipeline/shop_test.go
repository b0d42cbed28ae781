package pipeline

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"materializer/catalog"
	"materializer/cdc"
	"materializer/config"
	"materializer/projections"
)

// The tables of the tests: pages with a middle and a far table above them,
// notes below, and tags through page_tags. The identity comes first.
const (
	pages = iota
	middles
	fars
	notes
	tags
	pageTags
)

var tables = [...]struct {
	name     string
	columns  string // text unless they end in :int
	identity int    // of how many columns
}{
	pages:    {"pages", "id:int slug alias rev:int middle_id:int body", 1},
	middles:  {"middles", "id:int far_id:int name", 1},
	fars:     {"fars", "id:int name", 1},
	notes:    {"notes", "id:int page_id:int body", 1},
	tags:     {"tags", "id:int name", 1},
	pageTags: {"page_tags", "page_id:int tag_id:int", 2},
}

// Columns of pages by name.
const (
	pageID = iota
	pageSlug
	pageAlias
	pageRev
	pageMiddle
	pageBody
)

// Documents keyed by the primary key; by a unique column and by what a join leads
// to; by a column that is vouched for and not unique. Hashes. Members that a row
// shares with no other; members that several rows can share, in collections that
// they can leave for others, without and with scores.
const shopConfig = `
projections:
  page:
    from: pages
    key: "page:{id}"
    columns: [id, slug, rev, body]
    fields:
      middle:
        one: middles
        on: {id: middle_id}
        columns: [name]
        fields:
          far: {one: fars, on: {id: far_id}, value: name}
      notes: {many: notes, on: {page_id: id}, value: body}
      tags:
        many: tags
        through: {table: page_tags, on: {page_id: id}}
        on: {id: tag_id}
        order_by: name
        value: name
  by_slug:
    from: pages
    key: ["slug:{slug}", "middle:{m.name}:{id}"]
    joins:
      m: {one: middles, on: {id: middle_id}}
    columns: [id, slug]
    fields:
      far: m.name
  by_alias:
    from: pages
    key: "alias:{alias}"
    key_is_unique: true
    columns: [id, alias, rev]
  by_hash:
    from: pages
    key: "hash:{id}"
    as: hash
    columns: [id, slug, rev, body]
  pages_of_tag:
    from: page_tags
    key: "tag:{tag_id}"
    as: set
    member: "{page_id}"
  aliases:
    from: pages
    key: "aliases:{m.name}"
    as: set
    member: "{alias}"
    joins:
      m: {one: middles, on: {id: middle_id}}
  ranking:
    from: pages
    key: ["ranking:{m.name}", "ranking"]
    as: zset
    member: "{alias}"
    score: rev
    joins:
      m: {one: middles, on: {id: middle_id}}
  totals:
    from: middles
    key: "totals:{id}"
    columns: [id, name]
    fields:
      pages: {many: pages, on: {middle_id: id}, value: count(*)}
      best: {many: pages, on: {middle_id: id}, where: alias is not null, value: max(rev)}
      notes: {many: notes, through: {table: pages, on: {middle_id: id}}, on: {page_id: id}, value: count(*)}
      tagged: {many: page_tags, through: {table: pages, on: {middle_id: id}}, on: {page_id: id}, joins: {tag: {one: tags, on: {id: tag_id}}}, where: "tag.name is not null", fields: {n: count(*), names: "string_agg(distinct tag.name, ',')"}}
`

// The same with another key, other members, one key less, and under the same keys
// other shapes: documents that were hashes and sets, sets and sorted sets exchanged.
var otherConfig = strings.NewReplacer(
	`"page:{id}"`, `"p:{id}"`,
	`["slug:{slug}", "middle:{m.name}:{id}"]`, `"slug:{slug}"`,
	`[id, alias, rev]`, `[id, alias]`,
	"    as: hash\n", "",
	`  pages_of_tag:
    from: page_tags
    key: "tag:{tag_id}"
    as: set
    member: "{page_id}"
`, `  by_tag:
    from: tags
    key: "tag:{id}"
    columns: [id, name]
`,
	`as: set
    member: "{alias}"
`, `as: zset
    member: "{alias}"
    score: rev
`,
	`as: zset
    member: "{alias}"
    score: rev
`, `as: set
    member: "{alias}"
`,
).Replace(shopConfig)

func shopCatalog() *catalog.Catalog {
	types := map[string]*catalog.Type{
		"int4": {OID: 23, Schema: "pg_catalog", Name: "int4", Kind: catalog.Base},
		"text": {OID: 25, Schema: "pg_catalog", Name: "text", Kind: catalog.Base},
	}
	c := &catalog.Catalog{Version: 150000, Database: "shop", Encoding: "UTF8", Collate: "C", Types: map[uint32]*catalog.Type{}}
	for _, one := range types {
		c.Types[one.OID] = one
	}
	for i, table := range tables {
		t := &catalog.Table{OID: uint32(1000 + i), Schema: "public", Name: table.name, Kind: 'r', Persistence: 'p', ReplicaIdentity: 'd', Selectable: true}
		for n, column := range strings.Fields(table.columns) {
			name, isInt := strings.CutSuffix(column, ":int")
			typ := types["text"]
			if isInt {
				typ = types["int4"]
			}
			t.Columns = append(t.Columns, &catalog.Column{Name: name, Attnum: int16(n + 1), Type: typ, TypeMod: -1, NotNull: n < table.identity, Selectable: true})
		}
		t.PrimaryKey = &catalog.Index{OID: uint32(2000 + i), Name: table.name + "_pkey", Columns: t.ColumnNames()[:table.identity], Primary: true, Unique: true}
		t.Indexes, t.IdentityIndex = []*catalog.Index{t.PrimaryKey}, t.PrimaryKey
		c.Tables = append(c.Tables, t)
	}
	c.Tables[pages].Indexes = append(c.Tables[pages].Indexes,
		&catalog.Index{OID: 3000, Name: "pages_slug_key", Columns: []string{"slug"}, Unique: true})
	return c
}

func compile(t testing.TB, yaml string) *projections.Plan {
	t.Helper()
	file, problems := config.Parse("test.yaml", []byte(yaml))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	plan, problems := projections.Compile(file, shopCatalog())
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return plan
}

// null stands for NULL in a row.
const null = "\x00null"

// row is a row of one of the tables, all columns as text.
type row []string

// image makes the row as it is stored under a plan. A column in unchanged was not sent.
func (r row) image(table *cdc.Table, unchanged ...int) cdc.Row {
	image := cdc.Row{}
	for _, column := range table.Columns {
		at := int(column.Attnum) - 1
		switch {
		case slices.Contains(unchanged, at):
			image = cdc.AppendUnchanged(image)
		case r[at] == null:
			image = cdc.AppendNull(image)
		default:
			image = cdc.AppendText(image, []byte(r[at]))
		}
	}
	return image
}

// rows is the content of all tables, by identity.
type rows [len(tables)]map[string]row

func (r *rows) clone() *rows {
	c := &rows{}
	for i := range r {
		c[i] = make(map[string]row, len(r[i]))
		for key, one := range r[i] {
			c[i][key] = one
		}
	}
	return c
}

func identity(table int, r row) string { return strings.Join(r[:tables[table].identity], ",") }

// sorted lists the rows of a table by their identity, as numbers.
func (r *rows) sorted(table int) []row {
	list := make([]row, 0, len(r[table]))
	for _, one := range r[table] {
		list = append(list, one)
	}
	slices.SortFunc(list, func(a, b row) int {
		for i := range tables[table].identity {
			if c := number(a[i]) - number(b[i]); c != 0 {
				return c
			}
		}
		return 0
	})
	return list
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return n
}

// documents is what Redis should hold: for each name the values of all rows that
// claim it, the owner's first. See valueOf.
type documents map[string][]string

func (d documents) add(name, value string) { d[name] = append(d[name], value) }

// documents computes them from the rows, without any of the code that is tested.
func (r *rows) documents(other bool) documents {
	made := documents{}
	list := r.sorted(pages)
	for _, page := range list {
		key := "page:"
		if other {
			key = "p:"
		}
		made.add(key+page[pageID], r.page(page))
	}
	for _, page := range list {
		body := fmt.Sprintf(`{"id":%s,"slug":%s,"far":%s}`, page[pageID], quote(page[pageSlug]), quote(r.middleName(page)))
		if page[pageSlug] != null {
			made.add("slug:"+page[pageSlug], body)
		}
		if name := r.middleName(page); name != null && !other {
			made.add("middle:"+name+":"+page[pageID], body)
		}
	}
	for _, page := range list {
		if page[pageAlias] == null {
			continue
		}
		body := fmt.Sprintf(`{"id":%s,"alias":%s,"rev":%s}`, page[pageID], quote(page[pageAlias]), page[pageRev])
		if other {
			body = fmt.Sprintf(`{"id":%s,"alias":%s}`, page[pageID], quote(page[pageAlias]))
		}
		made.add("alias:"+page[pageAlias], body)
	}
	for _, page := range list {
		made.add("hash:"+page[pageID], page.hash(other))
	}
	for _, middle := range r.sorted(middles) {
		made.add("totals:"+middle[0], r.totals(middle))
	}
	r.collections(made, other)
	return made
}

// totals is the document of a middle, made of aggregates.
func (r *rows) totals(middle row) string {
	count, best, noted, tagged := 0, math.MinInt, 0, 0
	named := map[string]bool{}
	for _, page := range r.sorted(pages) {
		if page[pageMiddle] != middle[0] {
			continue
		}
		count++
		if page[pageAlias] != null {
			best = max(best, number(page[pageRev]))
		}
		for _, note := range r.sorted(notes) {
			if note[1] == page[pageID] {
				noted++
			}
		}
		for _, link := range r.sorted(pageTags) {
			if tag, ok := r[tags][link[1]]; ok && link[0] == page[pageID] && tag[1] != null {
				tagged++
				named[tag[1]] = true
			}
		}
	}
	most, names := "null", "null"
	if best > math.MinInt {
		most = strconv.Itoa(best)
	}
	if len(named) > 0 {
		names = quote(strings.Join(slices.Sorted(maps.Keys(named)), ","))
	}
	return fmt.Sprintf(`{"id":%s,"name":%s,"pages":%d,"best":%s,"notes":%d,"tagged":{"n":%d,"names":%s}}`,
		middle[0], quote(middle[2]), count, most, noted, tagged, names)
}

// hash is the document of the page that is a hash under one of the plans.
func (r row) hash(other bool) string {
	if other {
		return fmt.Sprintf(`{"id":%s,"slug":%s,"rev":%s,"body":%s}`, r[pageID], quote(r[pageSlug]), r[pageRev], quote(r[pageBody]))
	}
	text := "hash id=" + r[pageID]
	if r[pageSlug] != null {
		text += " slug=" + r[pageSlug]
	}
	return text + " rev=" + r[pageRev] + " body=" + r[pageBody]
}

// collections adds the members of collections, and what has their keys under the other plan.
func (r *rows) collections(made documents, other bool) {
	if other {
		for _, tag := range r.sorted(tags) {
			made.add("tag:"+tag[0], fmt.Sprintf(`{"id":%s,"name":%s}`, tag[0], quote(tag[1])))
		}
	} else {
		for _, link := range r.sorted(pageTags) {
			made.add(element("tag:"+link[1], link[0]), "set")
		}
	}
	list := r.sorted(pages)
	slices.SortStableFunc(list, func(a, b row) int { return number(b[pageRev]) - number(a[pageRev]) })
	scored, plain := "ranking", "aliases:"
	for _, page := range list {
		if page[pageAlias] == null {
			continue
		}
		zset := "zset " + page[pageRev]
		aliases, ranking := "set", zset
		if other {
			aliases, ranking = zset, "set"
		}
		made.add(element(scored, page[pageAlias]), ranking)
		if name := r.middleName(page); name != null {
			made.add(element(plain+name, page[pageAlias]), aliases)
			made.add(element(scored+":"+name, page[pageAlias]), ranking)
		}
	}
}

func (r *rows) middleName(page row) string {
	if middle, ok := r[middles][page[pageMiddle]]; ok {
		return middle[2]
	}
	return null
}

func (r *rows) page(page row) string {
	middle := "null"
	if above, ok := r[middles][page[pageMiddle]]; ok {
		far := null
		if top, ok := r[fars][above[1]]; ok {
			far = top[1]
		}
		middle = fmt.Sprintf(`{"name":%s,"far":%s}`, quote(above[2]), quote(far))
	}
	var bodies, names []string
	for _, note := range r.sorted(notes) {
		if note[1] == page[pageID] {
			bodies = append(bodies, quote(note[2]))
		}
	}
	for _, link := range r.sorted(pageTags) {
		if tag, ok := r[tags][link[1]]; ok && link[0] == page[pageID] {
			names = append(names, quote(tag[1]))
		}
	}
	slices.Sort(names)
	return fmt.Sprintf(`{"id":%s,"slug":%s,"rev":%s,"body":%s,"middle":%s,"notes":[%s],"tags":[%s]}`,
		page[pageID], quote(page[pageSlug]), page[pageRev], quote(page[pageBody]), middle, strings.Join(bodies, ","), strings.Join(names, ","))
}

func quote(text string) string {
	if text == null {
		return "null"
	}
	return `"` + text + `"`
}
