package access

import (
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// erase carries the demo member's erasure out as far as the second look.
func (h *house) erase(t testing.TB) {
	t.Helper()
	out, errs, code := h.run(t, "-q", "plan", h.Requests["erasure"], "-o", h.dir+"/plan.json")
	if code != 0 {
		t.Fatalf("plan: exit %d\n%s%s", code, out, errs)
	}
	if out, errs, code := h.run(t, "-q", "--as", "jan", "apply", h.dir+"/plan.json", "--approve", digestOf(t, h)); code != 0 && code != 4 {
		t.Fatalf("apply: exit %d\n%s%s", code, out, errs)
	}
}

func digestOf(t testing.TB, h *house) string {
	t.Helper()
	for _, line := range strings.Split(h.must(t, "--json", "plan", "show", "2026-000123"), "\n") {
		if i := strings.Index(line, `"digest": "`); i >= 0 {
			return strings.Trim(line[i+len(`"digest": "`):], `",`)
		}
	}
	t.Fatal("the plan has no digest")
	return ""
}

// column is the cells of one column, by its name, NULL as "".
func (tab *table) column(t testing.TB, name string) (out []string) {
	t.Helper()
	if tab == nil {
		return nil
	}
	i := slices.Index(tab.names(), name)
	if i < 0 {
		t.Fatalf("no column %s: %v", name, tab.names())
	}
	for _, row := range tab.rows {
		out = append(out, row[i].text)
	}
	return out
}

// TestOwnRecords: an access shows what the executor itself keeps: earlier requests and what they said, what happened to them, whom it told,
// what an erasure left and its trace; found by keyed marks, in the person's language, and nobody else's.
func TestOwnRecords(t *testing.T) {
	h := newHouse(t, sample.Options{}, nil)
	h.works(t, "-q", "run", h.Requests["spouse-access"])
	h.works(t, "-q", "run", h.Requests["access"])
	h.release(t, "2026-000119")
	h.must(t, "archive", "2026-000119", "-o", h.dir+"/first.zip")
	h.must(t, "-q", "request", "note", "2026-000119", "reply_sent")
	h.erase(t)
	if _, errs, code := h.run(t, "-q", "recipients", "record", "2026-000123", "bank", "--told", "2026-11-06", "--by", "letter"); code != 4 {
		t.Fatalf("exit %d\n%s", code, errs)
	}

	pack := h.fetch(t, "access", "2026-40", nil)
	for _, c := range []struct {
		table, column string
		want          []string
	}{
		{"Wnioski", "request", []string{"2026-000119", "2026-40", "2026-000123"}}, // as they were received,
		{"Wnioski", "right", []string{"access", "access", "erasure"}},
		{"Wnioski", "state", []string{"done", "running", "running"}},
		{"Wnioski", "outcome", []string{"partly", "", ""}},
		{"Przebieg wniosków", "event", []string{"reply_sent"}},
		{"Przygotowane kopie danych", "request", []string{"2026-000119"}},
		{"Przygotowane kopie danych", "handed_out", []string{"1"}},
		{"Ślady po usunięciu", "request", []string{"2026-000123"}},
		{"Ślady po usunięciu", "state", []string{"intended"}},
		{"Ślady po usunięciu", "something_kept", []string{"true"}},
	} {
		tab := pack.own[c.table]
		if got := tab.column(t, c.column); !slices.Equal(got, c.want) {
			t.Errorf("%s, %s: %v, want %v", c.table, c.column, got, c.want)
		}
	}
	if marks := pack.own["Ślady po usunięciu"].column(t, "marks"); len(marks) != 1 || !strings.Contains(marks[0], "PESEL") {
		t.Errorf("the kinds of marks are %v", marks)
	}
	said := pack.own["Treść wniosków"]
	if values := said.column(t, "value"); !slices.Contains(values, h.Persons.Demo.PESEL) {
		t.Error("what the requests said of the person is not shown")
	}
	told := pack.own["Zawiadomienia odbiorców"]
	i := slices.Index(told.column(t, "recipient"), "Bank Spółdzielczy w Lipcach")
	if i < 0 || told.column(t, "told_on")[i] != "2026-11-06" || told.column(t, "told")[i] != "sent" {
		t.Error("that the bank was told, and when, is not shown")
	}
	if slices.Contains(told.column(t, "recipient"), "Policja") {
		t.Error("an authority in an inquiry is shown as a recipient")
	}
	kept := pack.own["Dane zachowane po usunięciu"]
	if n := len(kept.column(t, "kept_until")); n == 0 || slices.Contains(kept.column(t, "kept_until"), "") || slices.Contains(kept.column(t, "purpose"), "") {
		t.Errorf("%d lines of what is kept, or one without its end or purpose", n)
	}
	marked := 0
	for _, c := range pack.index.Collections {
		if c.Kept != "" {
			marked++
		}
	}
	if marked == 0 {
		t.Error("no table says that its rows were kept after an erasure")
	}
	if len(pack.told.Erased) != 1 || pack.told.Erased[0].Done || pack.told.Erased[0].On != "2026-11-06" {
		t.Errorf("the erasure under way is not named: %+v", pack.told.Erased)
	}
	for _, o := range pack.told.Own {
		if o.System != "Rejestr wniosków" || o.Purpose == "" || o.Basis == "" || o.Until == "" {
			t.Errorf("what is kept of the person lacks something: %+v", o)
		}
	}
	if len(pack.told.Own) != 4 {
		t.Errorf("%d things are said to be kept: %+v", len(pack.told.Own), pack.told.Own)
	}
	page := string(pack.files["index.html"])
	for _, w := range []string{"Co o Pani/Panu zawiera nasz rejestr wniosków", "usuwamy Pani/Pana dane (wniosek 2026-000123)", "w toku", "Zachowane po wcześniejszym usunięciu"} {
		if !strings.Contains(page, w) {
			t.Errorf("the page does not say %q", w)
		}
	}
	pack.nobodyElse(t, h.oracle(t, h.Persons.Demo))
	pack.tellsNothingOfSystems(t, h)
	for _, title := range []string{"Wnioski", "Treść wniosków"} {
		if slices.Contains(pack.own[title].column(t, "request"), "2026-000201") {
			t.Errorf("%s holds the spouse's request", title)
		}
	}

	portable := h.fetch(t, "portability", "2026-41", nil)
	if len(portable.own) != 0 {
		t.Errorf("a portable copy holds %d tables of our own records", len(portable.own))
	}
}

// TestNothingButTheTrace: after an erasure that kept nothing the answer is "nothing held", and it names the erasure, its trace and the register.
func TestNothingButTheTrace(t *testing.T) {
	h := newHouse(t, sample.Options{}, nil)
	h.must(t, "-q", "run", h.Requests["nothing-held-access"])
	pack := h.fetch(t, "nothing-held-access", "2026-42", language("en"))
	if got := pack.own["Requests"].column(t, "request"); !slices.Equal(got, []string{"2026-000216", "2026-42"}) {
		t.Errorf("the requests are %v", got)
	}
	if got := pack.own["Requests"].column(t, "outcome"); !slices.Equal(got, []string{"nothing_held", ""}) {
		t.Errorf("the outcomes are %v", got)
	}
	if pack.told.Processed || len(pack.index.Found) != 1 || pack.index.Found[0].Label != "Register of requests" {
		t.Errorf("processed: %v, found in %v", pack.told.Processed, pack.index.Found)
	}
	if len(pack.told.Own) != 2 {
		t.Errorf("%+v", pack.told.Own)
	}
}
