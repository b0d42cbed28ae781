package projections

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"materializer/catalog"
	"materializer/config"
	"materializer/projections/values"
)

// order compiles order_by and completes it to a total order.
func (c *compiler) order(r *Relation, source *config.Relation) {
	for _, text := range source.OrderBy {
		whole := sqlOf(text)
		for _, span := range splitList(text.Value) {
			if item := c.orderItem(r.scope, whole.part(span[0], span[1])); item != nil {
				r.OrderBy = append(r.OrderBy, *item)
			}
		}
	}
	r.Total = slices.Clone(r.OrderBy)
	if r.broken {
		return
	}
	for i, node := range append([]*Node{r.Target()}, r.Way[:len(r.Way)-1]...) {
		for _, column := range node.Table.Primary {
			encode, _ := values.Order(column.Type()) // a key without an order has been refused
			r.Total = append(r.Total, Order{Expr: &Reference{Through: i, Column: column}, encode: encode})
		}
	}
}

func (c *compiler) orderItem(s *scope, x sql) *Order {
	item, err := splitOrder(x.text)
	if err != nil {
		c.fail(c.start(x), s.in, "order_by: "+err.Error(), "")
		return nil
	}
	if item.expr == "" {
		c.fail(c.start(x), s.in, "order_by has an empty item", "write columns with commas between: position, name desc")
		return nil
	}
	x = x.part(item.at, item.at+len(item.expr))
	e := c.expr(s, x)
	if e == nil {
		return nil
	}
	encode, ok := values.Order(e.Type())
	if !ok {
		c.fail(c.start(x), s.in, fmt.Sprintf("order_by %s: values of type %s have no order that could be kept", item.expr, values.TypeName(e.Type(), -1)), "")
		return nil
	}
	c.checkCollation(s, x, e, item.collation)
	return &Order{Expr: e, Desc: item.desc, NullsFirst: item.nullsFirst, encode: encode}
}

// checkCollation warns where PostgreSQL would order a text otherwise than
// bytewise, unless that is what was asked for.
func (c *compiler) checkCollation(s *scope, x sql, e Expr, written string) {
	has := ""
	if column := columnOf(e); column != nil {
		has = column.Catalog.Collation
	} else if e.Type().Category == 'S' && !strings.Contains(strings.ToLower(x.text), "collate") {
		has = "default"
	}
	switch {
	case written != "" && has == "" && e.Type().Category != 'S':
		c.fail(c.start(x), s.in, fmt.Sprintf("order_by: values of type %s have no collation", typeOf(e)), "leave collate out")
		return
	case written != "" && !isBytewise(written):
		c.fail(c.start(x), s.in, fmt.Sprintf("order_by: collate %s cannot be kept: text is ordered bytewise", written), `write collate "C", or leave it out`)
		return
	}
	if has == "default" {
		has = c.catalog.Collate
	}
	if written == "" && has != "" && !isBytewise(has) {
		c.warn(c.start(x), s.in, fmt.Sprintf("order_by %s is bytewise here, and in the collation %s in PostgreSQL", x.text, has),
			fmt.Sprintf(`write %s collate "C" where bytewise is meant`, x.text))
	}
	c.warnFolding(columnOf(e), c.start(x), s.in)
}

func isBytewise(collation string) bool {
	switch strings.ToLower(collation) {
	case "c", "posix", "ucs_basic", "c.utf-8", "c.utf8", "pg_c_utf8":
		return true
	}
	return false
}

// warnFolding warns, once for a column, that citext is compared by a rule that
// is not quite the database's.
func (c *compiler) warnFolding(column *Column, at config.Pos, in subject) {
	if column == nil {
		return
	}
	if t := column.Type(); t.Kind != catalog.Base || t.Name != "citext" || t.Schema == "pg_catalog" {
		return
	}
	if c.folded[column] {
		return
	}
	c.folded[column] = true
	c.warn(at, in, fmt.Sprintf("column %s of %s is citext: it is compared in lower case, here by Unicode's simple mapping, in PostgreSQL by the rules of the collation %s", column.Catalog.Name, column.Table.Catalog, c.catalog.Collate),
		"letters outside of ASCII may differ")
}

// orderText is one item of an order_by, taken apart.
type orderText struct {
	expr       string
	at         int // byte offset of expr
	collation  string
	desc       bool
	nullsFirst bool
}

// splitOrder cuts `collate`, `asc|desc` and `nulls first|last` off the end of an item.
func splitOrder(item string) (o orderText, err error) {
	rest := strings.TrimRight(item, " \t\n")
	explicit := false
	before, last := lastWord(rest)
	if before != "" && strings.EqualFold(last, "nulls") {
		return o, errors.New("nulls: write nulls first or nulls last")
	}
	if head, word := lastWord(before); strings.EqualFold(word, "nulls") && head != "" {
		switch strings.ToLower(last) {
		case "first":
			o.nullsFirst = true
		case "last":
		default:
			return o, fmt.Errorf("nulls %s: write nulls first or nulls last", last)
		}
		explicit, rest = true, head
		before, last = lastWord(rest)
	}
	if before != "" && (strings.EqualFold(last, "asc") || strings.EqualFold(last, "desc")) {
		o.desc, rest = strings.EqualFold(last, "desc"), before
		before, last = lastWord(rest)
	}
	if !explicit {
		o.nullsFirst = o.desc // as in PostgreSQL: NULLs count as larger than any value
	}
	if head, word := lastWord(before); strings.EqualFold(word, "collate") && head != "" {
		if name, after, ok := identifier(last); !ok || after != "" || !strings.HasPrefix(last, `"`) {
			return o, fmt.Errorf(`collate %s: the name of a collation stands in double quotes, such as collate "C"`, last)
		} else {
			o.collation, rest = name, head
		}
	}
	o.expr = strings.TrimLeft(rest, " \t\n")
	o.at = len(rest) - len(o.expr)
	return o, nil
}

func lastWord(text string) (before, word string) {
	at := strings.LastIndexAny(text, " \t\n") + 1
	return strings.TrimRight(text[:at], " \t\n"), text[at:]
}

// splitList splits `a desc, b` at the commas outside of quotes and parentheses,
// into the first and the last byte of each item.
func splitList(text string) (spans [][2]int) {
	depth, start, quote := 0, 0, byte(0)
	for i := range len(text) {
		c := text[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == ',' && depth == 0:
			spans = append(spans, [2]int{start, i})
			start = i + 1
		}
	}
	return append(spans, [2]int{start, len(text)})
}
