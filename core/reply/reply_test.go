package reply

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/request"
)

// facts are those of a closed request with everything that is true of all.
func facts(lang string, right request.Right, outcome request.Outcome) Facts {
	return Facts{Language: lang, Today: "2026-11-20", Request: "2026-000123", Right: right, State: request.Done, Outcome: outcome, ReceivedOn: "2026-11-02", DueOn: "2026-12-02", AsOf: "2026-11-06",
		Controllers: []Party{{Name: "Spółdzielnia „Pod Lipami”", Address: "ul. Lipowa 1, 00-950 Warszawa", Email: "biuro@podlipami.example"}}, DPO: &Party{Name: "Anna Wzorcowa", Email: "iod@podlipami.example"},
		Authority: Authority{"Prezes UODO", "ul. Moniuszki 1A, 00-014 Warszawa", "uodo.gov.pl"}, Addressee: "jan@example.pl", Capacity: "self", Searched: []string{"Rejestr członków", "Księgowość"},
		Found: []string{"Rejestr członków"}, FoundBy: []string{"PESEL"}, Register: Register{Until: "2032-12-31", Basis: "art6_1_f", Why: "Kodeks cywilny, art. 118"}}
}

var kept = []Kept{{What: "Wpłaty i naliczenia", Place: "Księgowość", Purpose: "Księgi rachunkowe", Code: "retention", Provision: "art17_3_b", Law: "ustawa o rachunkowości, art. 74 ust. 2", Until: "2031-12-31"},
	{What: "Członkowie", Place: "Rejestr członków", Code: "leads_to_kept"}}

// letters are the cases, by the name of their golden file: each right and outcome.
var letters = map[string]func(lang string) (*Letter, error){
	"access": func(lang string) (*Letter, error) {
		f := facts(lang, request.Access, request.Partly)
		f.Archive, f.LeftOut = &Archive{Until: "2026-12-04"}, []LeftOut{{What: "Członkowie: Osoba do kontaktu", Code: "third_person"}, {What: "Pisma: Dokument", Code: "needs_review"}, {What: "Pytania ze strony", Code: "other_controller", Who: "Strona sp. z o.o., rodo@strona.example"}, {What: "Badania zlecone", Code: "processor"}}
		return Compose(f, Answer)
	},
	"access-under-way": func(lang string) (*Letter, error) {
		f := facts(lang, request.Access, "")
		f.State, f.NotYet = request.Waiting, []string{"Teczki elektroniczne"}
		return Compose(f, Answer)
	},
	"access-nothing-held": func(lang string) (*Letter, error) {
		f := facts(lang, request.Access, request.NothingHeld)
		f.Found = nil
		return Compose(f, Answer)
	},
	"portability": func(lang string) (*Letter, error) {
		f := facts(lang, request.Portability, request.Partly)
		f.Archive, f.LeftOut = &Archive{Until: "2026-12-04"}, []LeftOut{{What: "Ocena", Code: "not_portable"}}
		return Compose(f, Answer)
	},
	"erasure": func(lang string) (*Letter, error) {
		f := facts(lang, request.Erasure, request.Fulfilled)
		f.Done = []Done{{"Subskrypcje", "Rejestr członków", Deleted, "2026-11-07"}}
		f.Trace = &Trace{ProofUntil: "2032-12-31", Basis: "art6_1_c"}
		return Compose(f, Answer)
	},
	"erasure-partly": func(lang string) (*Letter, error) {
		f := facts(lang, request.Erasure, request.Partly)
		f.Done = []Done{{"Adresy", "Rejestr członków", Deleted, "2026-11-07"}, {"Członkowie", "Rejestr członków", Anonymised, "2026-11-07"}}
		f.Kept, f.WillErase, f.Backups, f.Recipients = kept, true, "2027-02-05", Recipients{2, 1, 1}
		f.Trace = &Trace{ReeraseUntil: "2027-03-07", ProofUntil: "2032-12-31", Basis: "art6_1_f"}
		return Compose(f, Answer)
	},
	"erasure-under-way": func(lang string) (*Letter, error) {
		f := facts(lang, request.Erasure, "")
		f.State, f.NotYet, f.Recipients = request.Running, []string{"Księgowość"}, Recipients{UnderWay: 1}
		f.Done = []Done{{"Adresy", "Rejestr członków", Deleted, "2026-11-07"}}
		return Compose(f, Answer)
	},
	"rectification": func(lang string) (*Letter, error) {
		f := facts(lang, request.Rectification, request.Partly)
		f.Corrections, f.Done = []Changed{{"E-mail", "stary@example.pl", "nowy@example.pl"}}, []Done{{"Członkowie", "Rejestr członków", Corrected, "2026-11-07"}}
		f.Kept = []Kept{{What: "Pisma", Place: "Teczki", Code: "refused"}}
		return Compose(f, Answer)
	},
	"rectification-forgotten": func(lang string) (*Letter, error) {
		f := facts(lang, request.Rectification, request.Fulfilled)
		f.Forgotten, f.Addressee, f.Capacity = true, "", ""
		f.Done = []Done{{"Członkowie", "Rejestr członków", Corrected, "2026-11-07"}}
		return Compose(f, Answer)
	},
	"restriction": func(lang string) (*Letter, error) {
		f := facts(lang, request.Restriction, request.Fulfilled)
		f.Restriction = &Restriction{Of: "2026-000120", Since: "2026-11-06", Ground: "art18_1_a", ReviewBy: "2026-12-06", What: []string{"Rejestr członków – Członkowie"}}
		return Compose(f, Answer)
	},
	"lifting": func(lang string) (*Letter, error) {
		f := facts(lang, request.Lift, "")
		f.State, f.Waits = request.Waiting, request.ForNotice
		f.Restriction = &Restriction{Of: "2026-000120", Since: "2026-11-06", Ground: "art18_1_d", What: []string{"Rejestr członków – Członkowie"}, LiftOn: "2026-11-28"}
		f.Recipients = Recipients{Told: 1}
		return Compose(f, Answer)
	},
	"lifted": func(lang string) (*Letter, error) {
		return Compose(facts(lang, request.Lift, request.Fulfilled), Answer)
	},
	"objection": func(lang string) (*Letter, error) {
		f := facts(lang, request.Objection, request.Fulfilled)
		f.Marketing, f.Purposes = true, []string{"Biuletyn osiedla"}
		return Compose(f, Answer)
	},
	"withdrawal": func(lang string) (*Letter, error) {
		f := facts(lang, request.Withdrawal, request.Partly)
		f.Purposes, f.ProofUntil, f.Kept, f.Capacity = []string{"Biuletyn osiedla"}, "2032-12-31", kept[:1], "guardian"
		return Compose(f, Answer)
	},
	"refused": func(lang string) (*Letter, error) {
		f := facts(lang, request.Erasure, request.OutcomeRefused)
		f.State, f.Refusal = request.Refused, &Refusal{"manifestly_unfounded"}
		return Compose(f, Answer)
	},
	"left-unexamined": func(lang string) (*Letter, error) {
		return Compose(facts(lang, request.Access, request.LeftUnexamined), Answer)
	},
	"referred": func(lang string) (*Letter, error) {
		return Compose(facts(lang, request.Access, request.Referred), Answer)
	},
	"asking": func(lang string) (*Letter, error) {
		f := facts(lang, request.Access, "")
		f.State, f.Waits = request.Waiting, request.ForIdentity
		return Compose(f, Answer)
	},
	"cancelled": func(lang string) (*Letter, error) {
		f := facts(lang, request.Access, "")
		f.State = request.Cancelled
		return Compose(f, Answer)
	},
	"extension": func(lang string) (*Letter, error) {
		f := facts(lang, request.Erasure, "")
		f.State, f.Extension, f.NotYet = request.Running, &Extension{From: "2026-12-02", To: "2027-02-02", Reason: "number"}, []string{"Księgowość"}
		f.Done = []Done{{"Adresy", "Rejestr członków", Deleted, "2026-11-07"}}
		return Compose(f, Extending)
	},
	"recipient": func(lang string) (*Letter, error) {
		return ToRecipient(Notice{Language: lang, Today: "2026-11-20", Request: "2026-000123", Controller: Party{Name: "Spółdzielnia „Pod Lipami”", Email: "biuro@podlipami.example"}, Recipient: "Bank Spółdzielczy",
			Reference: "umowa 7/2020", Event: "erasure", On: "2026-11-07", Categories: []string{"Rachunek bankowy"}})
	},
	"processor": func(lang string) (*Letter, error) {
		return ToRecipient(Notice{Language: lang, Today: "2026-11-20", Request: "2026-000123", Controller: Party{Name: "Spółdzielnia „Pod Lipami”", Email: "biuro@podlipami.example"}, Recipient: "Mailroom Inc.",
			Processor: true, Event: "rectification", On: "2026-11-07", Categories: []string{"E-mail"}, Values: []string{"E-mail: nowy@example.pl"}, ConfirmBy: "2026-12-04"})
	},
}

// TestLetters compares every letter, in both languages, with how it reads. UPDATE_GOLDEN=1 writes them anew.
func TestLetters(t *testing.T) {
	for name, compose := range letters {
		for _, lang := range Languages {
			l, err := compose(lang)
			if err != nil {
				t.Errorf("%s in %s: %v", name, lang, err)
				continue
			}
			var md bytes.Buffer
			if err := l.Markdown(&md); err != nil {
				t.Fatal(err)
			}
			if text := md.String(); strings.Contains(text, "%!") || strings.Contains(text, "r..") || strings.Contains(text, " .") || strings.Contains(text, ": .") {
				t.Errorf("%s in %s has a gap or a slip:\n%s", name, lang, text)
			}
			path := filepath.Join("testdata", name+"-"+lang+".md")
			if os.Getenv("UPDATE_GOLDEN") != "" {
				if err := os.WriteFile(path, md.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(string(want), md.String()); d != "" {
				t.Errorf("%s in %s (-want +got):\n%s", name, lang, d)
			}
		}
	}
}

// TestBlocksEachLetterMustHave: complaint and court, what is kept of the request, and the contact stand where the law wants them.
func TestBlocksEachLetterMustHave(t *testing.T) {
	for name, compose := range letters {
		l, err := compose("en")
		if err != nil {
			t.Fatal(err)
		}
		var md bytes.Buffer
		if err := l.Markdown(&md); err != nil {
			t.Fatal(err)
		}
		text := md.String()
		must := map[string]bool{"Contact in this matter": true}
		switch l.Letter {
		case "A", "A0", "N", "X", "L":
			must["(Art. 77 GDPR)"] = name != "cancelled"
		}
		switch l.Letter {
		case "A", "A0", "E":
			must["What we keep of the request"] = true
		}
		switch name {
		case "erasure-partly", "withdrawal":
			for _, w := range []string{"(Art. 77 GDPR)", "go to court", "Art. 17(3)(b) GDPR; ustawa o rachunkowości", "31\u00a0December\u00a02031"} {
				must[w] = true
			}
		}
		for w, want := range must {
			if want && !strings.Contains(text, w) {
				t.Errorf("%s does not say %q", name, w)
			}
		}
	}
}

// TestRenderings: the page escapes what comes from outside and needs nothing beside itself; JSON is one value of the format.
func TestRenderings(t *testing.T) {
	f := facts("en", request.Rectification, request.Fulfilled)
	f.Corrections = []Changed{{"Name", "<script>alert(1)</script>", "a|b *c* _d_\nnew line"}}
	f.Done = []Done{{"Members", "Register", Corrected, "2026-11-07"}}
	l, err := Compose(f, Answer)
	if err != nil {
		t.Fatal(err)
	}
	var html, md, js bytes.Buffer
	if err := errors.Join(l.HTML(&html), l.Markdown(&md), l.JSON(&js)); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "http://", "src="} {
		if strings.Contains(html.String(), bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	if !strings.Contains(html.String(), `<html lang="en">`) || !strings.Contains(html.String(), "&lt;script&gt;") || strings.Count(html.String(), "<h1>") != 1 {
		t.Error(html.String())
	}
	if !strings.Contains(md.String(), `| &lt;script>alert(1)&lt;/script> | a\|b \*c\* \_d\_ new line |`) {
		t.Error(md.String())
	}
	var back Letter
	if err := json.Unmarshal(js.Bytes(), &back); err != nil || back.Format != Format || back.Letter != "C" || !back.Final {
		t.Errorf("%+v (%v)", back, err)
	}
}

// TestWhatCannotBeWritten is an error, not a letter with a gap.
func TestWhatCannotBeWritten(t *testing.T) {
	f := facts("pl", request.Access, request.Fulfilled)
	for _, k := range []Kind{Extending, Lifting} {
		if _, err := Compose(f, k); !errors.Is(err, ErrNotNow) {
			t.Errorf("%s of a closed access: %v", k, err)
		}
	}
	f.Controllers = nil
	if _, err := Compose(f, Answer); !errors.Is(err, ErrNotNow) {
		t.Errorf("without a controller: %v", err)
	}
	if _, err := Compose(facts("de", request.Access, request.Fulfilled), Answer); err == nil || !strings.Contains(err.Error(), "pl and en") {
		t.Errorf("a language there is not: %v", err)
	}
	if _, err := ToRecipient(Notice{Language: "pl", Event: "access"}); !errors.Is(err, ErrNotNow) {
		t.Errorf("a notice of nothing: %v", err)
	}
}
