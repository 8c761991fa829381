package archive

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

func both(pl, en string) datamap.Label { return datamap.Label{"pl": pl, "en": en} }

// cooperative is a small map: a register and a ledger, and a purpose held for somebody else.
func cooperative() *datamap.Map {
	ctl := &datamap.Controller{Name: "Spółdzielnia „Pod Lipami”", Contact: datamap.Contact{Name: "Biuro", Address: "ul. Lipowa 1", Email: "biuro@podlipami.example"},
		DPO: &datamap.Contact{Name: "Anna Wzorcowa", Email: "iod@podlipami.example"}}
	m := &datamap.Map{Controllers: []*datamap.Controller{ctl}, Languages: []string{"pl", "en"}, Zone: warsaw,
		Authority:   datamap.Authority{Name: both("Prezes Urzędu Ochrony Danych Osobowych", "President of the Personal Data Protection Office"), CheckedOn: "2026-09-01"},
		Identifiers: map[string]*datamap.Identifier{"pesel": {Label: both("PESEL", "national number")}},
		Categories:  map[string]*datamap.Category{}, Purposes: map[string]*datamap.Purpose{}, Recipients: map[string]*datamap.Recipient{},
		Sources: map[string]*datamap.Source{"land_register": {Name: "land_register", Label: both("Księgi wieczyste", "Land register"), Public: true}}}
	cat := func(name, pl, en, dpv string, special bool) *datamap.Category {
		c := &datamap.Category{Name: name, Label: both(pl, en), DPV: dpv, Special: special}
		m.Categories[name] = c
		return c
	}
	name := cat("identity.name", "Imię i nazwisko", "Name", "pd:Name", false)
	health := cat("health.disability", "Niepełnosprawność", "Disability", "pd:Disability", true)
	amount := cat("finance.amount", "Kwoty", "Amounts", "", false)
	date := cat("membership.dates", "Daty członkostwa", "Dates of membership", "", false)
	risk := cat("assessment.payment", "Ocena płatności", "Payment assessment", "", false)
	deed := cat("housing.lease", "Prawo do lokalu", "Right to a flat", "", false)
	purpose := func(p datamap.Purpose) *datamap.Purpose {
		p.Controller = ctl
		if p.Role == "" {
			p.Role = "controller"
		}
		m.Purposes[p.Name] = &p
		return &p
	}
	membership := purpose(datamap.Purpose{Name: "membership", Label: both("Prowadzenie spraw członkowskich", "Members' affairs"), Bases: []string{"art6_1_c"}, Law: "usm, art. 30", Keep: &datamap.Period{N: 10, Unit: datamap.Years}})
	inheritance := purpose(datamap.Purpose{Name: "inheritance", Label: both("Sprawy spadkowe", "Succession"), Bases: []string{"art6_1_c"}, Keep: &datamap.Period{N: 5, Unit: datamap.Years}})
	accounting := purpose(datamap.Purpose{Name: "accounting", Label: both("Księgi rachunkowe", "Accounting"), Bases: []string{"art6_1_c"}, Law: "uor, art. 74", Keep: &datamap.Period{N: 5, Unit: datamap.Years, YearEnd: true}})
	scoring := purpose(datamap.Purpose{Name: "risk", Label: both("Ocena ryzyka", "Risk"), Explain: both("wczesne przypomnienia", "early reminders"), Bases: []string{"art6_1_f"}, Keep: &datamap.Period{N: 1, Unit: datamap.Years}, Profiling: &datamap.Profiling{Logic: both("Liczba opóźnień.", "Late payments."), Effect: both("Przypomnienie.", "A reminder.")}})
	adapt := purpose(datamap.Purpose{Name: "adaptations", Label: both("Dostosowanie lokalu", "Adapting a flat"), Bases: []string{"art6_1_a", "art9_2_a"}})
	hosted := purpose(datamap.Purpose{Name: "hosted", Label: both("Dla innych", "For others"), Bases: []string{"art6_1_b"}, Role: "processor", For: "Inny"})
	rec := func(r datamap.Recipient) *datamap.Recipient { m.Recipients[r.Name] = &r; return &r }
	bank := rec(datamap.Recipient{Name: "bank", Title: "Bank Spółdzielczy", Category: both("bank", "bank"), Role: "controller"})
	mailer := rec(datamap.Recipient{Name: "mailer", Title: "Mailroom Inc.", Category: both("poczta", "mail"), Role: "processor", Country: "US", Safeguard: "scc", Reference: "2021/914"})
	police := rec(datamap.Recipient{Name: "police", Title: "Policja", NotOne: "art4_9"})
	rec(datamap.Recipient{Name: "insurer", Title: "TU", Role: "controller"})

	register := &datamap.System{Name: "register", Label: both("Rejestr członków", "Members' register"), Portable: "provided"}
	ledger := &datamap.System{Name: "ledger", Label: both("Księgowość", "Accounts"), Portable: "observed"}
	other := &datamap.System{Name: "helpdesk", Label: both("Zgłoszenia", "Repair requests")}
	members := &datamap.Collection{System: register, Name: "members", Label: both("Członkowie", "Members"), Recipients: []*datamap.Recipient{bank, police},
		Rules: []*datamap.Rule{{Purpose: membership, Since: &datamap.DateRef{Field: "left_on"}}, {Purpose: inheritance, SkipMissing: true}}}
	field := func(c *datamap.Collection, f datamap.Field) {
		f.Collection = c
		if f.Label == nil && f.Category != nil {
			f.Label = f.Category.Label
		}
		c.Fields = append(c.Fields, &f)
	}
	field(members, datamap.Field{Name: "last_name", Category: name, Source: "provided"})
	field(members, datamap.Field{Name: "left_on", Category: date, Source: "observed", Label: both("Data wystąpienia", "Left on")})
	field(members, datamap.Field{Name: "disability", Category: health, Source: "provided", Rules: []*datamap.Rule{{Purpose: adapt}}})
	field(members, datamap.Field{Name: "score", Category: risk, Source: "inferred", Rules: []*datamap.Rule{{Purpose: scoring}}})
	field(members, datamap.Field{Name: "deed", Category: deed, Source: "land_register"})
	field(members, datamap.Field{Name: "emergency", Category: name, ThirdPerson: "other"})
	register.Collections = []*datamap.Collection{members}
	entries := &datamap.Collection{System: ledger, Name: "entries", Label: both("Wpłaty", "Payments"), Recipients: []*datamap.Recipient{mailer},
		Rules: []*datamap.Rule{{Purpose: accounting}, {Purpose: hosted}}}
	field(entries, datamap.Field{Name: "amount", Category: amount, Source: "observed"})
	ledger.Collections = []*datamap.Collection{entries}
	m.Systems = []*datamap.System{register, ledger, other}
	return m
}

func theirPlan() *plan.Plan {
	return &plan.Plan{Request: "2026-000123", AsOf: asOf, FoundBy: []plan.FoundBy{{System: "register", Kinds: []string{"pesel"}}, {System: "ledger", Kinds: []string{"pesel"}}},
		Systems: []plan.System{
			{Name: "register", Label: "register", Reached: true, Collections: []plan.Collection{{Name: "members", Total: 1, Actions: []plan.Action{{Action: plan.Export, Rows: 1}}}}},
			{Name: "ledger", Label: "ledger", Reached: true, Collections: []plan.Collection{{Name: "entries", Total: 40, Actions: []plan.Action{
				{Action: plan.Export, Rows: 30, Reason: plan.Reason{Code: plan.Requested, Purpose: "accounting"}, Until: &plan.Until{Date: "2026-12-31"}},
				{Action: plan.Export, Rows: 10, Reason: plan.Reason{Code: plan.Requested, Purpose: "accounting"}, Until: &plan.Until{Date: "2031-12-31"}}}}}},
			{Name: "helpdesk", Label: "helpdesk", Reached: false, Unreached: "dial tcp 10.0.0.7:5432: connection refused"},
		}}
}

func names15[T any](list []T, name func(T) string) []string {
	out := []string{}
	for _, x := range list {
		out = append(out, name(x))
	}
	return out
}

func TestArticle15OfThisPerson(t *testing.T) {
	tally := []Tally{{Category: "identity.name", Count: 2}, {Category: "membership.dates", Count: 1}, {Category: "assessment.payment", Count: 1}, {Category: "finance.amount", Count: 40}, {Category: "housing.lease", Count: 1}}
	a := Article15From(cooperative(), theirPlan(), &request.Request{ID: "2026-000123"}, Findings{Language: "pl", Tally: tally,
		NotYetBy: time.Date(2026, 11, 20, 0, 0, 0, 0, warsaw), Planned: []string{"insurer", "police"},
		Disclosures: []Disclosure{{Recipient: "bank spółdzielczy", First: asOf.AddDate(-2, 0, 0), Last: asOf, What: []string{"Wpłaty"}},
			{Recipient: "Kancelaria Nieznana", First: asOf, Last: asOf}, {Recipient: "police", First: asOf, Last: asOf}}})
	check := func(what string, got, want any) {
		t.Helper()
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
	}
	check("purposes", names15(a.Purposes, func(p Purpose) string { return p.Name + " | " + p.Basis + " | " + p.Kept.Text }), []string{
		"Prowadzenie spraw członkowskich | art.\u00a06 ust.\u00a01 lit.\u00a0c RODO | okres: 10 lat, liczony od daty właściwej dla danej pozycji; datą tą jest: Data wystąpienia",
		"Ocena ryzyka | art.\u00a06 ust.\u00a01 lit.\u00a0f RODO | okres: 1 rok, liczony od daty właściwej dla danej pozycji",
		"Księgi rachunkowe | art.\u00a06 ust.\u00a01 lit.\u00a0c RODO | zależnie od pozycji: najwcześniej do 31\u00a0grudnia\u00a02026\u00a0r., najpóźniej do 31\u00a0grudnia\u00a02031\u00a0r."})
	check("categories", names15(a.Categories, func(c Category) string {
		return c.Name + " | " + strings.Join(names15(c.Sources, func(s Source) string { return s.Kind + " " + s.Text }), ", ")
	}), []string{"Imię i nazwisko | dpv:ProvidedPersonalData od Pani/Pana", "Daty członkostwa | dpv:ObservedPersonalData z korzystania z naszych usług",
		"Ocena płatności | dpv:InferredPersonalData nasz wniosek z innych danych", "Prawo do lokalu |  Księgi wieczyste", "Kwoty | dpv:ObservedPersonalData z korzystania z naszych usług"})
	check("recipients", names15(a.Recipients, func(r Recipient) string { return r.Name + " " + r.First + " " + strings.Join(r.What, "+") }),
		[]string{"Bank Spółdzielczy 2024-11-03 Wpłaty+Członkowie", "Kancelaria Nieznana 2026-11-03 ", "Mailroom Inc.  Wpłaty"})
	check("planned", names15(a.Planned, func(r Recipient) string { return r.Name }), []string{"TU"})
	check("transfers", a.Transfers, []Transfer{{Country: "Stany Zjednoczone", Recipient: "Mailroom Inc.", Ground: "standardowe klauzule umowne (art.\u00a046 ust.\u00a02 lit.\u00a0c RODO)", Instrument: "2021/914"}})
	check("rights", names15(a.Rights, func(r Right) string { return r.Term }), []string{"eu-gdpr:A16", "eu-gdpr:A17", "eu-gdpr:A18", "eu-gdpr:A21", "eu-gdpr:A22", "eu-gdpr:A77", "eu-gdpr:A79"})
	check("found", names15(a.Found, func(p Place) string { return p.Label }), []string{"Rejestr członków", "Księgowość"})
	check("not yet", a.NotYet, []Place{{Label: "Zgłoszenia", Until: "2026-11-20"}})
	check("found by", a.FoundBy, []string{"PESEL"})
	check("decisions", names15(a.Decisions, func(d Decision) string { return d.Purpose + ": " + d.Logic }), []string{"Ocena ryzyka: Liczba opóźnień."})
	whole, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	for _, never := range []string{"10.0.0.7", "refused", "Policja", "helpdesk", "entries", "members\"", "hosted", "Dla innych", "Sprawy spadkowe", "Dostosowanie"} {
		if strings.Contains(string(whole), never) {
			t.Errorf("it tells of %q", never)
		}
	}
}

func TestArticle15ConsentAndNothing(t *testing.T) {
	m := cooperative()
	a := Article15From(m, theirPlan(), &request.Request{ID: "1"}, Findings{Language: "en"}) // no tally: all of the collections
	if terms := names15(a.Rights, func(r Right) string { return r.Term }); !slices.Contains(terms, "eu-gdpr:A7-3") || !slices.Contains(terms, "eu-gdpr:A20") {
		t.Errorf("consent brings withdrawal and portability: %v", terms)
	}
	if i := slices.IndexFunc(a.Purposes, func(p Purpose) bool { return p.Name == "Adapting a flat" }); i < 0 || a.Purposes[i].Kept.Text != "until consent is withdrawn" {
		t.Errorf("consent is kept until withdrawn: %+v", a.Purposes)
	}
	p := theirPlan()
	for i := range p.Systems {
		p.Systems[i].Collections = nil
	}
	a = Article15From(m, p, &request.Request{ID: "1"}, Findings{Language: "en", Tally: []Tally{}})
	if a.Processed || len(a.Purposes)+len(a.Categories)+len(a.Recipients)+len(a.Found) != 0 || len(a.Searched) != 2 {
		t.Errorf("nothing held: %+v", a)
	}
	if len(a.Rights) != 2 {
		t.Errorf("complaint and court remain: %+v", a.Rights)
	}
	elsewhere := Article15From(m, theirPlan(), &request.Request{ID: "1", Controller: "Somebody else"}, Findings{Language: "en"})
	if len(elsewhere.Purposes) != 0 || len(elsewhere.Controllers) != 0 {
		t.Errorf("another controller's purposes are told: %+v", elsewhere.Purposes)
	}
}

func TestRetentionInWords(t *testing.T) {
	m := cooperative()
	day := func(s string) Held { return Held{Until: plan.Until{Date: s}} }
	over := func(s string) Held { return Held{Until: plan.Until{Date: s}, Standing: Over} }
	for _, c := range []struct {
		p    datamap.Purpose
		ends []Held
		pl   string
		en   string
	}{
		{datamap.Purpose{Keep: &datamap.Period{N: 2, Unit: datamap.Years}}, nil, "okres: 2 lata, liczony od daty właściwej dla danej pozycji", "2 years, counted from the date that applies to the record"},
		{datamap.Purpose{Keep: &datamap.Period{N: 22, Unit: datamap.Years, YearEnd: true}}, nil, "okres: 22 lata, liczony od końca roku kalendarzowego, w którym przypada data właściwa dla danej pozycji", ""},
		{datamap.Purpose{Keep: &datamap.Period{N: 12, Unit: datamap.Years}}, nil, "okres: 12 lat, liczony od daty właściwej dla danej pozycji", ""},
		{datamap.Purpose{Event: "contract_ended"}, nil, "tak długo, jak trwa umowa", "as long as the contract lasts"},
		{datamap.Purpose{Event: "moon_landing"}, nil, "tak długo, jak trwa cel", "as long as the purpose lasts"},
		{datamap.Purpose{Criterion: both("do decyzji zarządu", "until the board decides")}, nil, "do decyzji zarządu", "until the board decides"},
		{datamap.Purpose{Hold: true}, []Held{day("2026-12-31")}, "do zakończenia toczącej się sprawy", "until the pending matter is closed"},
		{datamap.Purpose{}, []Held{day("2026-12-31")}, "do 31\u00a0grudnia\u00a02026\u00a0r.", "until 31\u00a0December\u00a02026"},
		{datamap.Purpose{}, []Held{day("2026-12-31"), {Until: plan.Until{Event: "contract_ended"}}}, "do 31\u00a0grudnia\u00a02026\u00a0r.; tak długo, jak trwa umowa", ""},
		{datamap.Purpose{}, []Held{day("2027-12-31"), day("2026-12-31")}, "zależnie od pozycji: najwcześniej do 31\u00a0grudnia\u00a02026\u00a0r., najpóźniej do 31\u00a0grudnia\u00a02027\u00a0r.", ""},
		{datamap.Purpose{}, []Held{over("2019-12-31"), over("2018-12-31")}, "okres przechowywania minął: 31\u00a0grudnia\u00a02019\u00a0r.", "the period is over; it ended on 31\u00a0December\u00a02019"},
		{datamap.Purpose{}, []Held{over("2019-12-31"), day("2026-12-31")}, "", "until 31\u00a0December\u00a02026; for part of the records the period is over already (the last ended on 31\u00a0December\u00a02019)"},
		{datamap.Purpose{Keep: &datamap.Period{N: 1, Unit: datamap.Years}}, []Held{{Standing: NotYet}}, "", "1 year, counted from the date that applies to the record"},
		{datamap.Purpose{Keep: &datamap.Period{N: 1, Unit: datamap.Years}}, []Held{{Standing: NotYet}, day("2026-12-31"), {Standing: Unclear}}, "",
			"until 31\u00a0December\u00a02026; for part of the records the period has not begun (1 year, counted from the date that applies to the record); where a date cannot be read: until that is clarified"},
	} {
		for lang, want := range map[string]string{"pl": c.pl, "en": c.en} {
			w, err := wordsIn(lang)
			if err != nil {
				t.Fatal(err)
			}
			c.p.Name = "p"
			x := &assembly{words: w, m: m, ends: map[string][]Held{"p": c.ends}}
			if got := x.kept(&c.p); want != "" && got.Text != want {
				t.Errorf("%s: %q, want %q", lang, got.Text, want)
			}
		}
	}
}

// Every key of article15.json means something to a JSON-LD reader, through the context beside it and without any network.
func TestContextExplainsEveryKey(t *testing.T) {
	files := unpack(t, sample(t, "pl", request.Access))
	var ctx struct {
		Context map[string]any `json:"@context"`
	}
	if err := json.Unmarshal(files["article15.context.jsonld"], &ctx); err != nil {
		t.Fatal(err)
	}
	expand := func(term string) bool {
		prefix, _, ok := strings.Cut(term, ":")
		base, _ := ctx.Context[prefix].(string)
		return ok && (strings.HasSuffix(base, "#") || strings.HasSuffix(base, "/") || strings.HasSuffix(base, ":"))
	}
	for key, v := range ctx.Context {
		switch x := v.(type) {
		case string:
			if !expand(x) && !strings.Contains(x, "://") && !strings.HasPrefix(x, "urn:") {
				t.Errorf("%s is said to be %s", key, x)
			}
		case map[string]any:
			if id, _ := x["@id"].(string); !expand(id) {
				t.Errorf("%s is said to be %v", key, x["@id"])
			}
		}
	}
	var doc map[string]any
	if err := json.Unmarshal(files["article15.json"], &doc); err != nil {
		t.Fatal(err)
	}
	if doc["@context"] != "article15.context.jsonld" || files[doc["@context"].(string)] == nil {
		t.Errorf("the context is %v", doc["@context"])
	}
	seen := 0
	var walk func(any)
	walk = func(v any) {
		switch x := v.(type) {
		case map[string]any:
			for k, inner := range x {
				if _, there := ctx.Context[k]; !there && !strings.HasPrefix(k, "@") {
					t.Errorf("the context does not know %q", k)
				}
				if def, _ := ctx.Context[k].(map[string]any); def["@type"] == "@id" { // terms, that must expand
					for _, term := range flat(inner) {
						if !expand(term) {
							t.Errorf("%s: %q is no term", k, term)
						}
						seen++
					}
				}
				walk(inner)
			}
		case []any:
			for _, inner := range x {
				walk(inner)
			}
		}
	}
	walk(doc)
	if seen < 15 || !expand(doc["@type"].(string)) {
		t.Errorf("%d terms, type %v", seen, doc["@type"])
	}
}

func flat(v any) []string {
	switch x := v.(type) {
	case string:
		return []string{x}
	case []any:
		var out []string
		for _, s := range x {
			out = append(out, flat(s)...)
		}
		return out
	}
	return nil
}
