package recipient

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

var (
	ctx = context.Background()
	now = time.Date(2026, 11, 7, 23, 41, 0, 0, time.UTC)
)

func theMap() *datamap.Map {
	return &datamap.Map{Languages: []string{"pl"}, Recipients: map[string]*datamap.Recipient{
		"bank":       {Name: "bank", Title: "Bank Spółdzielczy", Category: datamap.Label{"pl": "bank", "en": "bank"}, Role: "controller", Notify: datamap.Notify{Email: "iod@bank.example"}},
		"hosting":    {Name: "hosting", Title: "Hosting sp. z o.o.", Role: "processor", Country: "US", Safeguard: "scc", Notify: datamap.Notify{Webhook: "https://h.example"}},
		"waterworks": {Name: "waterworks", Title: "Wodociągi", Role: "controller", Exempt: &datamap.Exempt{Letter: "a", Evidence: "totals per building"}},
		"tax":        {Name: "tax", Title: "Urząd Skarbowy", Role: "controller", NotOne: "art4_9"},
		"mailer":     {Name: "mailer", Title: "Roznosiciel", Role: "controller", Notify: datamap.Notify{Task: "Dział członkowski"}},
	}}
}

func list() []state.Notice {
	m := theMap()
	leases := &datamap.Collection{Recipients: []*datamap.Recipient{m.Recipients["bank"], m.Recipients["waterworks"]}}
	members := &datamap.Collection{Recipients: []*datamap.Recipient{m.Recipients["hosting"], m.Recipients["bank"], m.Recipients["tax"], m.Recipients["mailer"]}}
	return List(m, Made{Request: "r1", Event: Erasure, KeepUntil: "2032-12-31",
		Touched: []Touched{{leases, []string{"housing.lease", "name"}}, {members, []string{"name"}}},
		Disclosures: []Disclosure{{To: " bank  SPÓŁDZIELCZY ", First: "2021-05-01", Last: "2024-01-01", Categories: []string{"contact.email"}},
			{To: "bank", First: "2020-05-01", Last: "2023-01-01"}, {To: "Kancelaria X", Last: "2022-02-02"}, {To: " "}}}, now)
}

func fresh(t *testing.T) *state.DB {
	t.Helper()
	db, err := state.Create(ctx, filepath.Join(t.TempDir(), "state", "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	write(t, db, func(tx *state.Tx) error { return errors.Join(Queue(tx, list()), Queue(tx, list())) })
	return db
}

func write(t *testing.T, db *state.DB, f func(*state.Tx) error) {
	t.Helper()
	if err := db.Write(ctx, f); err != nil {
		t.Fatal(err)
	}
}

func notices(t *testing.T, db *state.DB) (rows []state.Notice) {
	t.Helper()
	write(t, db, func(tx *state.Tx) (err error) { rows, err = tx.Notices("r1"); return err })
	return rows
}

func TestList(t *testing.T) {
	rows := list()
	var names []string
	for _, r := range rows {
		names = append(names, r.Name+" "+r.State+" "+r.Channel)
	}
	want := []string{"Bank Spółdzielczy queued email", "Hosting sp. z o.o. queued webhook", "Kancelaria X queued task", "Roznosiciel queued task", "Urząd Skarbowy exempt ", "Wodociągi exempt "}
	if d := cmp.Diff(want, names); d != "" {
		t.Error(d)
	}
	bank := rows[0]
	if bank.FirstOn != "2020-05-01" || bank.LastOn != "2024-01-01" || bank.KnownFrom != "map, disclosure log" ||
		!slices.Equal(bank.Categories, []string{"contact.email", "housing.lease", "name"}) {
		t.Errorf("%+v", bank)
	}
	if x := rows[5].Exemption; x.Limb != "disproportionate" || x.Reasoning == "" || x.Evidence != "totals per building" || x.DecidedBy == "" {
		t.Errorf("%+v", x)
	}
}

func TestAdvance(t *testing.T) {
	db := fresh(t)
	advance := func(to string, at time.Time) {
		t.Helper()
		write(t, db, func(tx *state.Tx) error { return Advance(tx, "r1", "bank", Erasure, to, at) })
	}
	bank := func() state.Notice { return notices(t, db)[0] }
	write(t, db, func(tx *state.Tx) error { return Fail(tx, "r1", "bank", Erasure, "connection refused", now) })
	if b := bank(); b.State != Failed || b.Attempts != 1 || !b.NotBefore.Equal(now.Add(time.Minute)) || len(b.Efforts) != 1 {
		t.Errorf("%+v", b)
	}
	advance(Sent, now)
	advance(Acknowledged, now.Add(time.Hour))
	advance(Sent, now.Add(2*time.Hour))
	write(t, db, func(tx *state.Tx) error {
		return errors.Join(Fail(tx, "r1", "bank", Erasure, "late bounce", now), Queue(tx, list()))
	})
	if b := bank(); b.State != Acknowledged || !b.SentAt.Equal(now) || !b.AcknowledgedAt.Equal(now.Add(time.Hour)) || b.Attempts != 2 {
		t.Errorf("taken back: %+v", b)
	}
	advance(Done, now.Add(3*time.Hour))
	for name, err := range map[string]error{
		"an authority": db.Write(ctx, func(tx *state.Tx) error { return Advance(tx, "r1", "tax", Erasure, Sent, now) }),
		"back":         db.Write(ctx, func(tx *state.Tx) error { return Advance(tx, "r1", "bank", Erasure, Queued, now) }),
	} {
		if err == nil {
			t.Errorf("%s was told", name)
		}
	}
	if err := db.Write(ctx, func(tx *state.Tx) error { return Advance(tx, "r1", "nobody", Erasure, Sent, now) }); !errors.Is(err, state.ErrNotFound) {
		t.Error(err)
	}
}

// A request is complete when everybody was told or lawfully not, and every processor confirmed.
func TestOpen(t *testing.T) {
	db := fresh(t)
	open := func(want ...string) {
		t.Helper()
		var got []string
		for _, n := range Open(notices(t, db)) {
			got = append(got, n.Recipient)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
	open("bank", "hosting", "Kancelaria X", "mailer")
	write(t, db, func(tx *state.Tx) error {
		return errors.Join(Advance(tx, "r1", "bank", Erasure, Sent, now), Advance(tx, "r1", "hosting", Erasure, Sent, now), Advance(tx, "r1", "mailer", Erasure, Done, now),
			Exclude(tx, "r1", "Kancelaria X", Erasure, state.Exemption{Limb: "impossible", Letter: "b", Reasoning: "struck off", Evidence: "KRS", DecidedBy: "IOD", At: now}))
	})
	open("hosting")
	write(t, db, func(tx *state.Tx) error { return Advance(tx, "r1", "hosting", Erasure, Acknowledged, now) })
	open()
}

func TestExemptions(t *testing.T) {
	db := fresh(t)
	good := state.Exemption{Limb: "impossible", Letter: "c", Reasoning: "files destroyed", Evidence: "protocol 14/2025", DecidedBy: "IOD", At: now}
	for name, c := range map[string]struct {
		recipient string
		change    func(*state.Exemption)
		want      string
	}{
		"fine":                  {"mailer", nil, ""},
		"other, by a person":    {"Kancelaria X", func(x *state.Exemption) { x.Letter = "other" }, ""},
		"a for a processor":     {"hosting", func(x *state.Exemption) { x.Letter = "a" }, "art. 28(3)"},
		"no such letter":        {"bank", func(x *state.Exemption) { x.Letter = "d" }, "letter"},
		"no such limb":          {"bank", func(x *state.Exemption) { x.Limb = "" }, "limb"},
		"no evidence":           {"bank", func(x *state.Exemption) { x.Evidence = " " }, "evidence is missing"},
		"nobody decided":        {"bank", func(x *state.Exemption) { x.DecidedBy = "" }, "who decided is missing"},
		"no reasoning":          {"bank", func(x *state.Exemption) { x.Reasoning = "" }, "reasoning is missing"},
		"not on the list":       {"nobody", nil, "not found"},
		"b for a processor, ok": {"hosting", func(x *state.Exemption) { x.Letter = "b" }, ""},
	} {
		x := good
		if c.change != nil {
			c.change(&x)
		}
		err := db.Write(ctx, func(tx *state.Tx) error { return Exclude(tx, "r1", c.recipient, Erasure, x) })
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	write(t, db, func(tx *state.Tx) error { return Advance(tx, "r1", "bank", Erasure, Sent, now) })
	if err := db.Write(ctx, func(tx *state.Tx) error { return Exclude(tx, "r1", "bank", Erasure, good) }); err == nil {
		t.Error("exempt after it was told")
	}
	bad := list()
	bad[1].State, bad[1].Exemption = Exempt, state.Exemption{Limb: "impossible", Letter: "a", Reasoning: "x", Evidence: "x", DecidedBy: "x"}
	if err := db.Write(ctx, func(tx *state.Tx) error { return Queue(tx, bad) }); err == nil {
		t.Error("the map exempted a processor by letter a")
	}
	bad[1].Exemption.Letter = "other"
	if err := db.Write(ctx, func(tx *state.Tx) error { return Queue(tx, bad) }); err == nil {
		t.Error("other in the map")
	}
}

func TestRender(t *testing.T) {
	db := fresh(t)
	write(t, db, func(tx *state.Tx) error {
		return errors.Join(Fail(tx, "r1", "bank", Erasure, "dial tcp 10.0.0.1: connection refused", now), Effort(tx, "r1", "bank", Erasure, "rang them up", "IOD", now),
			Effort(tx, "r1", "bank", Erasure, "rang them up", "IOD", now), Advance(tx, "r1", "bank", Erasure, Sent, now), Given(tx, "r1", now))
	})
	zone, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	rows := notices(t, db)
	shown, err := JSON("r1", ForSubject(rows, "pl", zone))
	if err != nil {
		t.Fatal(err)
	}
	for _, no := range []string{"Urząd", "art4_9", "10.0.0.1", "totals per building", "IOD", "iod@bank", "disclosure log", "webhook"} {
		if bytes.Contains(shown, []byte(no)) {
			t.Errorf("the person is shown %s", no)
		}
	}
	for _, yes := range []string{"Bank Spółdzielczy", `"sent_at": "2026-11-08"`, "rang them up", "channel of its own", `"limb": "disproportionate"`, `"dossier.recipients/v1"`} {
		if !bytes.Contains(shown, []byte(yes)) {
			t.Errorf("the person is not shown %s in\n%s", yes, shown)
		}
	}
	full, _ := JSON("r1", ForOperator(rows, "pl"))
	for _, yes := range []string{"Urząd", "art4_9", "totals per building", `"by": "IOD"`, `"sent_at": "2026-11-07T23:41:00Z"`, "told_subject_at"} {
		if !bytes.Contains(full, []byte(yes)) {
			t.Errorf("the operator is not shown %s", yes)
		}
	}
	if strings.Count(string(full), "rang them up") != 1 {
		t.Error("an effort recorded twice")
	}
	if !json.Valid(full) {
		t.Error("no JSON")
	}
	var b bytes.Buffer
	if err := CSV(&b, ForSubject(rows, "pl", zone)); err != nil {
		t.Fatal(err)
	}
	table, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(table) != 6 || table[1][0] != "Bank Spółdzielczy" || table[5][14] != "a" {
		t.Error(table, err)
	}
}

func TestReference(t *testing.T) {
	dir := t.TempDir()
	ring, err := keys.Create(filepath.Join(dir, "ring.json"), "")
	if err != nil {
		t.Fatal(err)
	}
	n := list()[0]
	if s, err := Reference(ring, n); err != nil || !s.Empty() {
		t.Error(err)
	}
	if err := SealReference(ring, &n, subject.Seal("client 4711")); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(n.Sealed, []byte("4711")) || n.Month != "2032-12" {
		t.Errorf("%+v", n)
	}
	if s, err := Reference(ring, n); err != nil || s.Reveal() != "client 4711" {
		t.Error(err)
	}
	n.Recipient = "other"
	if _, err := Reference(ring, n); err == nil {
		t.Error("one recipient's reference opens as another's")
	}
	n.KeepUntil = ""
	if err := SealReference(ring, &n, subject.Seal("x")); err == nil {
		t.Error("a reference without an end")
	}
}

func TestBackoff(t *testing.T) {
	for n, want := range map[int]time.Duration{0: time.Minute, 1: time.Minute, 2: 2 * time.Minute, 9: 256 * time.Minute, 10: 6 * time.Hour, 1000: 6 * time.Hour} {
		if got := Backoff(n); got != want {
			t.Errorf("%d: %v, want %v", n, got, want)
		}
	}
}
