package demo

import (
	"fmt"
	"iter"
	"math/big"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// shop makes up rows. Equal size, seed and time give equal rows.
type shop struct {
	random *rand.Rand
	now    time.Time // the newest row is a little older

	products, users, orders, reviews int

	leaves []leaf
	stock  []stocked // the products made so far
	lines  []line    // the order lines made so far
}

// leaf is a category that holds products.
type leaf struct {
	id        int64
	materials []string
	goods
}

// stocked is what other tables want to know of a product.
type stocked struct {
	cents          int64
	german, french string
}

type line struct{ order, product, quantity, cents int64 }

// table is one table's rows, in the order of their primary key.
type table struct {
	name    string
	columns string
	rows    iter.Seq[[]any]
}

// newShop plans a shop of at least so many rows in all tables together.
func newShop(rows int, seed uint64, now time.Time) *shop {
	return &shop{
		random: rand.New(rand.NewPCG(seed, 1)), now: now,
		products: share(rows, 8), users: share(rows, 6), orders: share(rows, 10), reviews: share(rows, 22),
	}
}

// share is a part of the rows. A product brings two translations and 2.5 tags,
// an order two lines, and so it is 102 per cent in all.
func share(rows, percent int) int { return max(rows*percent/100+1, 10) }

// tables are parents first, and have to be read in this order: later rows
// draw on earlier ones.
func (s *shop) tables() []table {
	return []table{
		{"categories", "id parent_id slug name position", s.categoryRows},
		{"products", "id category_id sku name description price list_price status attributes created_at updated_at", s.productRows},
		{"product_translations", "product_id locale name description", s.translationRows},
		{"tags", "id name", s.tagRows},
		{"product_tags", "product_id tag_id position", s.productTagRows},
		{"users", "id email display_name password_hash created_at", s.userRows},
		{"reviews", "id product_id user_id rating body created_at", s.reviewRows},
		{"orders", "id user_id status placed_at ship_name ship_street ship_city ship_country total", s.orderRows},
		{"order_lines", "order_id line_no product_id quantity unit_price", s.lineRows},
	}
}

// serial are the tables whose id comes from a sequence.
var serial = []string{"categories", "products", "tags", "users", "reviews", "orders"}

func (s *shop) categoryRows(yield func([]any) bool) {
	var last int64
	add := func(parent any, position int, path ...string) int64 {
		last++
		yield([]any{last, parent, slug(path), path[len(path)-1], int32(position + 1)})
		return last
	}
	for i, d := range departments {
		root := add(nil, i, d.name)
		for j, g := range d.groups {
			middle := add(root, j, d.name, g.name)
			for k, kind := range g.goods {
				s.leaves = append(s.leaves, leaf{add(middle, k, d.name, g.name, kind.category), d.materials, kind})
			}
		}
	}
}

func slug(path []string) string {
	return strings.ReplaceAll(strings.ToLower(strings.Join(path, "-")), " ", "-")
}

func (s *shop) productRows(yield func([]any) bool) {
	for id := range ids(s.products) {
		p := newProduct(s.random, s.leaves)
		s.stock = append(s.stock, stocked{p.cents, p.german, p.french})
		made := s.past(3 * 365)
		if !yield([]any{
			id, p.category, sku(id), p.name, p.description, money(p.cents), money(p.listCents), p.status, p.attributes, made, made,
		}) {
			return
		}
	}
}

// product is what a product is made of, but its id.
type product struct {
	category             int64
	name, german, french string
	description, status  string
	attributes           string // JSON
	cents, listCents     int64
}

func newProduct(r *rand.Rand, leaves []leaf) product {
	kind := pick(r, leaves)
	maker, quality, material, colour := pick(r, makers), pick(r, qualities), pick(r, kind.materials), pick(r, colours)
	list := (4+r.Int64N(120))*100 + pick(r, []int64{0, 50, 90, 95, 99})
	price := list
	if r.IntN(3) == 0 {
		price = list * int64(60+r.IntN(35)) / 100
	}
	return product{
		category: kind.id, cents: price, listCents: list,
		name:        fmt.Sprintf("%s %s %s, %s", maker, quality, kind.name, colour),
		german:      fmt.Sprintf("%s von %s, %s", kind.german, maker, quality),
		french:      fmt.Sprintf("%s %s, %s", kind.french, maker, quality),
		description: fmt.Sprintf("%s, made of %s. %s. %s", kind.name, material, pick(r, praise), pick(r, details)),
		status:      pick(r, productStates),
		attributes: fmt.Sprintf(`{"material": %q, "colour": %q, "weight_g": %d, "size_cm": [%d, %d, %d.%d]}`,
			material, colour, 50+r.IntN(4000), 5+r.IntN(80), 5+r.IntN(60), 2+r.IntN(40), r.IntN(10)),
	}
}

func sku(id int64) string { return fmt.Sprintf("SKU-%06d", id) }

func (s *shop) translationRows(yield func([]any) bool) {
	for i, p := range s.stock {
		id := int64(i + 1)
		if !yield([]any{id, "de", p.german, germanDetail}) || !yield([]any{id, "fr", p.french, frenchDetail}) {
			return
		}
	}
}

func (s *shop) tagRows(yield func([]any) bool) {
	for i, name := range tagNames {
		if !yield([]any{int64(i + 1), name}) {
			return
		}
	}
}

func (s *shop) productTagRows(yield func([]any) bool) {
	for id := range ids(s.products) {
		for i, tag := range tagsOf(s.random, 2+int(id%2)) {
			if !yield([]any{id, tag, int32(i + 1)}) {
				return
			}
		}
	}
}

// tagsOf draws n different tags.
func tagsOf(r *rand.Rand, n int) []int64 {
	var out []int64
	for _, i := range r.Perm(len(tagNames))[:n] {
		out = append(out, int64(i+1))
	}
	return out
}

func (s *shop) userRows(yield func([]any) bool) {
	for id := range ids(s.users) {
		given, family := pick(s.random, givenNames), pick(s.random, surnames)
		hash := fmt.Sprintf("$2b$12$%016x%016x", s.random.Uint64(), s.random.Uint64())
		if !yield([]any{id, email(given, family, id), given + " " + family, hash, s.past(4 * 365)}) {
			return
		}
	}
}

var asciiLetters = strings.NewReplacer("á", "a", "í", "i", "é", "e", "ö", "o", "ü", "u", " ", "")

func email(given, family string, id int64) string {
	return asciiLetters.Replace(fmt.Sprintf("%s.%s%d@example.com", given, family, id))
}

func (s *shop) reviewRows(yield func([]any) bool) {
	for id := range ids(s.reviews) {
		rating, body := newReview(s.random)
		user := 1 + s.random.Int64N(int64(s.users))
		if !yield([]any{id, s.favourite(), user, int32(rating), body, s.past(2 * 365)}) {
			return
		}
	}
}

func newReview(r *rand.Rand) (rating int, body string) {
	rating = pick(r, ratings)
	return rating, pick(r, reviewTexts[rating-1]) + pick(r, reviewEndings)
}

func (s *shop) orderRows(yield func([]any) bool) {
	for id := range ids(s.orders) {
		total := int64(0)
		for range 1 + id%3 {
			l := line{order: id, product: s.favourite(), quantity: 1 + s.random.Int64N(3)}
			l.cents = s.stock[l.product-1].cents
			s.lines = append(s.lines, l)
			total += l.quantity * l.cents
		}
		user := 1 + s.random.Int64N(int64(s.users))
		status := pick(s.random, orderStates)
		to := newAddress(s.random)
		if !yield([]any{id, user, status, s.past(2 * 365), to.name, to.street, to.city, to.country, money(total)}) {
			return
		}
	}
}

func (s *shop) lineRows(yield func([]any) bool) {
	number, before := int32(0), int64(0)
	for _, l := range s.lines {
		if number++; l.order != before {
			number, before = 1, l.order
		}
		if !yield([]any{l.order, number, l.product, int32(l.quantity), money(l.cents)}) {
			return
		}
	}
}

type address struct{ name, street, city, country string }

func newAddress(r *rand.Rand) address {
	where := pick(r, places)
	return address{
		name:   pick(r, givenNames) + " " + pick(r, surnames),
		street: fmt.Sprintf("%d %s", 1+r.IntN(120), pick(r, streets)),
		city:   where.city, country: where.country,
	}
}

// ids counts from 1 to n.
func ids(n int) iter.Seq[int64] {
	return func(yield func(int64) bool) {
		for id := int64(1); id <= int64(n) && yield(id); id++ {
		}
	}
}

// favourite draws a product, those with low numbers more often: some sell well.
func (s *shop) favourite() int64 {
	f := s.random.Float64()
	return 1 + int64(f*f*float64(s.products))
}

// past is a moment within so many days before now.
func (s *shop) past(days int) time.Time {
	return s.now.Add(-time.Minute - time.Duration(s.random.Int64N(int64(days)*24*3600))*time.Second)
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// money is an amount for a numeric column.
func money(cents int64) pgtype.Numeric {
	return pgtype.Numeric{Int: big.NewInt(cents), Exp: -2, Valid: true}
}

// amount is how people and JSON write it.
func amount(cents int64) string { return fmt.Sprintf("%d.%02d", cents/100, cents%100) }
