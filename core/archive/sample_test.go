package archive

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/request"
)

// pick gives the text of the language.
func pick(lang, pl, en string) string {
	if lang == "pl" {
		return pl
	}
	return en
}

// sample is a whole package of a member of a housing cooperative.
func sample(t testing.TB, lang string, right request.Right) []byte {
	t.Helper()
	var out bytes.Buffer
	b, err := New(&out, fixedConfig(t), info(lang, right))
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	register, ledger := pick(lang, "Rejestr członków", "Members' register"), pick(lang, "Księgowość", "Accounts")
	add := func(info TableInfo, rows ...[]any) {
		tab, err := b.Table(info)
		if err != nil {
			t.Fatal(err)
		}
		if err := tab.Rows(ctx, rows); err != nil {
			t.Fatal(err)
		}
		if err := tab.Close(); err != nil {
			t.Fatal(err)
		}
	}
	day := func(s string) time.Time {
		d, err := time.ParseInLocation(time.DateOnly, s, warsaw)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	add(TableInfo{System: register, Label: pick(lang, "Członkowie", "Members"), Fields: []Field{
		{Name: "member_no", Title: pick(lang, "Numer członkowski", "Member number"), Category: "id.member", CategoryTag: pick(lang, "Identyfikatory", "Identifiers"), DPV: "pd:UID", Source: "provided"},
		{Name: "pesel", Title: "PESEL", Category: "id.national", CategoryTag: pick(lang, "Numer PESEL", "National number"), DPV: "pd:NationalIdentificationNumber", Source: "provided"},
		{Name: "first_name", Title: pick(lang, "Imię", "First name"), Category: "identity.name", CategoryTag: pick(lang, "Imię i nazwisko", "Name"), DPV: "pd:Name", Source: "provided"},
		{Name: "last_name", Title: pick(lang, "Nazwisko", "Last name"), Category: "identity.name", CategoryTag: pick(lang, "Imię i nazwisko", "Name"), DPV: "pd:Name", Source: "provided"},
		{Name: "born_on", Title: pick(lang, "Data urodzenia", "Date of birth"), Type: Date, Category: "identity.birth_date", CategoryTag: pick(lang, "Data urodzenia", "Date of birth"), DPV: "pd:BirthDate", Source: "provided"},
		{Name: "email", Title: "E-mail", Category: "contact.email", CategoryTag: "E-mail", DPV: "pd:EmailAddress", Source: "provided"},
		{Name: "status", Title: pick(lang, "Stan członkostwa", "Membership status"), Category: "membership.status", CategoryTag: pick(lang, "Stan członkostwa", "Membership status"),
			Codes: map[string]string{"A": pick(lang, "czynny", "active"), "W": pick(lang, "wykluczony", "expelled")}, Source: "derived"},
		{Name: "disability", Title: pick(lang, "Niepełnosprawność", "Disability"), Category: "health.disability", CategoryTag: pick(lang, "Niepełnosprawność", "Disability"), DPV: "pd:Disability", Special: true, Source: "provided"},
		{Name: "photo", Title: pick(lang, "Zdjęcie", "Photograph"), Type: Binary, Category: "identity.photo", CategoryTag: pick(lang, "Wizerunek", "Likeness"), Source: "provided"},
		{Name: "left_on", Title: pick(lang, "Data wystąpienia", "Left on"), Type: Date, Category: "membership.dates", CategoryTag: pick(lang, "Daty członkostwa", "Dates of membership"), Source: "observed"},
		{Name: "notes", Title: pick(lang, "Notatki", "Notes"), Category: "correspondence.note", CategoryTag: pick(lang, "Notatki", "Notes"), Source: "inferred"},
	}}, []any{"C-00417", "80051712345", "Łucja", "Źdźbło-Kowalska", day("1980-05-17"), "lucja@example.pl", "A",
		pick(lang, "stopień umiarkowany", "moderate degree"), bytes.Repeat([]byte{0xff, 0xd8, 0xff}, 3000), nil, Withheld{}})

	entries := [][]any{}
	for i := range 1240 {
		title := []any{pick(lang, "Czynsz", "Rent"), pick(lang, "Fundusz remontowy", "Repair fund"), "=SUMA(A1:A9)", nil, "", "<img src=x onerror=alert(1)><script>alert(1)</script>"}[i%6]
		entries = append(entries, []any{fmt.Sprintf("%04d/%d", i+1, 2020+i/240), Decimal(fmt.Sprintf("%d.%02d", 380+i%97, i%100)),
			day("2020-01-10").AddDate(0, 0, i*2), title, []any{"paid", "unpaid", "paid"}[i%3], made.Add(-time.Duration(i) * 53 * time.Hour)})
	}
	add(TableInfo{System: ledger, Label: pick(lang, "Wpłaty i naliczenia", "Payments and charges"),
		Description: pick(lang, "Wszystko, co zapisano na koncie lokalu.", "Everything that was entered in the account of the flat."), Fields: []Field{
			{Name: "entry_no", Title: pick(lang, "Numer", "Number")},
			{Name: "amount", Title: pick(lang, "Kwota", "Amount"), Unit: "PLN", Category: "finance.amount", CategoryTag: pick(lang, "Kwoty", "Amounts"), Source: "observed"},
			{Name: "booked_on", Title: pick(lang, "Zaksięgowano", "Booked on"), Type: Date, Category: "finance.date", CategoryTag: pick(lang, "Daty księgowań", "Booking dates"), Source: "observed"},
			{Name: "title", Title: pick(lang, "Tytuł", "Title"), Category: "finance.title", CategoryTag: pick(lang, "Tytuły", "Titles"), Source: "observed"},
			{Name: "status", Title: pick(lang, "Stan", "Status"), Codes: map[string]string{"paid": pick(lang, "opłacone", "paid up"), "unpaid": pick(lang, "nieopłacone", "not paid")}},
			{Name: "changed", Title: pick(lang, "Zmieniono", "Changed"), Type: DateTime},
		}}, entries...)

	add(TableInfo{System: ledger, Label: pick(lang, "Pisma o zaległości", "Letters about arrears"),
		Kept:       KeptText(lang, []KeptAfter{{"2026-000110", pick(lang, "Dochodzenie roszczeń", "Legal claims"), "Kodeks cywilny, art. 118", "2032-12-31"}}),
		Restricted: pick(lang, "Od 2 października 2026 r.: kwestionowana prawidłowość (art. 18 ust. 1 lit. a RODO).", "Since 2 October 2026: accuracy contested (Art. 18(1)(a) GDPR)."), Fields: []Field{
			{Name: "sent_on", Title: pick(lang, "Wysłano", "Sent on"), Type: Date},
			{Name: "body", Title: pick(lang, "Treść", "Text"), Category: "correspondence.letter", CategoryTag: pick(lang, "Pisma", "Letters")},
			{Name: "scan", Title: "Skan", Type: Document, Category: "correspondence.letter", CategoryTag: pick(lang, "Pisma", "Letters")},
			{Name: "meta", Title: "Metadane", Type: Nested},
		}},
		[]any{day("2026-03-02"), pick(lang, "Szanowna Pani,\nprosimy o uregulowanie należności za luty.\n\n", "Dear Madam,\nplease settle the charges for February.\n\n") + strings.Repeat(pick(lang, "Należność wynika z naliczeń. ", "They follow from the charges. "), 4),
			blobOf("pismo-2026-03.pdf", "application/pdf", "%PDF-1.4 …"), JSON(`{"kanał":"poczta","próby":[1,2]}`)},
		[]any{day("2026-05-04"), strings.Repeat(pick(lang, "Bardzo długie pismo. ", "A very long letter. "), 200), nil, nil})
	if err := b.File(ctx, FileInfo{Name: "teczka osobowa.pdf", Title: pick(lang, "Teczka osobowa, skan", "Personal file, scan"), System: pick(lang, "Akta papierowe", "Paper files"), MediaType: "application/pdf"}, strings.NewReader("%PDF-1.4 scan")); err != nil {
		t.Fatal(err)
	}
	if right == request.Access {
		for _, kind := range slices.Sorted(maps.Keys(sampleRecords())) {
			if err := b.Records(ctx, kind, sampleRecords()[kind]); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := b.Close(sampleTold(lang)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// sampleRecords is a row of every kind of the executor's own records.
func sampleRecords() map[RecordKind][]Record {
	const id, old = "2026-000123", "2026-000110"
	return map[RecordKind][]Record{
		RecordedRequests: {{"request": old, "number": "2026/000110", "right": "erasure", "ground": "art17_1_b", "capacity": "self", "channel": "office", "received": made.AddDate(0, -3, 0), "due": "2026-09-04",
			"state": "done", "outcome": "partly", "closed": made.AddDate(0, -2, 0), "kept_until": "2032-12-31"},
			{"request": id, "number": "2026/000123", "right": "access", "capacity": "proxy", "channel": "email", "received": asOf, "due": "2026-12-03", "state": "running"}},
		RecordedStatements:   {{"request": id, "what": "identifier", "kind": "PESEL", "value": "80051712345"}, {"request": id, "what": "reply_address", "value": "=ul. Lipowa 1"}},
		RecordedEvents:       {{"request": old, "event": "reply_sent", "when": made.AddDate(0, -2, 0)}},
		RecordedLetters:      {{"request": old, "letter": "E/1", "sent": made.AddDate(0, -2, 0), "language": "pl", "sha256": strings.Repeat("ab", 32), "document": blobOf("e-1.html", "text/html", "<p>…</p>")}},
		RecordedArchives:     {{"request": old, "made": made.AddDate(0, -2, 0), "opens_until": "2026-09-18", "rows": int64(12), "files": int64(0), "handed_out": int64(1), "handed_last": made.AddDate(0, -2, 1), "ended": "expired", "ended_at": made.AddDate(0, -1, 0)}},
		RecordedRecipients:   {{"request": old, "recipient": "Bank Spółdzielczy", "role": "controller", "event": "erasure", "told": "sent", "told_on": "2026-09-05"}, {"request": old, "recipient": "Wodociągi", "role": "controller", "event": "erasure", "told": "exempt", "exempt": "a"}},
		RecordedErasures:     {{"request": old, "state": "verified", "ground": "art17_1_b", "erased_on": "2026-09-05", "purposes": "Biuletyn", "places": "Rejestr członków", "categories": "Kontakt", "marks": "PESEL", "again_until": "2027-01-05", "proof_until": "2032-12-31", "proof_why": "Kodeks cywilny, art. 118", "basis": "art6_1_f", "something_kept": true, "kept_until": "2032-12-31"}},
		RecordedKept:         {{"request": old, "place": "Księgowość", "collection": "Wpłaty", "purpose": "Księgi", "law": "uor, art. 74", "rows": int64(12), "kept_until": "2031-12-31", "state": "waiting"}},
		RecordedRestrictions: {{"request": "2026-000105", "place": "Rejestr członków", "collection": "Członkowie", "ground": "art18_1_a", "method": "blocked", "rows": int64(1), "since": "2026-10-02", "review_by": "2026-12-02"}},
		RecordedPermits:      {{"request": "2026-000105", "basis": "legal_claims", "law": "Kpc", "since": "2026-10-03", "permitted_until": "2026-12-31"}},
		RecordedUses:         {{"request": "2026-000105", "basis": "legal_claims", "when": made, "use": "pozew"}},
		RecordedContacts:     {{"purpose": "Biuletyn", "kind": "E-mail", "since": "2026-09-01", "request": old}},
		RecordedTasks:        {{"request": old, "task": "manual", "place": "Akta papierowe", "department": "Archiwum", "due": "2026-08-20", "state": "done", "answered": "2026-08-19"}},
	}
}

func sampleTold(lang string) *Article15 {
	w, err := wordsIn(lang)
	if err != nil {
		panic(err)
	}
	a := told()
	a.Language, a.Processed = lang, true
	a.DPO = &Party{Name: "Anna Wzorcowa", Email: "iod@podlipami.example"}
	place := func(pl, en string) Place { return Place{Label: pick(lang, pl, en)} }
	a.Searched = []Place{place("Rejestr członków", "Members' register"), place("Księgowość", "Accounts"), place("Zgłoszenia usterek", "Repair requests")}
	a.Found = a.Searched[:2]
	a.NotYet = []Place{{Label: pick(lang, "Akta papierowe", "Paper files"), Until: "2026-11-20"}}
	a.FoundBy = []string{"PESEL", pick(lang, "Numer członkowski", "Member number"), "E-mail"}
	a.Purposes = []Purpose{
		{Name: pick(lang, "Prowadzenie spraw członkowskich", "Members' affairs"), Bases: []string{"eu-gdpr:A6-1-c"}, Basis: w.T("law.art6", "c"), Law: "ustawa o spółdzielniach mieszkaniowych, art. 30", Kept: Kept{Text: w.T("kept.period", "10 lat")}},
		{Name: pick(lang, "Księgi rachunkowe", "Accounting"), Bases: []string{"eu-gdpr:A6-1-c"}, Basis: w.T("law.art6", "c"), Law: "ustawa o rachunkowości, art. 74 ust. 2",
			Kept: Kept{From: "2026-12-31", To: "2031-12-31", Text: w.T("kept.range", w.DayText("2026-12-31"), w.DayText("2031-12-31"))}},
		{Name: pick(lang, "Ocena ryzyka zaległości", "Arrears risk"), Bases: []string{"eu-gdpr:A6-1-f"}, Basis: w.T("law.art6", "f"), Interest: pick(lang, "wczesne przypominanie o płatnościach", "early reminders of payments"), Kept: Kept{To: "2027-03-31", From: "2027-03-31", Text: w.T("kept.day", w.DayText("2027-03-31"))}},
	}
	a.Categories = []Category{
		{Name: pick(lang, "Imię i nazwisko", "Name"), DPV: "pd:Name", Count: 2, Places: []string{a.Searched[0].Label}, Sources: []Source{{Kind: "dpv:ProvidedPersonalData", Text: w.T("source.provided")}}},
		{Name: pick(lang, "Niepełnosprawność", "Disability"), DPV: "pd:Disability", Count: 1, Special: true, Places: []string{a.Searched[0].Label}, Sources: []Source{{Kind: "dpv:ProvidedPersonalData", Text: w.T("source.provided")}}},
		{Name: pick(lang, "Kwoty", "Amounts"), Count: 1240, Places: []string{a.Searched[1].Label}, Sources: []Source{{Kind: "dpv:ObservedPersonalData", Text: w.T("source.observed")}}},
	}
	a.Recipients = []Recipient{
		{Name: "Bank Spółdzielczy w Lipcach", Category: "bank", Role: w.T("role.controller"), First: "2021-02-01", Last: "2026-10-05", What: []string{pick(lang, "Wpłaty i naliczenia", "Payments and charges")}, FromRecord: true},
		{Name: "Mailroom Inc.", Category: pick(lang, "usługa e-mail", "e-mail service"), Role: w.T("role.processor"), What: []string{"E-mail"}},
	}
	a.Transfers = []Transfer{{Country: pick(lang, "Stany Zjednoczone", "United States"), Recipient: "Mailroom Inc.", Ground: w.T("ground.scc"), Instrument: "decyzja (UE) 2021/914"}}
	for _, r := range []string{"A16", "A17", "A18", "A21", "A77", "A79"} {
		a.Rights = append(a.Rights, Right{Term: "eu-gdpr:" + r, Text: w.T("right." + r)})
	}
	a.Authority = Authority{Name: "Prezes Urzędu Ochrony Danych Osobowych", Address: "ul. Moniuszki 1A, 00-014 Warszawa", Site: "uodo.gov.pl", CheckedOn: "2026-09-01"}
	a.Decisions = []Decision{{Kind: "dpv:Profiling", Purpose: a.Purposes[2].Name, Logic: pick(lang, "Liczba opóźnień w ostatnich 24 miesiącach.", "Late payments in the last 24 months."), Consequences: pick(lang, "Wcześniejsze przypomnienie o płatności.", "An earlier reminder.")}}
	a.LeftOut = []LeftOut{
		{What: pick(lang, "Notatki", "Notes"), Count: 1, Why: pick(lang, "mogą dotyczyć innych osób; przegląda je pracownik", "may concern other persons; a person is looking at them"), Law: pick(lang, "art. 15 ust. 4 RODO", "Art. 15(4) GDPR"), Later: "2026-11-20", Reason: "justifications:ThirdPartyRightsImpaired"},
		{What: pick(lang, "Dane kontaktowe w nagłych przypadkach", "Emergency contacts"), Count: 2, Why: pick(lang, "dane innej osoby", "data of another person"), Law: pick(lang, "art. 15 ust. 4 RODO", "Art. 15(4) GDPR"), Reason: "justifications:ThirdPartyRightsImpaired"},
	}
	a.Restricted = []Limited{{What: pick(lang, "Pisma o zaległości", "Letters about arrears"), Since: "2026-10-02", Ground: pick(lang, "art. 18 ust. 1 lit. a RODO – kwestionowana prawidłowość", "Art. 18(1)(a) GDPR – accuracy contested")}}
	a.Own = []Own{{What: pick(lang, "Wniosek, odpowiedź i wpis w rejestrze wniosków", "The request, the answer and the entry in the register"), Basis: pick(lang, "art. 5 ust. 2 i art. 6 ust. 1 lit. f RODO", "Arts. 5(2) and 6(1)(f) GDPR"), Until: "2032-12-31", Why: "Kodeks cywilny, art. 118"}}
	return a
}
