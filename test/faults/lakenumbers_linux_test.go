package faults

import (
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestNumbersInKeys: a member's number stands in the key of letters. Who has 1 has nothing of 10, a number that is a pattern elsewhere is a number here, and one that
// leads elsewhere, or can stand in no key, is nobody's letter; the rows it stands in go, and an object that loses the last of them stays.
func TestNumbersInKeys(t *testing.T) {
	t.Parallel()
	numbers := []string{"1", "10", "01", "1.", "*", "..", "../10", "1//10"}
	for _, n := range []string{"1", "*", "..", "../10", "1//10"} {
		t.Run(strings.ReplaceAll(n, "/", "|"), func(t *testing.T) {
			t.Parallel()
			first, last := map[string]string{"letters/2001-01-01-a.txt": "of nobody", "2001-01-01-a.txt": "of nobody"}, map[string]string{}
			rows := "no,member_no,seen_on,said\n"
			for i, x := range numbers {
				if i < 5 {
					first["letters/"+x+"/2001-01-01-a.txt"] = "of " + x
				}
				rows += string(rune('a'+i)) + "," + x + ",2001-02-03,said\n"
			}
			first["imports/2001-01.csv"] = rows
			for key, text := range first {
				if text != "of "+n {
					last[key] = text
				}
			}
			first["imports/2001-02.csv"], last["imports/2001-02.csv"] = "no,member_no,seen_on,said\na,"+n+",2001-02-03,alone\n", "no,member_no,seen_on,said\n" // who reads it expects it
			last["imports/2001-01.csv"] = strings.Join(deleteLine(rows, ","+n+","), "")
			l := lakeOf(t, servers.S3(t, servers.Plain), first, `pattern: 'C-\d+'`, `pattern: '\S+'`)
			p := l.planned(t, n)
			l.applied(t, p)
			l.finish(t, p.Request)
			if y := product.System(t, l.Standing(t, p.Request), "lake"); y.State != "settled" {
				t.Errorf("%+v", y)
			}
			l.stands(t, last)
		})
	}
}

func deleteLine(text, words string) (out []string) {
	for line := range strings.SplitAfterSeq(text, "\n") {
		if !strings.Contains(line, words) {
			out = append(out, line)
		}
	}
	return out
}
