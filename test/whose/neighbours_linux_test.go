package whose

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
	"github.com/dossier-dsr/dossier/test/product"
)

// house is a cooperative of its own for each test: the named persons and few beside.
func house(t *testing.T) *product.House {
	t.Helper()
	return built.House(t, cooperative.Lay(t, sample.Options{Members: 60}))
}

// erase carries an erasure out to its end, as far as it goes without a person.
func erase(t *testing.T, h *product.House, p *plan.Plan) {
	t.Helper()
	if !p.Applicable {
		t.Fatal(p.Blockers)
	}
	if r := h.Apply(t, p); r.Code != 0 && r.Code != 4 {
		t.Fatalf("%+v", r)
	}
	h.Told(t, p.Request)
	h.Later(25 * time.Hour)
	h.Must(t, "--json", "request", "resume", p.Request)
}

// mine names what of the stores is of the persons given, by the sample's own keys: every row and file an erasure of them all may touch.
func mine(t *testing.T, h *product.House, who ...sample.Person) func(name string) bool {
	t.Helper()
	reg, led := h.Register(t), h.Ledger(t)
	rows := map[string]bool{"ledger/accounts/0000": true, "register/members/0": true} // the placeholder persons
	add := func(prefix, query string, args ...any) {
		db := reg
		if strings.HasPrefix(prefix, "ledger/") {
			db = led
		}
		found, err := db.Query(query, args...)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = found.Close() }()
		for found.Next() {
			var key string
			if err := found.Scan(&key); err != nil {
				t.Fatal(err)
			}
			rows[prefix+key] = true
		}
		if err := found.Err(); err != nil {
			t.Fatal(err)
		}
	}
	alone := map[string]bool{} // leases no one else holds: their readings, scans and lines of imports may go
	var letters []string
	for _, p := range who {
		rows["register/members/"+fmt.Sprint(p.ID)], rows["register/member_search/"+fmt.Sprint(p.ID)] = true, true
		for _, table := range []string{"vehicles", "disclosures"} {
			add("register/"+table+"/", "SELECT id FROM "+table+" WHERE member_id = ?", p.ID)
		}
		add("register/lease_parties/", "SELECT lease_no || '/' || member_id FROM lease_parties WHERE member_id = ?", p.ID)
		add("register/leases/", "SELECT lease_no FROM lease_parties WHERE member_id = ?", p.ID)
		add("register/addresses/", "SELECT address_id FROM members WHERE id = ? AND address_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM members o WHERE o.address_id = members.address_id AND o.id NOT IN ("+ids(who)+"))", p.ID)
		if p.MemberNo != "" {
			letters = append(letters, "documents/letters/"+p.MemberNo+"/")
			add("ledger/accounts/", "SELECT account_no FROM accounts WHERE member_no = ?", p.MemberNo)
			for table, key := range map[string]string{"entries": "book || '/' || entry_no", "arrears_letters": "id", "balances": "account_no"} {
				add("ledger/"+table+"/", "SELECT "+key+" FROM "+table+" WHERE account_no IN (SELECT account_no FROM accounts WHERE member_no = ?)", p.MemberNo)
			}
		}
		for _, l := range p.Leases {
			if cooperative.Count(t, reg, "SELECT count(*) FROM lease_parties WHERE lease_no = ? AND member_id NOT IN ("+ids(who)+")", l) == 0 {
				alone[l] = true
				flat := text(t, reg, "SELECT flat_no FROM leases WHERE lease_no = ?", l)
				add("ledger/readings/", "SELECT flat_no || '/' || meter || '/' || read_on FROM readings WHERE flat_no = ?", flat)
			}
		}
	}
	return func(name string) bool {
		switch {
		case rows[name], slices.ContainsFunc(letters, func(dir string) bool { return strings.HasPrefix(name, dir) }):
			return true
		case strings.HasPrefix(name, "documents/leases/"):
			return alone[strings.Split(name, "/")[2]]
		}
		return strings.HasPrefix(name, "documents/imports/") && len(alone) > 0 // looked into apart
	}
}

// ids lists the register's numbers of persons, for a condition.
func ids(who []sample.Person) string {
	var out []string
	for _, p := range who {
		out = append(out, fmt.Sprint(p.ID))
	}
	return strings.Join(out, ", ")
}

// stay is a time for which one or several persons alone held a flat: its readings in the imports are theirs.
type stay struct{ flat, from, to string }

// staysOf are the times of the persons' leases that nobody else holds.
func staysOf(t *testing.T, h *product.House, who ...sample.Person) []stay {
	t.Helper()
	var out []stay
	reg := h.Register(t)
	for _, p := range who {
		for _, l := range p.Leases {
			if cooperative.Count(t, reg, "SELECT count(*) FROM lease_parties WHERE lease_no = ? AND member_id NOT IN ("+ids(who)+")", l) > 0 {
				continue
			}
			var s stay
			if err := reg.QueryRow("SELECT flat_no, coalesce(started_on, ''), coalesce(ended_on, '9') FROM leases WHERE lease_no = ?", l).Scan(&s.flat, &s.from, &s.to); err != nil {
				t.Fatal(err)
			}
			out = append(out, s)
		}
	}
	return out
}

// in says whether a line of an import lies in one of the times.
func in(line []byte, stays []stay) bool {
	cells := bytes.Split(line, []byte(";"))
	return len(cells) == 3 && slices.ContainsFunc(stays, func(s stay) bool {
		return bytes.Equal(cells[0], latin2(s.flat)) && string(cells[1]) >= s.from && string(cells[1]) <= s.to
	})
}

// onlyOwn fails where an erasure touched anything that is not the person's, or a line of an import of somebody else's.
func onlyOwn(t *testing.T, h *product.House, before cooperative.Snapshot, imports map[string][][]byte, own func(string) bool, stays []stay, more ...string) {
	t.Helper()
	for _, name := range before.Changed(h.Snapshot(t)) {
		if !own(name) && !slices.Contains(more, name) {
			t.Errorf("%s was touched", name)
		}
	}
	for name, now := range importsOf(t, h) {
		hers := func(line []byte) bool { return in(line, stays) }
		if !slices.EqualFunc(slices.DeleteFunc(slices.Clone(now), hers), slices.DeleteFunc(slices.Clone(imports[name]), hers), bytes.Equal) {
			t.Errorf("%s: another person's line was touched", name)
		}
	}
}

// latin2 is the text in the imports' encoding, as far as flats' names need it.
func latin2(s string) []byte {
	code := map[rune]byte{'Ł': 0xa3, 'ą': 0xb9, 'Ś': 0x8c, 'ś': 0x9c, 'ł': 0xb3, 'ż': 0xbf, 'Ż': 0xaf, 'ó': 0xf3, 'ę': 0xea, 'ć': 0xe6, 'ń': 0xf1, 'ź': 0x9f}
	var out []byte
	for _, r := range s {
		if b, ok := code[r]; ok {
			out = append(out, b)
		} else {
			out = append(out, byte(r))
		}
	}
	return out
}

// importsOf are the imports' lines.
func importsOf(t *testing.T, h *product.House) map[string][][]byte {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(h.DocumentsDir, "imports", "*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatal("no imports", err)
	}
	out := map[string][][]byte{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out[filepath.Base(f)] = bytes.SplitAfter(b, []byte("\n"))
	}
	return out
}

// TestDemoLeavesEverybodyElse: of the demo person goes what the plan said, of all others nothing.
func TestDemoLeavesEverybodyElse(t *testing.T) {
	t.Parallel()
	h := house(t)
	demo := h.Persons.Demo
	own := mine(t, h, demo)
	stays := staysOf(t, h, demo)
	subscription := "register/subscriptions/" + text(t, h.Register(t), "SELECT id FROM subscriptions WHERE email = ?", demo.Email)
	before, imports := h.Snapshot(t), importsOf(t, h)
	p := h.Plan(t, h.Requests["erasure"])
	erase(t, h, p)
	if st := h.Standing(t, p.Request); st.State != "done" {
		t.Fatalf("%s %s %v", st.State, st.Why, st.Attention)
	}
	onlyOwn(t, h, before, imports, own, stays, subscription)
	after := h.Snapshot(t)
	kinds := map[string][3]int{} // gone, changed, new by collection
	for _, name := range before.Changed(after) {
		parts := strings.Split(name, "/")
		k := kinds[parts[0]+"/"+parts[1]]
		_, was := before[name]
		_, is := after[name]
		switch {
		case !is:
			k[0]++
		case was:
			k[1]++
		default:
			k[2]++
		}
		kinds[parts[0]+"/"+parts[1]] = k
	}
	want := map[string][3]int{
		"register/disclosures": {1, 0, 0}, "register/lease_parties": {2, 0, 0}, "register/leases": {1, 1, 0}, "register/member_search": {1, 0, 0},
		"register/subscriptions": {1, 0, 0}, "register/vehicles": {2, 0, 0}, "register/members": {0, 1, 0},
		"ledger/balances": {1, 0, 0}, "ledger/readings": {206, 0, 0}, "ledger/entries": {0, 118, 0}, "ledger/accounts": {0, 0, 1},
		"documents/leases": {9, 0, 0}, "documents/letters": {3, 0, 0}, "documents/imports": {0, kinds["documents/imports"][1], 0},
	}
	if !maps.Equal(kinds, want) {
		t.Errorf("gone, changed and new: %v\nwant %v", kinds, want)
	}
	for _, column := range []string{"pesel", "email", "phone", "born_on", "notes", "address_id", "emergency_name", "emergency_phone", "disability", "risk_score", "scored_on", "recommended_by", "representative_id", "statement"} {
		if got := text(t, h.Register(t), "SELECT "+column+" FROM members WHERE id = ?", demo.ID); got != "" {
			t.Errorf("members.%s still holds something", column)
		}
	}
	if got := text(t, h.Register(t), "SELECT member_no || first_name || last_name FROM members WHERE id = ?", demo.ID); got != demo.MemberNo+"—osoba usunięta" {
		t.Errorf("her row names her still: %d characters", len(got))
	}
	if was, is := linesIn(imports, stays), linesIn(importsOf(t, h), stays); was != 206 || is != 0 {
		t.Errorf("%d readings of hers stood in imports, %d do still; want 206 and none", was, is)
	}
}

func linesIn(imports map[string][][]byte, stays []stay) (n int) {
	for _, lines := range imports {
		for _, l := range lines {
			if in(l, stays) {
				n++
			}
		}
	}
	return n
}

// TestSharedIdentifiers: what a couple shares, what was given to somebody else since, what two members are called, and what stands for
// nobody at all never decides whose a row is.
func TestSharedIdentifiers(t *testing.T) {
	for name, c := range map[string]struct {
		request    string
		who        func(sample.Persons) sample.Person
		candidates []string // collections in which a person has to look
	}{
		"couple's e-mail":  {"wife-erasure", func(p sample.Persons) sample.Person { return p.Wife }, []string{"documents/petitions"}},
		"re-issued phone":  {"stranger-erasure", func(p sample.Persons) sample.Person { return p.Stranger }, nil},
		"namesakes":        {"namesake-erasure", func(p sample.Persons) sample.Person { return p.Namesakes[1] }, nil},
		"sentinel e-mail":  {"sentinel-erasure", func(p sample.Persons) sample.Person { return p.SentinelHolder }, nil},
		"one of four":      {"lease-mate-erasure", func(p sample.Persons) sample.Person { return p.LeaseMates[3] }, nil},
		"unknown dates":    {"unknown-dates-erasure", func(p sample.Persons) sample.Person { return p.UnknownDates }, nil},
		"around year end":  {"year-end-erasure", func(p sample.Persons) sample.Person { return p.YearEnd }, nil},
		"with corrections": {"corrections-erasure", func(p sample.Persons) sample.Person { return p.Corrections }, nil},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			h := house(t)
			who := c.who(h.Persons)
			own := mine(t, h, who)
			stays := staysOf(t, h, who)
			before, imports := h.Snapshot(t), importsOf(t, h)
			p := h.Plan(t, h.Requests[c.request])
			var candidates []string
			for _, x := range p.Candidates {
				candidates = append(candidates, x.System+"/"+x.Collection)
			}
			slices.Sort(candidates)
			if !slices.Equal(candidates, c.candidates) {
				t.Errorf("candidates %v, want %v", candidates, c.candidates)
			}
			if diff := before.Changed(h.Snapshot(t)); len(diff) > 0 {
				t.Errorf("a plan changed %v", diff)
			}
			erase(t, h, p)
			onlyOwn(t, h, before, imports, own, stays)
		})
	}
}

// TestEmptyNumber: who has no number shares nothing with the others who have none.
func TestEmptyNumber(t *testing.T) {
	t.Parallel()
	h := house(t)
	p := h.Plan(t, h.Requests["empty-number-access"])
	for _, sys := range p.Systems {
		if sys.Name != "register" && sys.Roots > 0 {
			t.Errorf("%d rows of %s are called hers, by an empty number", sys.Roots, sys.Name)
		}
	}
	if len(p.Candidates) > 0 {
		t.Errorf("candidates %v", p.Candidates)
	}
}
