package access

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// exportTexts makes the free texts of the map such as name nobody else.
var exportTexts = map[string][2]string{
	"ledger.yaml/title":   {"free_text: review", "free_text: export"},
	"register.yaml/notes": {"free_text: review", "free_text: export"},
}

// TestEveryValue compares every cell of the package with the stores, in both directions, for persons with a
// difficulty each.
func TestEveryValue(t *testing.T) {
	h := newHouse(t, sample.Options{}, nil)
	p := h.Persons
	for _, c := range []struct {
		name, request string
		who           sample.Person
	}{
		{"demo", "access", p.Demo},
		{"spouse", "spouse-access", p.Spouse},
		{"stranger", "stranger-access", p.Stranger},
		{"awkward", "awkward-access", p.Awkward},
		{"heavy", "heavy-access", p.Heavy},
		{"minor", "minor-access", p.Minor},
		{"prolific", "", p.Prolific},
		{"corrections", "", p.Corrections},
		{"misbooked", "", p.Misbooked},
		{"lease-mate", "", p.LeaseMates[3]},
		{"null-paths", "", p.NullPaths},
		{"next-tenant", "", p.NextTenant},
	} {
		t.Run(c.name, func(t *testing.T) {
			pack := h.fetch(t, cmpOr(c.request, "spouse-access"), "2026-1-"+c.name, func(r map[string]any) {
				if c.request == "" {
					about(r, c.who)
				}
			})
			pack.compare(t, h.oracle(t, c.who).access())
			pack.nobodyElse(t, h.oracle(t, c.who))
			pack.tellsNothingOfSystems(t, h)
		})
	}
}

func cmpOr(s, or string) string {
	if s == "" {
		return or
	}
	return s
}

// about makes a request one of another person, named by PESEL.
func about(r map[string]any, who sample.Person) {
	delete(r["reply"].(map[string]any), "address") // the other's
	r["subject"] = map[string]any{"identifiers": []any{map[string]any{"kind": "pesel", "value": who.PESEL, "verified": true}}}
	if who.Email != "" {
		ids := r["subject"].(map[string]any)
		ids["identifiers"] = append(ids["identifiers"].([]any), map[string]any{"kind": "email", "value": who.Email, "verified": true})
	}
}

// nobodyElse looks through every byte of the package for what names another member.
func (p *parcel) nobodyElse(t testing.TB, o *oracle) {
	t.Helper()
	own := o.query(o.reg, "member_no,pesel,email,phone", "members WHERE id = ?", o.who.ID).rows
	mine := map[string]bool{"": true, sample.SentinelEmail: true}
	for _, row := range own {
		for _, c := range row {
			mine[c.text] = true
		}
	}
	for _, e := range o.readCounterparts() {
		mine[e] = true
	}
	all := bytes.Join(p.bodies(), []byte{0})
	for _, row := range o.query(o.reg, "member_no,pesel,email,phone", "members WHERE id <> ?", o.who.ID).rows {
		for _, c := range row {
			if !mine[c.text] && bytes.Contains(all, []byte(c.text)) {
				t.Errorf("an identifier of another member is in the package")
			}
		}
	}
	for _, row := range o.query(o.led, "iban", "accounts WHERE member_no IS NOT ?", o.who.MemberNo).rows {
		if !row[0].null && bytes.Contains(all, []byte(row[0].text)) {
			t.Error("another member's bank account is in the package")
		}
	}
}

// readCounterparts are the member numbers the person may see.
func (o *oracle) readCounterparts() []string {
	var out []string
	for _, r := range o.query(o.reg, "member_no", "members WHERE representative_id = ?", o.who.ID).rows {
		out = append(out, r[0].text)
	}
	return out
}

func (p *parcel) bodies() [][]byte {
	var out [][]byte
	for _, b := range p.files {
		out = append(out, b)
	}
	return out
}

// tellsNothingOfSystems: no host, path, table, file of a store or product.
func (p *parcel) tellsNothingOfSystems(t testing.TB, h *house) {
	t.Helper()
	host, _ := os.Hostname()
	for name, b := range p.files {
		for _, secret := range []string{h.Dir, h.dir, host, filepath.Base(h.RegisterFile), filepath.Base(h.LedgerFile), "sqlite", "SQLite", "lease_parties",
			"member_search", "arrears_letters", "lease_scans", "meter_import", "dossier-connector", "register/", "ledger/", "documents/"} {
			if secret != "" && (bytes.Contains(b, []byte(secret)) || strings.Contains(name, secret)) {
				t.Errorf("%s tells %q", name, secret)
			}
		}
	}
}

// TestThirdPersonsAndReviews: what is another's, and what a person has to read first, is left out, counted and said; the plan
// says the same.
func TestThirdPersonsAndReviews(t *testing.T) {
	h := newHouse(t, sample.Options{}, nil)
	pack := h.fetch(t, "access", "2026-2", nil)
	o := h.oracle(t, h.Persons.Demo)
	count := func(e expected, column string) (n int64) {
		for _, row := range e.rows {
			if !row[slices.Index(e.columns, column)].null {
				n++
			}
		}
		return n
	}
	members := o.query(o.reg, "emergency_name,emergency_phone,registered_by,notes", "members WHERE id = ?", h.Persons.Demo.ID)
	entries := o.entries("payer,title")
	for _, c := range []struct {
		what   string
		n      int64
		review bool
	}{
		{"Członkowie: Osoba do kontaktu", count(members, "emergency_name"), false},
		{"Członkowie: Telefon osoby do kontaktu", count(members, "emergency_phone"), false},
		{"Członkowie: Wpisał(a)", count(members, "registered_by"), false},
		{"Członkowie: Notatka", count(members, "notes"), true},
		{"Wpłaty i naliczenia: Wpłacający", count(entries, "payer"), false},
		{"Wpłaty i naliczenia: Tytuł płatności", count(entries, "title"), true},
		{"Pisma: Dokument", int64(len(o.letters().rows)), true},
		{"Skany umów o lokal: Dokument", int64(len(o.scans().rows)), true},
	} {
		n, why, later := pack.leftOut(c.what)
		if c.n == 0 || n != c.n {
			t.Errorf("%s: %d values left out, want %d and more than none", c.what, n, c.n)
		}
		if c.review != (later == "2026-11-09") || c.review != strings.Contains(why, "przegląda") {
			t.Errorf("%s: %q, answer by %q", c.what, why, later)
		}
	}
	if len(pack.index.LeftOut) != 8 {
		t.Errorf("%d lines of what is left out", len(pack.index.LeftOut))
	}
	if len(pack.index.Files) != 0 {
		t.Errorf("%d documents left before anybody read them", len(pack.index.Files))
	}
	all := string(bytes.Join(pack.bodies(), nil))
	for _, secret := range []string{"Stanisław Ż", "Maria K.", "wpłata za czynsz", "ugoda, rata"} {
		if strings.Contains(all, secret) {
			t.Errorf("the package holds %q", secret)
		}
	}
	plan := h.must(t, "plan", "show", "2026-2")
	for _, line := range []string{"notes: may name others", "title: may name others", "the document: may name others", "emergency_name, emergency_phone"} {
		if !strings.Contains(plan, line) {
			t.Errorf("the plan does not say %q", line)
		}
	}
}

// TestDocumentsThatNameNobodyElse leave with their bytes, under names that tell nothing.
func TestDocumentsThatNameNobodyElse(t *testing.T) {
	h := newHouse(t, sample.Options{}, map[string][2]string{
		"documents.yaml/letters": {"document: correspondence.letter\n", "document: correspondence.letter\n    free_text: export\n"},
		"documents.yaml/scans":   {"document: housing.lease\n", "document: housing.lease\n    free_text: export\n"},
	})
	pack := h.fetch(t, "access", "2026-3", nil)
	o := h.oracle(t, h.Persons.Demo)
	want := map[string]int{}
	for _, name := range o.folder("letters", h.Persons.Demo.MemberNo) {
		want[o.read("letters", h.Persons.Demo.MemberNo, name)]++
	}
	for _, l := range h.Persons.Demo.Leases {
		for _, name := range o.folder("leases", l) {
			want[o.read("leases", l, name)]++
		}
	}
	got := map[string]int{}
	for _, f := range pack.index.Files {
		body := string(pack.files[f.Path])
		got[body]++
		if int64(len(body)) != f.Bytes || !strings.HasPrefix(f.Path, "files/") {
			t.Errorf("%s: %d bytes, said to be %d", f.Path, len(body), f.Bytes)
		}
		if ext := filepath.Ext(f.Path); !slices.Contains([]string{".pdf", ".jpg", ".png"}, ext) {
			t.Errorf("%s ends in %s", f.Path, ext)
		}
		for _, secret := range append(h.Persons.Demo.Leases[1:], "101", "P0000", "2022-01-04") {
			if strings.Contains(strings.TrimSuffix(filepath.Base(f.Path), filepath.Ext(f.Path)), secret) {
				t.Errorf("the name %s tells something", filepath.Base(f.Path))
			}
		}
	}
	if len(want) < 10 || len(pack.index.Files) != 27 {
		t.Fatalf("%d files, %d different ones in the store", len(pack.index.Files), len(want))
	}
	for body, n := range want {
		if got[body] != n {
			t.Errorf("a document of %d bytes is there %d times, want %d", len(body), got[body], n)
		}
	}
	for _, title := range []string{"Pisma", "Skany umów o lokal"} {
		tab := pack.tables[title]
		at := slices.Index(tab.names(), "document")
		if at < 0 {
			t.Fatalf("%s does not point to its documents", title)
		}
		for _, row := range tab.rows {
			if pack.files[row[at].text] == nil {
				t.Errorf("%s points to a file that is not there", title)
			}
		}
	}
}

func (o *oracle) read(path ...string) string {
	b, err := os.ReadFile(filepath.Join(append([]string{o.h.DocumentsDir}, path...)...))
	if err != nil {
		o.t.Fatal(err)
	}
	return string(b)
}
