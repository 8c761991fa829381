package archive

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

// TestGolden shows the machine-readable files as a reader gets them. UPDATE_GOLDEN=1 writes them anew.
func TestGolden(t *testing.T) {
	for _, c := range []struct {
		lang  string
		right request.Right
		files []string
	}{
		{"pl", request.Access, []string{"datapackage.json", "article15.json", "data/czlonkowie.csv", "data/czlonkowie.json", "data/pisma-o-zaleglosci.csv"}},
		{"en", request.Portability, []string{"datapackage.json", "data/members.csv"}},
	} {
		files := unpack(t, sample(t, c.lang, c.right))
		for _, name := range c.files {
			path := filepath.Join("testdata", "golden", c.lang+"-"+string(c.right), strings.ReplaceAll(name, "/", "-"))
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, files[name], 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), string(files[name])); d != "" {
				t.Errorf("%s %s: %s (-want +got):\n%s", c.lang, c.right, name, d)
			}
		}
	}
}

func TestPortabilityIsNotAccess(t *testing.T) {
	files := unpack(t, sample(t, "pl", request.Portability))
	for _, name := range []string{"article15.json", "article15.context.jsonld"} {
		if files[name] != nil {
			t.Errorf("a portable package holds %s", name)
		}
	}
	page := string(files["index.html"])
	for _, want := range []string{"Przeniesienie nie oznacza usunięcia", "Nie obejmuje: danych wywnioskowanych", "Pliki może odczytać każdy, kto je otrzyma", "dane innej osoby"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if strings.Contains(page, "article15.json") || strings.Contains(string(files["dossier.json"]), "article15.json") {
		t.Error("a file is named that is not there")
	}
}

func TestAnsweredBy(t *testing.T) {
	got := AnsweredBy("pl", request.Access, "Strona sp. z o.o., rodo@strona.example", "Pytania", 2)
	if got.Why != "za te dane odpowiada inny administrator: Strona sp. z o.o., rodo@strona.example" || got.What != "Pytania" || got.Count != 2 || got.Law != "art. 4 pkt 7 RODO" {
		t.Errorf("%+v", got)
	}
}

func TestOmissions(t *testing.T) {
	for _, c := range []struct {
		right request.Right
		code  string
		want  string
	}{
		{request.Access, plan.ThirdPerson, "dane innej osoby | art.\u00a015 ust.\u00a04 RODO"},
		{request.Portability, plan.ThirdPerson, "dane innej osoby | art.\u00a020 ust.\u00a04 RODO"},
		{request.Portability, plan.NotPortable, "dane nie zostały dostarczone przez Panią/Pana albo nie są przetwarzane na podstawie zgody lub umowy | art.\u00a020 ust.\u00a01 RODO"},
		{request.Access, "anything_else", "pominięto po sprawdzeniu | "},
	} {
		if o := Omission("pl", c.right, c.code, "Notatki", 2); o.Why+" | "+o.Law != c.want || o.What != "Notatki" || o.Count != 2 {
			t.Errorf("%s %s: %+v", c.right, c.code, o)
		}
	}
}

func TestWhatIsToldAgreesWithWhatIsThere(t *testing.T) {
	least := &Article15{Controllers: []Party{{Name: "A"}}, Purposes: []Purpose{{Name: "p"}}, Categories: []Category{{Name: "c"}}}
	table := rowsOf{TableInfo{System: "S", Label: "T", Fields: []Field{{Name: "a"}}}, [][]any{{"x"}}}
	for _, c := range []struct {
		tables    []rowsOf
		processed bool
		page      string
	}{
		{nil, false, "We hold no personal data about you"},
		{nil, true, "this package holds no copy of it yet"},
		{[]rowsOf{table}, false, "This package holds a copy of it"},
	} {
		say := *least
		say.Processed = c.processed
		files := unpack(t, pack(t, info("en", request.Access), &say, c.tables...))
		var a Article15
		if err := json.Unmarshal(files["article15.json"], &a); err != nil {
			t.Fatal(err)
		}
		if want := c.processed || c.tables != nil; a.Processed != want {
			t.Errorf("%q: article15.json says processed: %v", c.page, a.Processed)
		}
		if a.Request != "2026-000123" || a.Language != "en" || !a.AsOf.Equal(asOf) {
			t.Errorf("%q: it is about %s in %s of %s", c.page, a.Request, a.Language, a.AsOf)
		}
		if !strings.Contains(string(files["index.html"]), c.page) {
			t.Errorf("the page does not say %q", c.page)
		}
		for _, f := range []string{"article15.json", "dossier.json", "datapackage.json"} {
			if regexp.MustCompile(`:\s*null`).Match(files[f]) {
				t.Errorf("%s has a null where a list belongs", f)
			}
		}
		if say.Request != "" || say.Purposes[0].Bases != nil {
			t.Error("the caller's value was changed")
		}
	}
}
