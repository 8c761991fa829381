package view

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestNumber(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 10684: "10,684", 1234567: "1,234,567", -1000: "-1,000", -9223372036854775808: "-9,223,372,036,854,775,808"} {
		if got := Number(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

func TestDigest(t *testing.T) {
	if got := Digest("sha256:4e1a60c2d0f35b7791c6a8e4b2f09d3c5a7e1886f4d2b0c93e5a71f8d6c49b07"); got != "sha256:4e1a60c2…9b07" {
		t.Error(got)
	}
	for _, s := range []string{"", "sha256", "sha256:4e1a"} {
		if Digest(s) != s {
			t.Errorf("%q became %q", s, Digest(s))
		}
	}
}

func TestNotProven(t *testing.T) {
	for _, c := range []struct {
		unread, unchanged int64
		want              string
	}{
		{3, 3, "leases: not proven. Of 3 rows the ordinary account could not read or change 3 before the restriction, either"},
		{0, 3, "leases: not proven. Of 3 rows the ordinary account could not change 3 before the restriction, either"},
		{2, 0, "leases: not proven. Of 3 rows the ordinary account could not read 2 before the restriction, either"},
		{1, 3, "leases: not proven. Of 3 rows the ordinary account could not read 1 and change 3 before the restriction, either"},
	} {
		if got := notProven("leases", 3, c.unread, c.unchanged); got != c.want {
			t.Errorf("%s, want %s", got, c.want)
		}
	}
}

func TestNear(t *testing.T) {
	now := time.Date(2026, 11, 6, 11, 20, 0, 0, time.UTC)
	for want, at := range map[string]time.Time{
		"Sat 7 Nov 11:41":      time.Date(2026, 11, 7, 11, 41, 0, 0, time.UTC),
		"Sat 7 Nov":            time.Date(2026, 11, 7, 0, 0, 0, 0, time.UTC),
		"Fri 1 Jan 2027 00:30": time.Date(2027, 1, 1, 0, 30, 0, 0, time.UTC),
	} {
		if got := Near(at, now); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// What belongs together stays on one line, and no line is wider than it may be.
func TestWrap(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"leads to rows, until 31 Dec 2028", "leads to rows,\n> until 31 Dec 2028"},
		{"accounting (art. 74 ust. 2)", "accounting (art. 74\n> ust. 2)"},
		{"one", "one"},
		{"", ""},
		{"a word-that-is-much-too-long-for-it", "a\n> word-that-is-much-too-long-for-it"},
	} {
		if got := wrap(c.text, 20, "> "); got != c.want {
			t.Errorf("%q", got)
		}
	}
}

func TestWrapLosesNothing(t *testing.T) {
	word := rapid.SampledFrom([]string{"until", "31", "Dec", "2028", "art.", "5", "rows", "ż", "—", "a", "period", "Mon", "412"})
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.SliceOf(word).Draw(t, "words")
		width := rapid.IntRange(20, 60).Draw(t, "width")
		out := lines(strings.Join(in, " "), width)
		if got := strings.Fields(strings.Join(out, " ")); strings.Join(got, " ") != strings.Join(in, " ") {
			t.Fatalf("%v became %v", in, out)
		}
		for _, l := range out {
			if utf8.RuneCountInString(l) > width && strings.Contains(l, " ") && !together[0].MatchString(l) && !together[2].MatchString(l) && !together[3].MatchString(l) {
				t.Fatalf("%d columns: %q", utf8.RuneCountInString(l), l)
			}
		}
	})
}

func TestTable(t *testing.T) {
	table := Table{Head: []string{"SYSTEM", "ROWS", "NOTE"}, Right: []bool{false, true}}
	table.Add("książki", "1,000", "żółć")
	table.Add("b", "2", "")
	var b bytes.Buffer
	if err := table.Print(&b); err != nil {
		t.Fatal(err)
	}
	want := "SYSTEM    ROWS  NOTE\nksiążki  1,000  żółć\nb            2\n"
	if b.String() != want {
		t.Errorf("\n%s", b.String())
	}
}

func TestDocument(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, Document{"a": "<1>", "format": "dossier.x/v1", "b": []int{}}); err != nil {
		t.Fatal(err)
	}
	want := "{\n  \"format\": \"dossier.x/v1\",\n  \"a\": \"<1>\",\n  \"b\": []\n}\n"
	if b.String() != want || !json.Valid(b.Bytes()) {
		t.Errorf("\n%s", b.String())
	}
	b.Reset()
	if err := JSON(&b, Document{"format": "dossier.x/v1"}); err != nil || !json.Valid(b.Bytes()) {
		t.Errorf("%v\n%s", err, b.String())
	}
}

func TestProblem(t *testing.T) {
	var b bytes.Buffer
	Problem(&b, errors.New("two things\nthe second"), "dossier apply x --approve sha256:"+strings.Repeat("ab", 32))
	want := "dossier: two things\n  the second\n  hint: dossier apply x --approve sha256:abababab…abab\n"
	if b.String() != want {
		t.Errorf("\n%s", b.String())
	}
	b.Reset()
	Problem(&b, errors.New("no connector x\nhint: put it there"), "another hint")
	if strings.Contains(b.String(), "another") {
		t.Errorf("two hints:\n%s", b.String())
	}
}
