package cooperative

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

func TestSameSeedSameSample(t *testing.T) {
	opt := sample.Options{Members: 100, Seed: 42}
	first, second := Lay(t, opt), Lay(t, opt)
	a, b := first.Snapshot(t), second.Snapshot(t)
	if diff := a.Changed(b); len(diff) != 0 {
		t.Fatalf("%d rows and files differ, %s the first", len(diff), diff[0])
	}
	if first.Persons.Demo.PESEL != second.Persons.Demo.PESEL {
		t.Error("the same seed gave other persons")
	}
	opt.Seed = 43
	if other := Lay(t, opt); other.Snapshot(t).Digest() == a.Digest() {
		t.Error("another seed gave the same sample")
	}
	opt.Seed, opt.AsOf = 42, sample.ReferenceDay.AddDate(1, 0, 0)
	if other := Lay(t, opt); other.Snapshot(t).Digest() == a.Digest() {
		t.Error("another day gave the same sample")
	}
}

func TestAsManyMembersAsAskedFor(t *testing.T) {
	for _, n := range []int{46, 47, 333} {
		w := Lay(t, sample.Options{Members: n})
		db := w.Register(t)
		if got := Count(t, db, "SELECT count(*) FROM members"); got != n {
			t.Errorf("asked for %d members, got %d", n, got)
		}
		if got := Count(t, db, "SELECT count(*) FROM member_search"); got != n {
			t.Errorf("%d members, %d search rows", n, got)
		}
		for _, db := range []int{Count(t, w.Register(t), "SELECT count(*) FROM pragma_foreign_key_check"), Count(t, w.Ledger(t), "SELECT count(*) FROM pragma_foreign_key_check")} {
			if db != 0 {
				t.Errorf("%d members: %d rows refer to nothing", n, db)
			}
		}
	}
}

func TestDefaultSizes(t *testing.T) {
	w := shared(t, sample.DefaultMembers)
	rows := 0
	for _, table := range []string{"accounts", "entries", "readings", "arrears_letters", "balances"} {
		rows += Count(t, w.Ledger(t), "SELECT count(*) FROM "+table)
	}
	if each := rows / sample.DefaultMembers; each < 30 || each > 50 {
		t.Errorf("%d ledger rows a member, want about 40", each)
	}
	if n := len(files(t, w, "")); n < 3000 || n > 5000 {
		t.Errorf("%d documents, want three to five thousand", n)
	}
}

// TestHeavy lays out one person of very many rows beside few others.
func TestHeavy(t *testing.T) {
	w := Lay(t, sample.Options{Heavy: sample.Heavy{Readings: 9_456, Entries: 3_345}})
	p := w.Persons.Heavy
	if n := Count(t, w.Ledger(t), "SELECT count(*) FROM entries WHERE account_no = ?", p.Account); n != 3_345 {
		t.Errorf("%d entries, want 3345", n)
	}
	flat := text(t, w.Register(t), "SELECT flat_no FROM leases WHERE lease_no = ?", p.Leases[0])
	if n := Count(t, w.Ledger(t), "SELECT count(*) FROM readings WHERE flat_no = ?", flat); n != 9_456 {
		t.Errorf("%d readings, want 9456", n)
	}
	start, end := text(t, w.Register(t), "SELECT started_on FROM leases WHERE lease_no = ?", p.Leases[0]),
		text(t, w.Register(t), "SELECT ended_on FROM leases WHERE lease_no = ?", p.Leases[0])
	if n := Count(t, w.Ledger(t), "SELECT count(*) FROM readings WHERE flat_no = ? AND NOT read_on BETWEEN ? AND ?", flat, start[:10], end[:10]); n != 0 {
		t.Errorf("%d readings lie outside the lease", n)
	}
	if n := Count(t, w.Ledger(t), "SELECT count(*) FROM balances WHERE account_no = ?", p.Account); n != 1 {
		t.Errorf("%d balances, want 1", n)
	}
}

// TestBalancesAddUp compares the cache with what it was made from.
func TestBalancesAddUp(t *testing.T) {
	w := shared(t, sample.DefaultMembers)
	off := Count(t, w.Ledger(t), `SELECT count(*) FROM balances b
		WHERE abs(b.total - coalesce((SELECT sum(amount) FROM entries e WHERE e.account_no = b.account_no), 0)) > 0.001`)
	if off != 0 {
		t.Errorf("%d balances are not the sum of their entries", off)
	}
	counted := Count(t, w.Register(t), `SELECT count(*) FROM leases l
		WHERE party_count <> (SELECT count(*) FROM lease_parties p WHERE p.lease_no = l.lease_no)`)
	if counted != 0 {
		t.Errorf("%d leases count their parties wrongly", counted)
	}
}

func TestLayRefuses(t *testing.T) {
	lay := func(dir string, opt sample.Options) error {
		_, err := sample.Lay(context.Background(), dir, opt)
		return err
	}
	dir := t.TempDir()
	if err := lay(dir, sample.Options{Members: 60}); err != nil {
		t.Fatal(err)
	}
	if err := lay(dir, sample.Options{Members: 60}); err == nil || !strings.Contains(err.Error(), "is there already") {
		t.Errorf("over a sample: %v; want a refusal", err)
	}
	for name, opt := range map[string]sample.Options{
		"fewer than the cast": {Members: 10},
		"below zero":          {Members: -1},
		"heavy below zero":    {Heavy: sample.Heavy{Entries: -1}},
		"an absurd day":       {AsOf: time.Date(1066, 10, 14, 0, 0, 0, 0, time.UTC)},
	} {
		empty := filepath.Join(t.TempDir(), "new")
		if err := lay(empty, opt); err == nil {
			t.Errorf("%s: laid out", name)
		}
		if _, err := os.Stat(empty); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: something was left behind", name)
		}
	}
}

func TestLayStopsWhenTold(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := sample.Lay(ctx, t.TempDir(), sample.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
