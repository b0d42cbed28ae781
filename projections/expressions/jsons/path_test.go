package jsons

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// paths are valid.
var paths = []string{
	`$`, `lax $`, `strict $`, `$.a`, `strict $.a`, `$.a.b`, `$."a"`, `$.a.b.c[*]`, `strict $.a.b.c[*].d`, `$.*`, `strict $.*`, `$[*]`, `strict $[*]`, `$[0]`, `strict $[0]`, `$[1 to 2]`, `$[last]`, `$[last - 1 to last]`,
	`strict $[5]`, `$[-1]`, `$[0, 2]`, `$[1.7]`, `$["a"]`, `$[99999999999]`, `$.**`, `strict $.**`, `$.**{2}`, `$.**{1 to last}`, `$.**{last}`, `$.**.a`, `strict $.**.b`, `$.**{0 to 1}.a`, `$.**{last to 2}`,
	`$.a ? (@ > 1)`, `$[*] ? (@ > 1)`, `$.a[*] ? (@.b == 1 || @.b == 2)`, `$ ? (@.a == "b")`, `$ ? (exists(@.a))`, `$ ? (!(@.a == 1))`, `$.a ? ((@ > 1) is unknown)`, `strict $[*] ? ((@.a > 1) is unknown)`,
	`$[*] == 1`, `strict $[*] == 1`, `$.a == null`, `$.a != null`, `$.a == $x`, `$x`, `$"x"`, `$.a[$x]`, `$missing`, `$.a == true`, `$ == $`, `exists($.a)`, `!exists($.a)`, `strict exists($.a.b)`,
	`$.a + 1`, `$[0] - $[1]`, `$[*] * 2`, `-$[*]`, `+$.a`, `-$.a`, `$.a / 0`, `1 / 3`, `$[0] / $[2]`, `7 % 2.5`, `-7 % 3`, `($.a + 1).type()`, `($.a == 1).type()`, `2 + 3 * 4 - (1 - 5)`, `1 - (2 - 3)`, `(1 - 2) - 3`, `-(-1)`, `-(- $.a)`, `- - 1`,
	`$.type()`, `$[*].type()`, `$.size()`, `strict $.size()`, `$.a.size()`, `$[*].abs()`, `$.a.abs()`, `$[*].floor()`, `$[*].ceiling()`, `$.double()`, `$[*].double()`, `(-1.5).floor()`, `(1.5).ceiling()`, `(2.0).floor()`, `-1.5.abs()`,
	`"1e20".double()`, `" 1.5 ".double()`, `"NaN".double()`, `"x".double()`, `"a" starts with "a"`, `$[*] starts with "a"`, `$ ? (@ starts with $x)`, `$.a starts with ""`,
	`$.a && $.b == 1`, `$.a == 1 && $.b == 2 || $.c == 3`, `($.a == 1 || $.b == 2) && $.a > 0`, `$.a > 1 && !($.b < 3)`, `null`, `true`, `false`, `1`, `1.50`, `1.`, `.5`, `1e3`, `1.5e-2`, `"a\"b\\c\u00e9\x41\v\q"`,
	`$ like_regex "a"`, `$[*] like_regex "^[a-f]o*$"`, `$ ? (@ like_regex "B" flag "i")`, `strict $[*] like_regex "a"`, `$ like_regex "a.b" flag "q"`, `$ like_regex "." flag "s"`, `$.a + 1 like_regex "x" flag "qism"`, `$.a like_regex "^x" flag "mi" || $.a == 1`, `"a\nb" like_regex "a.b"`, `"a\nb" like_regex "a.b" flag "s"`, `"a\nb" like_regex "^b" flag "m"`, `"A.B" like_regex "a." flag "iqx"`,
	`$.a[*].b`, `strict $.a[*].b`, `$.x[last]`, `$[$[0]]`, `$[*] ? (@.type() == "number")`, `$.a[*] ? (@.b > 1).c`, `$ /* comment */ . a`, `$.null`, `$.true`, `$.to.is.last`, `$.type`, `$.é`, `$.a ? (@ == $)`, `$[last ? (@ > 0)]`,
	`$.a ? (@.b ? (@ > 0) == 1)`, `strict $ ? (@.a == 1)`, `($).a`, `($.a).b`, `($.a[*] > 1) is unknown`, `LAX $.a`, `Strict $`, `$[0 to $[1]]`, `$.a[*].size()`, `$.**.size()`, `strict $.**[0]`, `strict $.**.size()`, `strict $.**[*]`,
}

var oddPaths = []string{
	``, ` `, `$.`, `$$`, `a`, `.a`, `$.a.`, `$[`, `$[]`, `$[1`, `$[1,]`, `$[1 to]`, `@`, `last`, `$.a ? @ > 1`, `$ ? ()`, `$ ? (@)`, `$ ? (1)`, `$.a ==`, `== 1`, `$.a = 1`, `$.a == 1 == 2`, `($.a == 1) == true`, `$.a && $.b`, `!$.a`, `!($.a)`, `!1`, `! !($.a == 1)`, `!!($.a == 1)`,
	`1.type()`, `01`, `$. 1ab`, `$. 1a`, `$. 012`, `$. 01`, `$. 1ex`, `$. 1e`, `$. 1e5`, `$. 1e5x`, `$. 1e5xy`, `$. 1e+x`, `$. 1ab/* */`, `1ab`, `1.5xyz`, `1.e5`, `1.ex`, `1e5.type()`, `$[1to 2]`, `$[1 to2]`, `1a`, `1e`, `1e+`, `1.2.3`, `1..2`, `.`, `$.1`, `$.1a`, `$.a1`, `$a.b`, `$.a b`, `strict`, `lax`, `strict lax $`, `$.foo()`, `$.type(1)`, `$.type(`, `$.a()`, `"a`, `"\`, `"\u12"`, `"\u0000"`, `"\ud83d"`, `"\ud83d\ude00"`, `"\u{1F600}"`, `"\u{}"`, `"\u{1234567}"`, `"\xg1"`, `"\x00"`,
	`exists $.a`, `exists()`, `exists($.a == 1)`, `exists($.a) is unknown`, `(exists($.a)) is unknown`, `exists($.a).type()`, `(exists($.a)).type()`, `($.a == 1).type() == "boolean"`, `$.a == 1 is unknown`, `(1) is unknown`, `$.**{}`, `$.**{1`, `$.**{-1}`, `$.**{99999999999}`, `$.**{1 to}`, `$.** {1}`,
	`$ like_regex`, `$ like_regex "("`, `$ like_regex "a" flag`, `$ like_regex "a" flag "z"`, `$ like_regex "a" flag "x"`, `$ like_regex "a" flag ""`, `$ like_regex "a" flag "ii"`, `$ like_regex $x`, `($ like_regex "a").type()`, `(1 + 2) like_regex "a" && 1 == 1`, `!($ like_regex "a\\d")`,
	`/* a`, `/**/ $`, `$ /* a */`, `$ + `, `+`, `* 1`, `1 + + 1`, `1 - - 1`, `1 -1`, `$-1`, `$.a-1`, `$.a - b`, `True`, `NULL`, `Null`, `$.A == TRUE`, `$ starts with 1`, `$ starts "a"`, `$ starts with $x`, `$[last to 0]`, `$[@]`, `$ ? (@[last] == 1)`, `$ ? (last == 1)`, `#`, `$#`, `$.a,`, `($.a`, `$.a)`, `()`, `$.a[1][2]`, `$."a"."b"`, `$."a".type()`, `"a".type()`, `null.type()`, `true.type()`,
	`$.a.*.**`, `($.a + 1) * 2 == 3`, `(($.a == 1) && ($.b == 2)) || !(($.c == 3))`, `$'a'`, `$.'a'`, `$.a<>1`, `$.a<1`, `$.a!=1`, `$.a>=1`, `$.a =>1`, `1 == 1 && 2 == 2 && 3 == 3`, `1 == 1 || 2 == 2 && 3 == 3`, `$ ? (@.a == 1) ? (@.b == 2)`, `-1 + -2`, `-(1)`, `-(1).abs()`, `+(-$)`, `-$ + -$ * -$`, `1e99999999999`,
}

// TestPathText reads and writes paths, valid and not.
func TestPathText(t *testing.T) {
	t.Parallel()
	conn := proof.Connect(t, servertest.Database(t))
	texts := append(append([]string{}, paths...), oddPaths...)
	random := rand.New(rand.NewPCG(3, 4))
	pieces := strings.Split(`$ $ @ .a .a .* [*] [0] [last] ? ( ) ( ) && || ! == < + - * / 1 2.5 "a" .type() .** .**{1} exists starts with is unknown null true $x to ,`, " ")
	for range 4000 {
		text := paths[random.IntN(len(paths))]
		for range random.IntN(3) + 1 {
			at := random.IntN(len(text) + 1)
			text = strings.ToValidUTF8(text[:at]+" "+pick(random, pieces)+text[at:], "?")
		}
		texts = append(texts, text)
	}
	codec := function.Codec{Parse: parsePath, Append: appendPath}
	refused := 0
	var queries, got []string
	for _, text := range texts {
		value, err := codec.Parse(text)
		if err != nil && strings.Contains(err.Error(), "not supported") {
			refused++
			continue
		}
		got = append(got, proof.Answer(codec, value, err))
		queries = append(queries, proof.Literal(text)+"::jsonpath")
	}
	if refused > len(texts)/50 {
		t.Errorf("%d of %d texts are refused", refused, len(texts))
	}
	want, err := proof.Ask(context.Background(), conn, queries)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if !proof.Same(t, queries[i], got[i], want[i]) {
			t.Errorf("%s: got %s, want %s", queries[i], got[i], want[i])
		}
	}
}

// TestPathRefused says no to what is not supported.
func TestPathRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`$.datetime()`, `$.a.keyvalue()`, `$.a\u0041`} {
		if _, err := parsePath(text); err == nil || !strings.Contains(err.Error(), "not supported") {
			t.Errorf("%s: got %v", text, err)
		}
	}
}

// TestPathSize refuses paths that would need too deep a stack.
func TestPathSize(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"$" + strings.Repeat(".a", 1e6), strings.Repeat("(", 1e5), strings.Repeat("-", 1e5) + "1", "1" + strings.Repeat("+1", 1e5),
		strings.Repeat("$?(", 1e5), strings.Repeat("$[", 1e5), "1==1" + strings.Repeat("&&1==1", 1e5), strings.Repeat("!(", 1e5),
	} {
		var raised *datum.Error
		if _, err := parsePath(text); !errors.As(err, &raised) || raised.Code != "54001" {
			t.Errorf("%.20s...: got %v", text, err)
		}
	}
	long, err := parsePath("$" + strings.Repeat(".**", 9000))
	if err != nil || len(appendPath(nil, long)) != len("$"+strings.Repeat(".**", 9000)) {
		t.Errorf("a path of 9,000 steps: %v", err)
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	s := samples()
	for _, text := range paths {
		if _, err := parsePath(text); err == nil {
			s.Values["jsonpath"] = append(s.Values["jsonpath"], text)
		}
	}
	proof.Functions(t, library(t), servertest.Database(t), pathFunctions(), s, 3000, 8)
}
