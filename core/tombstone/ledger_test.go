package tombstone

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

var (
	ctx = context.Background()
	now = time.Date(2026, 11, 7, 11, 41, 0, 0, time.UTC)
)

const (
	annaPESEL = "44051401359"
	janPESEL  = "02070803628"
)

type fixture struct {
	*Ledger
	db *state.DB
}

func fresh(t *testing.T) fixture {
	t.Helper()
	dir := t.TempDir()
	zone, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "state", "state.db")
	db, err := state.Create(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	ringPath := filepath.Join(dir, "keys", "ring.json")
	ring, err := keys.Create(ringPath, path)
	if err != nil {
		t.Fatal(err)
	}
	years, err := keys.CreateYears(keys.YearsPath(ringPath), path)
	if err != nil {
		t.Fatal(err)
	}
	kind := func(name, normaliser string, unique bool) *datamap.Identifier {
		return &datamap.Identifier{Kind: subject.Kind{Name: name, Normaliser: normaliser, Unique: unique, NotAValue: []string{"brak@brak.pl", "00000000000"}}}
	}
	m := &datamap.Map{Zone: zone,
		Identifiers: map[string]*datamap.Identifier{"pesel": kind("pesel", "pesel/1", true), "member_no": kind("member_no", "text/1", true), "email": kind("email", "email/1", false)},
		Categories:  map[string]*datamap.Category{"contact.email": {}, "health.disability": {Special: true}, "health": {Special: true}},
		Tombstone: datamap.Tombstone{Proof: datamap.Period{N: 6, Unit: datamap.Years, YearEnd: true}, Because: "claims", Basis: "art6_1_f", RootMarks: true,
			Plain: map[string]string{"name": "the archive asks by name"}},
		Systems: []*datamap.System{{Name: "register", Backups: datamap.Period{N: 90, Unit: datamap.Days}}, {Name: "ledger", Backups: datamap.Period{N: 1, Unit: datamap.Years}}}}
	return fixture{&Ledger{Map: m, Ring: ring, Years: years}, db}
}

func id(kind, value string, verified bool) subject.Identifier {
	return subject.Identifier{Kind: kind, Value: subject.Seal(value), Verified: verified}
}

func anna() Intent {
	return Intent{Request: "2026-000123", Right: "erasure", Ground: "art17_1_b", Systems: []string{"register"}, Purposes: []string{"marketing", "marketing"},
		Categories: []string{"contact.email", "contact", "health.disability"},
		Person:     []subject.Identifier{id("pesel", annaPESEL, true), id("email", "anna@example.pl", true), id("member_no", "C-00001", false)},
		Roots:      []Root{{"register", "members", []string{"1"}}},
		Plain:      map[string]subject.Secret{"name": subject.Seal("Anna Nowak-Secret"), "phone": subject.Seal("501234567")}}
}

func (f fixture) write(t *testing.T, do func(*state.Tx) error) {
	t.Helper()
	if err := f.db.Write(ctx, do); err != nil {
		t.Fatal(err)
	}
}

func (f fixture) intend(t *testing.T, in Intent) (tomb state.Tombstone) {
	t.Helper()
	f.write(t, func(tx *state.Tx) (err error) { tomb, err = f.Intend(tx, in, now); return err })
	return tomb
}

func (f fixture) verify(t *testing.T, request string, at time.Time) (tomb state.Tombstone) {
	t.Helper()
	f.write(t, func(tx *state.Tx) (err error) { tomb, err = f.Verify(tx, request, at); return err })
	return tomb
}

func (f fixture) check(t *testing.T, kind, value string, at time.Time) (out []Suppression) {
	t.Helper()
	f.write(t, func(tx *state.Tx) (err error) { out, err = f.Check(tx, kind, subject.Seal(value), at); return err })
	return out
}

func TestLifeOfATombstone(t *testing.T) {
	f := fresh(t)
	tomb := f.intend(t, anna())
	want := state.Tombstone{State: "intended", Request: "2026-000123", Right: "erasure", Ground: "art17_1_b", Purposes: []string{"marketing"}, Systems: []string{"register"},
		Categories: []string{"contact", "other"}, ErasedOn: "2026-11-07", ReeraseUntil: "2027-03-07", ReeraseBecause: "until the longest backup is gone, and 30 days",
		ProofUntil: "2032-12-31", ProofBecause: "claims", Basis: "art6_1_f", Month: "2032-12", CreatedAt: now}
	check := func(want state.Tombstone) {
		t.Helper()
		var got state.Tombstone
		f.write(t, func(tx *state.Tx) (err error) { got, err = tx.TombstoneOf("2026-000123"); return err })
		got.ID, got.DEK = "", nil
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
	check(want)
	if got := f.check(t, "pesel", annaPESEL, now); len(got) != 0 {
		t.Errorf("an intended tombstone answers: %v", got)
	}
	again := anna()
	again.Roots = append(again.Roots, Root{"register", "members", []string{"2"}})
	if second := f.intend(t, again); second.ID != tomb.ID {
		t.Error("a second tombstone of one erasure")
	}
	f.write(t, func(tx *state.Tx) error {
		marks, err := tx.TombstoneMarks(tomb.ID)
		var kinds []string
		for _, m := range marks {
			kinds = append(kinds, m.Kind)
		}
		if want := []string{"pesel", "row", "row"}; !slices.Equal(kinds, want) {
			t.Errorf("marks of %v, want %v: a shared identifier beside a unique one, or an unverified one, was marked", kinds, want)
		}
		plain, err2 := f.Plain(tx, tomb)
		if len(plain) != 1 || plain["name"].Reveal() != "Anna Nowak-Secret" {
			t.Errorf("plain fields %v", plain)
		}
		return errors.Join(err, err2)
	})
	// The day after, in Warsaw: half past eleven at night UTC.
	done := time.Date(2026, 12, 31, 23, 30, 0, 0, time.UTC)
	f.verify(t, "2026-000123", done)
	f.verify(t, "2026-000123", done.Add(time.Hour))
	want.State, want.VerifiedAt, want.ErasedOn, want.ReeraseUntil, want.ProofUntil, want.Month, want.Journal = "verified", done, "2027-01-01", "2027-05-01", "2033-12-31", "2033-12", 2
	check(want)
	f.write(t, func(tx *state.Tx) error {
		leaves, err := journal.Leaves(tx, "2026-000123", "")
		var kinds []string
		for _, l := range leaves {
			kinds = append(kinds, l.Kind)
		}
		if want := []string{"tombstone.intended", "tombstone.verified"}; !slices.Equal(kinds, want) {
			t.Error(kinds)
		}
		if err := f.Told(tx, "2026-000123", "E/1"); err != nil {
			return err
		}
		if err := f.Void(tx, "2026-000123", now); !errors.Is(err, ErrState) {
			t.Errorf("a verified tombstone became void: %v", err)
		}
		if _, err := f.Intend(tx, anna(), now); !errors.Is(err, ErrState) {
			t.Errorf("a verified tombstone is intended again: %v", err)
		}
		return err
	})
	if got := f.check(t, "pesel", annaPESEL, done.AddDate(1, 0, 0)); len(got) != 1 || got[0] != (Suppression{"marketing", UseProof, "2027-01-01", "2033-12-31", "2026-000123"}) {
		t.Errorf("after the backups: %v", got)
	}
}

func TestSharedOnlyWithoutUnique(t *testing.T) {
	f := fresh(t)
	in := anna()
	in.Person = []subject.Identifier{id("email", " Anna@Example.PL", true), id("email", "other@example.pl", false), id("email", "brak@brak.pl", true), id("pesel", "00000000000", true)}
	f.Map.Tombstone.RootMarks = false
	tomb := f.intend(t, in)
	f.write(t, func(tx *state.Tx) error {
		marks, err := tx.TombstoneMarks(tomb.ID)
		if len(marks) != 1 || marks[0].Kind != "email" {
			t.Errorf("%v", marks)
		}
		return err
	})
	f.verify(t, in.Request, now)
	if got := f.check(t, "email", "anna@example.pl", now); len(got) != 2 {
		t.Errorf("%v", got)
	}
	for _, v := range []string{"other@example.pl", "brak@brak.pl", "x@example.pl"} {
		if got := f.check(t, "email", v, now); len(got) != 0 {
			t.Errorf("suppressed: %v", got)
		}
	}
}

func TestCheck(t *testing.T) {
	f := fresh(t)
	f.intend(t, anna())
	f.verify(t, "2026-000123", now)
	want := []Suppression{{"marketing", UseReerase, "2026-11-07", "2027-03-07", "2026-000123"}, {"marketing", UseProof, "2026-11-07", "2032-12-31", "2026-000123"}}
	if d := cmp.Diff(want, f.check(t, "pesel", " 440514-01359", now)); d != "" {
		t.Error(d)
	}
	if _, err := f.Years.Rotate(2026); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, f.check(t, "pesel", annaPESEL, now)); d != "" {
		t.Error("after a rotation:", d)
	}
	if got := f.check(t, "pesel", janPESEL, now); len(got) != 0 {
		t.Error(got)
	}
	f.write(t, func(tx *state.Tx) error {
		return f.DoNotContact(tx, "newsletter", []subject.Identifier{id("email", "jan@example.pl", false), id("email", "brak@brak.pl", false)}, "2026-9", now)
	})
	if d := cmp.Diff([]Suppression{{"newsletter", UseNoContact, "2026-11-07", "", "2026-9"}}, f.check(t, "email", "JAN@example.pl", now.AddDate(20, 0, 0))); d != "" {
		t.Error(d)
	}
	f.write(t, func(tx *state.Tx) error {
		return errors.Join(f.Release(tx, "2026-000123", now), f.Release(tx, "2026-000123", now))
	})
	if got := f.check(t, "pesel", annaPESEL, now); len(got) != 0 {
		t.Errorf("suppressed though the person came back: %v", got)
	}
	f.write(t, func(tx *state.Tx) error {
		if _, err := f.Check(tx, "nip", subject.Seal("x"), now); err == nil {
			t.Error("a kind that is not in the map")
		}
		leaves, err := journal.Leaves(tx, "", "suppression.checked")
		if len(leaves) != 5 {
			t.Errorf("%d questions journalled of 5", len(leaves))
		}
		return err
	})
}

func TestCheckIsLimited(t *testing.T) {
	f := fresh(t)
	f.Limit = 3
	for range 3 {
		f.check(t, "pesel", janPESEL, now)
	}
	err := f.db.Write(ctx, func(tx *state.Tx) error { _, err := f.Check(tx, "pesel", subject.Seal(janPESEL), now); return err })
	if !errors.Is(err, ErrTooMany) || !strings.Contains(err.Error(), "19m") {
		t.Error(err)
	}
	f.check(t, "pesel", janPESEL, now.Add(19*time.Minute)) // noon
}

func TestVoid(t *testing.T) {
	f := fresh(t)
	tomb := f.intend(t, anna())
	f.write(t, func(tx *state.Tx) error {
		err := errors.Join(f.Void(tx, "2026-000123", now), f.Void(tx, "2026-000123", now), f.Void(tx, "none", now))
		marks, err2 := tx.TombstoneMarks(tomb.ID)
		plain, err3 := tx.TombstonePlain(tomb.ID)
		if len(marks)+len(plain) != 0 {
			t.Error("a void tombstone keeps something")
		}
		if _, err := f.Verify(tx, "2026-000123", now); !errors.Is(err, ErrState) {
			t.Errorf("a void tombstone was verified: %v", err)
		}
		if err := f.Release(tx, "2026-000123", now); !errors.Is(err, ErrState) {
			t.Errorf("a void tombstone was released: %v", err)
		}
		return errors.Join(err, err2, err3)
	})
	if got := f.check(t, "pesel", annaPESEL, now); len(got) != 0 {
		t.Error(got)
	}
}

func TestExpire(t *testing.T) {
	f := fresh(t)
	f.intend(t, anna())
	f.verify(t, "2026-000123", now)
	key, err := f.Years.Current(2026)
	if err != nil {
		t.Fatal(err)
	}
	expire := func(day string, want int) {
		t.Helper()
		at, err := time.ParseInLocation(time.DateOnly, day, f.Map.Zone)
		if err != nil {
			t.Fatal(err)
		}
		n, err := f.Expire(ctx, f.db, at)
		if n != want || err != nil {
			t.Errorf("%s: %d removed, want %d (%v)", day, n, want, err)
		}
	}
	expire("2032-12-31", 0)
	if _, err := f.Years.Get(key.ID); err != nil {
		t.Error("the key went before the tombstone:", err)
	}
	expire("2033-01-01", 1)
	expire("2033-01-01", 0)
	if _, err := f.Years.Get(key.ID); !errors.Is(err, keys.ErrDestroyed) {
		t.Error("the key outlives its last tombstone:", err)
	}
	if got := f.check(t, "pesel", annaPESEL, now); len(got) != 0 {
		t.Error(got)
	}
	f.write(t, func(tx *state.Tx) error {
		if n, err := tx.DueMonthInUse("2032-12"); n != 0 || err != nil {
			t.Error(n, err)
		}
		return nil
	})
}

// The marks stand in the ledger alone: in no leaf, no answer, no print of a tombstone.
func TestMarksStayInTheLedger(t *testing.T) {
	f := fresh(t)
	tomb := f.intend(t, anna())
	tomb = f.verify(t, tomb.Request, now)
	answer := f.check(t, "pesel", annaPESEL, now)
	f.write(t, func(tx *state.Tx) error {
		var out bytes.Buffer
		marks, err := tx.TombstoneMarks(tomb.ID)
		if len(marks) == 0 {
			t.Fatal("no marks to look for")
		}
		tomb.Marks = marks
		_, _ = fmt.Fprintf(&out, "%v %+v %#v %v %+v", tomb, tomb, marks, answer, marks)
		leaves, err2 := tx.Leaves(0, 100)
		for _, l := range leaves {
			out.Write(l.Leaf)
		}
		for _, m := range marks {
			for _, form := range []string{hex.EncodeToString(m.Sum), base64.StdEncoding.EncodeToString(m.Sum), strings.Trim(fmt.Sprintf("%d", m.Sum), "[]"), string(m.Sum)} {
				if strings.Contains(out.String(), form) {
					t.Errorf("a mark shows: %s", out.String())
				}
			}
		}
		if strings.Contains(out.String(), annaPESEL) || strings.Contains(out.String(), "Anna") {
			t.Error("the person shows")
		}
		return errors.Join(err, err2)
	})
}
