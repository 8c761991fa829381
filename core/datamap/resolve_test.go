package datamap_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
)

func load(t *testing.T, dir string) *datamap.Map {
	t.Helper()
	m, problems := datamap.Load(dir)
	if len(problems) > 0 {
		t.Fatalf("%s has problems:\n%s", dir, problems)
	}
	return m
}

func at(t *testing.T, m *datamap.Map, address string) datamap.Place {
	t.Helper()
	p, err := m.Lookup(address)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestSize(t *testing.T) {
	m := load(t, "testdata/estate")
	want := "testdata/estate: 6 systems, 23 collections, 81 fields; a way leads to every collection."
	if got := datamap.Summary("testdata/estate", m, nil); got != want {
		t.Error(got)
	}
}

func TestRules(t *testing.T) {
	m := load(t, "testdata/estate")
	members := at(t, m, "register/members").Collection
	r := members.Rules[0]
	if r.Purpose.Name != "membership" || r.Keep.String() != "10 years" || r.Law != "ustawa o spółdzielniach mieszkaniowych, art. 30" || r.Since.Field != "left_on" || r.SkipMissing {
		t.Errorf("%+v", r)
	}
	if r := members.Rules[1]; !r.SkipMissing || r.Since.Field != "died_on" {
		t.Errorf("%+v", r)
	}
	claims := at(t, m, "ledger/entries").Collection.Rules[1]
	if len(claims.When) != 1 || claims.When[0].Field != "status" || !slices.Equal(claims.When[0].Values, []string{"unpaid"}) || claims.Keep.String() != "6 years after year end" {
		t.Errorf("%+v", claims)
	}
	if r := at(t, m, "register/subscriptions").Collection.Rules[0]; r.Keep != nil || !r.Purpose.Consent() {
		t.Errorf("%+v", r)
	}
	risk := at(t, m, "register/members.risk_score").Field
	if len(risk.Rules) != 1 || risk.Rules[0].Purpose.Name != "arrears_risk" || risk.Source != "inferred" {
		t.Errorf("%+v", risk)
	}
	if scored := at(t, m, "register/members.scored_on").Field; len(scored.Rules) != 1 || scored.Source != "inferred" {
		t.Errorf("what an alias repeats: %+v", scored)
	}
}

func TestDates(t *testing.T) {
	m := load(t, "testdata/estate")
	for address, want := range map[string]struct {
		of   string
		over string
		last bool
	}{
		"ledger/accounts":          {"ledger/entries", "ledger/entries.account_no", true},
		"helpdesk/ticket_comments": {"helpdesk/tickets", "helpdesk/ticket_comments._id^", false},
		"shelf/member_files":       {"register/members", "", true},
	} {
		s := at(t, m, address).Collection.Rules[0].Since
		over := ""
		if s.Over != nil {
			over = s.Over.ID
		}
		if s.Of == nil || s.Of.Address() != want.of || over != want.over || s.Last != want.last {
			t.Errorf("%s: %+v over %q", address, s, over)
		}
	}
	full := load(t, "testdata/full")
	rules := at(t, full, "register/members").Collection.Rules
	if len(rules) != 4 || rules[0].Since.Field != "left_on" || rules[1].Since.Field != "paid_on" || !rules[1].Since.Last || rules[0].Purpose != rules[1].Purpose || rules[2].Until.Field != "honoured_until" {
		t.Errorf("later_of becomes a rule for each date: %+v", rules)
	}
	if r := rules[3]; r.Since.Field != "left_on" || !slices.Equal(r.Or, []string{"entered_on"}) {
		t.Errorf("earlier_of stays one rule over its dates: %+v", r)
	}
}

func TestInheritance(t *testing.T) {
	m := load(t, "testdata/estate")
	for address, want := range map[string]string{
		"register/addresses": "register/members", "register/vehicles": "register/members", "register/leases": "register/leases",
		"documents/lease_scans": "register/leases", "helpdesk/photos": "helpdesk/tickets", "ledger/balances": "ledger/entries",
		"register/member_search": "register/members", "documents/meter_import": "ledger/readings", "lake/hourly": "ledger/readings",
	} {
		rules, of := at(t, m, address).Collection.Holding()
		if of.Address() != want || len(rules) == 0 {
			t.Errorf("%s is held by %d rules of %s", address, len(rules), of.Address())
		}
	}
	search := at(t, m, "register/member_search").Collection
	e := search.Edges[0]
	if !e.Implicit || e.Kind != datamap.OwnedBy || !slices.Equal(e.Fields, []string{"member_id"}) || !slices.Equal(e.ToFields, []string{"id"}) || search.DerivedFrom.Name != "members" {
		t.Errorf("%+v", e)
	}
	if n := len(at(t, m, "ledger/balances").Collection.Edges); n != 1 {
		t.Errorf("a copy an edge leads to needs no other: %d", n)
	}
}

func TestEdges(t *testing.T) {
	m := load(t, "testdata/estate")
	e := at(t, m, "register/disclosures.member_id").Field.Edge
	if !slices.Equal(e.Needs, []string{"member_no"}) || !e.Local() || e.Leave != "null" {
		t.Errorf("%+v", e)
	}
	if e := at(t, m, "register/vehicles.member_id").Field.Edge; !slices.Equal(e.Needs, []string{"id"}) {
		t.Errorf("without needs the key stays: %v", e.Needs)
	}
	r := at(t, m, "ledger/readings.flat_no").Field.Edge
	if r.Local() || r.To.Name != "leases" || !slices.Equal(r.ToFields, []string{"flat_no"}) || *r.During != (datamap.During{Date: "read_on", From: "started_on", To: "ended_on"}) {
		t.Errorf("%+v", r)
	}
	owns := at(t, m, "register/lease_parties.lease_no").Field.Edge
	if parent, _ := owns.Parent(); parent.Name != "lease_parties" {
		t.Errorf("%+v", owns)
	}
	staff := at(t, m, "register/members.registered_by").Field.Edge
	if staff.To != nil || staff.Outside != "staff" || staff.Rights() {
		t.Errorf("%+v", staff)
	}
	sees := at(t, m, "register/members.representative_id").Field.Edge
	if sees.Kind != datamap.AccessedBy || len(sees.Shows) != 3 || sees.ShowsAll {
		t.Errorf("%+v", sees)
	}
	entries := at(t, m, "ledger/entries").Collection
	if self := entries.Edges[1]; !self.Self() || self.ID != "ledger/entries.corrects_book+corrects_no" || len(entries.Onward) != 1 || len(entries.Inward) != 2 {
		t.Errorf("%+v, on %d, in %d", self, len(entries.Onward), len(entries.Inward))
	}
	if c := at(t, m, "register/leases.party_count").Field; c.Counts.ID != "register/lease_parties.lease_no" || c.Source != "derived" {
		t.Errorf("%+v", c)
	}
	comments := at(t, m, "helpdesk/ticket_comments").Collection
	if !slices.Equal(comments.Key, []string{"_id", "no"}) {
		t.Errorf("the document's key goes before the element's: %v", comments.Key)
	}
}

func TestCategoriesAndLabels(t *testing.T) {
	m := load(t, "testdata/estate")
	for address, want := range map[string]string{
		"register/members.pesel": "identity.national_number", "register/members.member_no": "identifier.other",
		"ledger/accounts.holder": "identity.name", "register/lease_parties.lease_no": "housing.lease",
		"documents/meter_import.flat_no": "housing.flat", "register/members.emergency_phone": "contact.phone",
	} {
		if c := at(t, m, address).Field.Category; c == nil || c.Name != want {
			t.Errorf("%s is %+v", address, c)
		}
	}
	for address, want := range map[string]string{
		"register/vehicles": "Pojazdy", "register/addresses": "Dane kontaktowe", "register/members": "Członkowie", "lake/hourly": "Odczyty liczników",
	} {
		if got := at(t, m, address).Collection.Label.In("pl"); got != want {
			t.Errorf("%s reads %s", address, got)
		}
	}
	if f := at(t, m, "register/members.pesel").Field; f.Label.In("en") != "National number (PESEL)" {
		t.Error(f.Label)
	}
	if c := m.Categories["housing.meter"]; c.BuiltIn || c.DPV == "" || c.Special {
		t.Errorf("%+v", c)
	}
	if c := load(t, "testdata/full").Categories["sport.injury"]; !c.Special || c.DPV != "pd:Interest" {
		t.Errorf("what a category does not say it has from above: %+v", c)
	}
}

func TestExceptionsByBasis(t *testing.T) {
	m := load(t, "testdata/estate")
	for purpose, want := range map[string]string{"membership": "art17_3_b", "accounting": "art17_3_b", "claims": "art17_3_e", "lease": "", "newsletter": "", "adaptations": ""} {
		if got := m.Purposes[purpose].Exception; got != want {
			t.Errorf("%s: %q", purpose, got)
		}
	}
	for basis, want := range map[string]string{"[art6_1_f, art9_2_h]": "art17_3_c", "[art6_1_f, art9_2_i]": "art17_3_c", "art6_1_e": "art17_3_b", "[art6_1_c, art9_2_h]": "art17_3_b", "art6_1_d": ""} {
		fsys := overBase(t, "controller.yaml", "basis: art6_1_b", "basis: "+basis)
		m, problems := datamap.LoadFS(fsys, "map")
		if m == nil {
			t.Fatal(problems)
		}
		if got := m.Purposes["membership"].Exception; got != want {
			t.Errorf("%s: %q", basis, got)
		}
	}
}

func TestDefaults(t *testing.T) {
	m := load(t, "testdata/estate")
	for right, want := range map[string]string{"access": "nobody", "portability": "nobody", "lift": "nobody", "withdrawal": "nobody",
		"rectification": "anybody", "restriction": "anybody", "objection": "anybody", "erasure": "another_person"} {
		if m.Approval[right] != want {
			t.Errorf("%s: %s", right, m.Approval[right])
		}
	}
	if m.LiftNotice.String() != "7 days" || m.Zone.String() != "Europe/Warsaw" || m.Country != "PL" || m.Tombstone.Reerase != nil || m.Tombstone.Basis != "art6_1_f" || !m.Tombstone.RootMarks {
		t.Errorf("%+v", m.Tombstone)
	}
	register, members := m.System("register"), at(t, m, "register/members").Collection
	if register.Settle != 24*time.Hour || register.MaxRows != 20_000 || register.Portable != "provided" || register.Zone != m.Zone || register.Pool != nil {
		t.Errorf("%+v", register)
	}
	if members.Restrict.Block != "row_security" || members.Restrict.Mark != "restricted_at" || members.RootRows != 5 || members.Share != 0.01 || members.Growth != "bounded" || members.Rectify.Mode != "replace" || members.Erase.Mode != "delete" {
		t.Errorf("%+v", members)
	}
	if shelf := m.System("shelf"); shelf.Restrict.Block != datamap.BlockTask {
		t.Errorf("paper is restricted by a task: %+v", shelf.Restrict)
	}
	x := m.Recipients["waterworks"]
	if x.Exempt.Limb != "disproportionate" || m.Recipients["insurer"].Exempt.Limb != "impossible" || m.Recipients["mailer"].Country != "US" || m.Recipients["bank"].Role != "controller" {
		t.Errorf("%+v", x)
	}
	if x := load(t, "testdata/full").Recipients["shop"]; x.Country != "US" || x.Category["en"] != "sklep" {
		t.Errorf("%+v", x)
	}
}

func TestTreatments(t *testing.T) {
	m := load(t, "testdata/estate")
	c := at(t, m, "ledger/entries").Collection
	want := map[string]datamap.Anonymise{"account_no": {How: "placeholder"}, "title": {How: "set", Text: "usunięto"}, "booked_on": {How: "year"}, "amount": {How: "keep"}}
	for f, a := range want {
		if c.Erase.Fields[f] != a {
			t.Errorf("%s: %+v", f, c.Erase.Fields[f])
		}
	}
	if len(c.Erase.Fields) != len(want) || at(t, m, "ledger/accounts").Collection.Placeholder["account_no"] != "0000" {
		t.Errorf("%+v", c.Erase)
	}
	if k := at(t, m, "ledger/arrears_letters").Collection.Erase; k.Mode != "keep" || k.Exception != "art17_3_e" || k.Because["pl"] == "" {
		t.Errorf("%+v", k)
	}
	if j := at(t, m, "register/members").Collection.Placeholder["joined_on"]; j != "1900-01-01" {
		t.Errorf("as written: %q", j)
	}
}

func TestSettings(t *testing.T) {
	m := load(t, "testdata/estate")
	env := map[string]string{"REGISTER_URL": "postgres://app:s3cr3t@db/register"}
	_, err := m.System("register").Settings(func(n string) string { return env[n] })
	if err == nil || strings.Contains(err.Error(), "s3cr3t") || !strings.Contains(err.Error(), "REGISTER_APP_URL") || !strings.Contains(err.Error(), "ordinary_url") {
		t.Error(err)
	}
	env["REGISTER_APP_URL"] = "x"
	got, err := m.System("register").Settings(func(n string) string { return env[n] })
	if err != nil || got["url"] != env["REGISTER_URL"] || len(got) != 2 {
		t.Error(len(got), err)
	}
}
