package are

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"

	"materializer/internal/proof"
)

// TestSyntax has what random patterns do not: escapes, brackets, options, errors.
func TestSyntax(t *testing.T) {
	t.Parallel()
	patterns := strings.Split(`a\
a\\b
\d+\s\w
\D\S\W
[\d_]+
[\D]
[^\d\s]
\x41
\x4
\x
\u00e9
\u00e
\U0001F600
\U0001F60
\cA
\c
\e
\a\b\f\n\r\t\v
\B
\0
\00
\012
\1
(a)\2
(a)\1
(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\10
(a)\10
(a)\18
\8
\9
\g
\q
\é
\.
[a\]
[a\]]
[]a]
[^]a]
[a-]
[-a]
[a-c-e]
[a--]
[z-a]
[--/]
[a
[]
[^]
[[:alpha:]]
[[:alpha:
[[:foo:]]
[[::]]
[[.a.]]
[[.hyphen.]]
[[.hyphen.]-z]
[[.foo.]]
[[..]]
[a-[.z.]]
[[=a=]]
[[=ab=]]
[[=a=]-z]
[[:<:]]a
a[[:>:]]
[[:<:]a]
[\w-a]
[a-\w]
[a\-z]
[\n]
[\A]
[\y]
[[a]
[é-ü]+
[^é-ü]+
(
)
(a
a)
(?
(?:
(?:a
(?a
(?=
(?<a)
(?<=a
(?<!a)b
(?#comment)a
a(?#comment)*
(?#comment
(?i)É
(?c)É
(?q)a.c*
(?x)a b # comment
(?ix)A b
(?z)a
(?n)^b$
(?p)^b.
(?w)^b.
(?s)^b.
(?m)a.b
(?t)a b
***=a.b
***=
***:a.b
***:(?i)A.B
***?a
***
***a
****
*
+a
?
a**
a+*
a{2}{3}
a{
a{,3}
a{x
a{1
a{1,
a{1,2
a{1,2x}
a{2,1}
a{256}
a{255}
a{0}
a{1x}
{1}
a|*
(*a)
(|a)
|a
a||b
^*
$*
^+a
\A*
(?=a)*
(?=(a))a
(?=\1)
(a)(?=\1)
((a))\2
((a)b)\1
(a\1)
()
()*
(())
a**b
.
^
$
^$
a^b
a$b
(^a)
(a$)
\yword\y
\mword\M
\Aa\Z
\w+?\d
.*?b
(.*?)(b+)
(a|ab)(c|bcd)(d*)
(a|ab)(bcd|c)(d*)
x{1,1}?
((((((((((a))))))))))\10
(a{255}){255}
((a{255}){255}){255}
ß
ǆ
İ
ı
ſ
K
Σ
(é)\1
[[:upper:]]+
[[:lower:]]+
[[:punct:]]+
[[:print:]]+
[[:graph:]]+
[[:cntrl:]]
[[:blank:]]
[[:xdigit:]]+
[[:space:]]
[[:alnum:]]+
[[:word:]]+
[[:ascii:]]+
[A-Z]+
[a-z]+`, "\n")
	texts := []string{
		"", "a", "ab", "abcd", "aaa", "a.b", "a\nb\nb", "a b", "aa bb word 12_3é", "É", "é", "éé", "ÉéÜü", "]", "-", "a-]", "\\", "A", "\x01\x07\b\f\n\r\t\v\x1b", "()[]{}",
		"a{,3}", "a{x", "{1}", "😀👩‍👩‍👧", "e\u0301", "ǅǆǄ", "İIıi", "ßẞ", "ſsS", "Kk", "Σσς", "٣", "\u00a0\u2028\u3000", "abcdefghijj", "aa8", "***", strings.Repeat("a", 300),
	}
	random := rand.New(rand.NewPCG(1, 1))
	var questions []question
	for _, pattern := range patterns {
		for range 12 {
			questions = append(questions, question{texts[random.IntN(len(texts))], pattern, pick(random, "", "", "i", "i", "n", "x", "p", "w")})
		}
	}
	compare(t, database(t, "syntax"), questions)
}

// TestClasses compares every character that the server's locale can know: glibc
// may have an older Unicode, so that what it has not assigned is left out.
func TestClasses(t *testing.T) {
	t.Parallel()
	conn := proof.Connect(t, database(t, "classes"))
	for name, c := range classNames {
		rows, err := conn.Query(t.Context(), `SELECT i, chr(i) ~ $1 FROM generate_series(1, 131071) i
			WHERE i NOT BETWEEN 55296 AND 57343 AND (chr(i) ~ '[[:print:]]' OR i < 256)`, "[[:"+name+":]]")
		if err != nil {
			t.Fatal(err)
		}
		compared := 0
		for rows.Next() {
			var r rune
			var want bool
			if err := rows.Scan(&r, &want); err != nil {
				t.Fatal(err)
			}
			if compared++; c.has(r) != want && !changed(r) {
				t.Errorf("%s of %U: got %v, want %v", name, r, !want, want)
			}
		}
		if rows.Err() != nil || compared < 50000 {
			t.Fatalf("%d characters compared: %v", compared, rows.Err())
		}
	}
}

// changed holds for the few that Unicode 15 classes otherwise than 14 did.
func changed(r rune) bool {
	switch r {
	case 0xc04, 0xf82, 0xf83, 0x11080, 0x11081, 0x10fc, 0xa7f2, 0xa7f3, 0xa7f4, 0xab69:
		return true
	}
	return !unicode.IsPrint(r) && r > 0x1ffff
}

// TestBounds has patterns that would take all memory or stack.
func TestBounds(t *testing.T) {
	t.Parallel()
	doubled := "(a)"
	for range 60 {
		doubled = "(" + doubled + `\1)+`
	}
	for name, pattern := range map[string]string{
		"deep":          strings.Repeat("(", 2_000_000),
		"deep and shut": strings.Repeat("(", 200_000) + strings.Repeat(")", 200_000),
		"wide":          strings.Repeat("(a)", 300_000),
		"lookaround":    strings.Repeat("(?=", 200_000),
		"repeats":       strings.Repeat("(", 40) + "a" + strings.Repeat(")+", 40),
		"bounds":        "((((a{255}){255}){255}){255}){255}",
		"doubled":       doubled,
	} {
		if re, err := Compile(pattern, Options{}); err == nil {
			t.Errorf("%s is taken, with %d instructions", name, re.Size())
		}
	}
	re, err := Compile("(?:(a)|b)*", Options{})
	if err != nil {
		t.Fatal(err)
	}
	text := []rune(strings.Repeat("ab", 1_000_000))
	if found := re.Find(text, 0); len(found) != 4 || found[1] != len(text) || found[2] != -1 {
		t.Errorf("got %v", found)
	}
}
