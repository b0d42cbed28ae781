package strings

import (
	"slices"
	"strings"
	"testing"

	"materializer/internal/proof"
	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/collections"
	"materializer/projections/expressions/function"
	"materializer/projections/expressions/numbers"
	"materializer/projections/expressions/signatures"
)

func TestMain(m *testing.M) { servertest.Main(m) }

// database has Unicode's case mapping and character classes, and the order of bytes.
func database(t *testing.T, name string, setup ...string) string {
	cluster := servertest.Cluster(t)
	servertest.Exec(t, cluster.URL("postgres"), "CREATE DATABASE "+name+" TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'")
	t.Cleanup(func() { servertest.Exec(t, cluster.URL("postgres"), "DROP DATABASE "+name+" WITH (FORCE)") })
	servertest.Exec(t, cluster.URL(name), setup...)
	return cluster.URL(name)
}

func library(t testing.TB) *function.Library {
	types := append(append(Types(), numbers.Types()...), collections.Types()...)
	return proof.Library(t, function.NewLibrary(signatures.ByName, Functions(), types))
}

var texts = []string{
	"", " ", "  ", "a", "A", "b", "ab", "abc", "abcabc", "aXbXc", "a,b,,c", ",", "ABC", "hello world", "Hello World's end", "  padded  ", "x ", " x",
	`\`, `\\`, `a\`, `\a`, `a\%b`, `\_`, `\\%`, `%`, `%%`, `_`, `__`, `a%`, `%a`, `%b%`, `a_c`, `_b_`, `a%c`, `%\%`, `%\`, `_\`, `\1`, `[\1]`, `<\&>`, `\\1`, `x\`,
	"'", "''", `"`, `a"b`, `it's`, "a\nb", "\n", "\t", "a\tb\r\n",
	"é", "É", "e\u0301", "ÀÉÎõü", "straße", "ß", "ẞ", "ﬁne", "İstanbul", "ıI", "iİ", "Σίσυφος", "ΣΣ", "ς", "ǅ", "ǆ", "Ǆ", "ŉ", "ſ", "K", "Å", "Ꭰꭰ", "ა", "Ა",
	"😀", "👩‍👩‍👧", "日本語", "日 本", "\u00a0", "\u3000", "a\u200bb", "𝒳", "🇩🇪", "\U0010ffff", "\u0660\u0661",
	"a.b", "a+", "(a)", "[a-c]+", "a|b", "^a", "b$", "a*", "(a)(b)?", "(x)?", ".", "(", "[", "*", "a{2}", "a*?", `\d+`, `\w`, `(\w)(\w)`, `\s+`, `\m\w+\M`, "(?i)A", "b*", "x*", "()", "", "(?=b)", `(.)\1`,
	"select", "Table", "x1", "1x", "_x", "x$", "user", "name", "a b", "NULL", "null",
	"g", "i", "gi", "n", "x", "q", "c", "ic", "gx", "p", "w", "s", "t", "z", "1", "gz", "iq", "qx",
	"hex", "HEX", "base64", "Base64", "escape", "utf8", "zip", "NFC", "nfd", "NFKC", "nfkd", "NFX", "deadbeef", "DE AD", "abc ", "dead b", "0g", "YWJj", "YW Jj", "YWI=", "YQ==", "YQ=", "Y===", "YWJj=", "Y!", `\001\\x`, `\400`, `\xff`,
	`\0061`, `\u0061b`, `\U00000062`, `\+01F600`, `\D83D\DE00`, `\ud83d\ude00`, `\D83D`, `\DE00`, `\D83Dx`, `\0000`, `\U00110000`, `\006`, `\+00006`, `\00g1`, `\\0061`, `\D83D\0061`, `\D83D\D83D`,
	`#`, `a#%b`, `%#"b#"%`, `#"a#"%`, `a#"b`, `#"#"#"`, `(a|b)%`, `[a%]`, `[a\]`, `a.^$`, `_{2}`, `a#`, `x#"y#"z`,
	"%s", "%s %s", "%I", "%L", "%1$s %1$s", "%2$s", "%0$s", "%9$s", "%-5s|", "%5s|", "%*s|", "%*2$s|", "%1$*2$s|", "%-*s|", "%-*1$L|", "%", "%%", "%d", "%1", "%1$", "%*", "%*1", "%5", "%--3s|", "%1$-6s|", "%*0$s", "%99999999999s", "%s%%%I", "%2$s %s", "%$s", "%-", "%5$", "%s%", "%1$s%3$L", "%3I|", "% s", "%éx",
	strings.Repeat("ab", 40), strings.Repeat("é", 70), strings.Repeat("x", 64),
}

func samples() proof.Samples {
	bytes := []string{
		`\x`, `\x00`, `\x61`, `\x6162`, `\x616263`, `\x25`, `\x5f`, `\x5c`, `\x255c25`, `\x6125`, `\x615f63`, `\x5c5c`, `\xff`, `\xc3a9`, `\xc3`, `\x00ff00`, `\xe697a5`, `\xf09f9880`, `\xeda080`, `\xc080`,
		`\x2020612020`, `\x20`, `\x` + strings.Repeat("61", 56), `\x` + strings.Repeat("ab", 57), `\x` + strings.Repeat("00", 58), `\x` + strings.Repeat("cd", 114), `\x` + strings.Repeat("ef", 113),
	}
	integers := []string{"0", "1", "1", "2", "2", "3", "4", "5", "7", "8", "10", "20", "63", "64", "100", "-1", "-1", "-2", "-3", "-5", "-100", "97", "233", "955",
		"255", "256", "-128", "127", "128", "-129", "2147483647", "2147483647", "-2147483648", "-2147483648", "2147483646", "-2147483647", "1073741824"}
	return proof.Samples{
		Elements: []string{"int4", "text", "bool", "bpchar", "name", "char", "bytea", "float8", "inet"},
		Values: map[string][]string{
			"text": texts, "varchar": texts, "bpchar": texts,
			"name":    append([]string{"latin1", "UTF8", "utf-8", "LATIN1", "iso_8859_1", "unicode", "latin1", "utf8"}, texts...),
			"char":    {"", "a", "b", "A", "0", "é", `\200`, `\377`, `\101`, `\8`, `\`, "ab"},
			"unknown": texts, "bytea": bytes, "xml": {"<a/>", "x &amp; y"},
			"int4": integers, "int8": append([]string{"4294967296", "9223372036854775807", "-9223372036854775808", "6", "9", "15"}, integers...),
			"bool": {"t", "f"}, "float8": {"1.5", "-0", "1e30", "NaN"}, "inet": {"10.0.0.1", "10.0.0.0/8", "::1", "fe80::/10"},
			"_text": {"{}", "{a,NULL,b}", `{"",x}`, "{{a,b},{c,NULL}}", `{😀,"a,b"}`}, "_int4": {"{}", "{1,2,NULL}", "[0:1]={7,8}"}, "_bool": {"{t,f,NULL}"},
			"_bpchar": {`{"a ",b}`}, "_name": {"{a,b}"}, "_char": {"{a,NULL}"}, "_bytea": {`{"\\x61",NULL}`}, "_float8": {"{1.5,NaN}"}, "_inet": {"{10.0.0.1,::1}"},
		},
	}
}

// narrowed are the samples of functions that have no use for all: they make
// huge values, or PostgreSQL takes the call for another, or gives what is no text.
var narrowed = map[string]map[string][]string{
	"bpchar(bpchar,int4,bool)":   {"int4": modifiers},
	"varchar(varchar,int4,bool)": {"int4": modifiers},
	"chr(int4)":                  {"int4": {"955", "128512", "55295", "55296", "57343", "57344", "1114111", "1114112", "65535", "128", "127", "1", "0", "-1", "2147483647"}},
	"bpchar(char)":               {"char": {"", "a", "\x7f"}},
	"convert(bytea,name,name)":   {"name": {"latin1", "UTF8", "utf-8", "LATIN1", "iso_8859_1", "unicode"}},
	"length(bytea,name)":         {"name": {"latin1", "UTF8", "utf-8", "LATIN1", "iso_8859_1", "unicode"}},
	"convert_from(bytea,name)":   {"name": {"latin1", "UTF8", "utf-8", "LATIN1", "iso_8859_1", "unicode"}},
	"convert_to(text,name)":      {"name": {"latin1", "UTF8", "utf-8", "LATIN1", "iso_8859_1", "unicode"}},
	"encode(bytea,text)":         {"text": {"hex", "HEX", "base64", "Base64", "escape", "utf8", ""}},
	"decode(text,text)":          {"text": coded},

	"regexp_like(text,text,text)":                      {"text": optional},
	"regexp_match(text,text,text)":                     {"text": optional},
	"regexp_count(text,text,int4,text)":                {"text": optional, "int4": small},
	"regexp_instr(text,text,int4,int4,int4,text)":      {"text": optional, "int4": small},
	"regexp_instr(text,text,int4,int4,int4,text,int4)": {"text": optional, "int4": small},
	"regexp_substr(text,text,int4,int4,text)":          {"text": optional, "int4": small},
	"regexp_substr(text,text,int4,int4,text,int4)":     {"text": optional, "int4": small},
	"regexp_replace(text,text,text,text)":              {"text": optional},
	"regexp_replace(text,text,text,int4,int4,text)":    {"text": optional, "int4": small},
	"regexp_split_to_array(text,text,text)":            {"text": optional},
	"regexp_count(text,text,int4)":                     {"int4": small},
	"regexp_instr(text,text,int4,int4,int4)":           {"int4": small},
	"regexp_substr(text,text,int4,int4)":               {"int4": small},
	"regexp_replace(text,text,text,int4,int4)":         {"int4": small},
	"format(text,any)":                                 {"int4": small},
}

var (
	small     = []string{"1", "1", "1", "2", "2", "0", "0", "3", "5", "100", "-1", "-7", "2147483647", "-2147483648"}
	modifiers = []string{"-1", "0", "3", "4", "5", "6", "7", "8", "10", "20", "955", "-2147483648"}
	coded     = []string{
		"hex", "base64", "escape", "hex", "base64", "deadbeef", "DE AD", "abc ", "dead b", "0g", "YWJj", "YW Jj", "YWI=", "YQ==", "YQ=", "Y===", "YWJj=", "Y!", "YQ==YQ==", "YWI=YQ", "=", "==", "Y\nW\tJ\rj", "é", `\001\\x`, `\400`, `\xff`, `\`, "",
	}
)

// optional are texts that are also options of a regular expression: without
// those that are refused.
var optional = append(slices.DeleteFunc(slices.Clone(texts), func(text string) bool {
	return len(text) < 5 && strings.ContainsAny(text, "be")
}), "g", "i", "gi", "n", "x", "p", "w", "s", "q", "iq", "g", "i", "n", "", "", "a", "A", "aab\nAB", "(a)|(A)", "^a", "a$", ".", "(.)", "ab abab Ab")

// TestFunctions compares every function that PostgreSQL has built in.
func TestFunctions(t *testing.T) {
	t.Parallel()
	url, usual := database(t, "functions"), samples()
	var rest []function.Function
	for _, f := range Functions() {
		special := samples()
		for name, values := range narrowed[f.Signature] {
			special.Values[name] = values
		}
		switch {
		case strings.Contains(f.Signature, "citext"):
			continue
		case strings.HasSuffix(f.Signature, "(anyelement)"): // ambiguous for "char"
			special.Elements = []string{"int4", "text", "bool", "name", "bytea", "float8", "inet"}
		case narrowed[f.Signature] == nil:
			rest = append(rest, f)
			continue
		}
		proof.Functions(t, library(t), url, []function.Function{f}, special, 400, 2)
	}
	proof.Functions(t, library(t), url, rest, usual, 200, 1)
}
