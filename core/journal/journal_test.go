package journal

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

var (
	ctx = context.Background()
	now = time.Date(2026, 11, 7, 11, 41, 0, 0, time.UTC)
)

type fixture struct {
	db     *state.DB
	signer note.Signer
	key    string
}

func fresh(t *testing.T) fixture {
	t.Helper()
	db, err := state.Create(ctx, filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	skey, vkey, err := note.GenerateKey(rand.Reader, "dossier-test")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return fixture{db, signer, vkey}
}

func (f fixture) write(t *testing.T, do func(*state.Tx) error) {
	t.Helper()
	if err := f.db.Write(ctx, do); err != nil {
		t.Fatal(err)
	}
}

func (f fixture) append(t *testing.T, n int) {
	t.Helper()
	f.write(t, func(tx *state.Tx) error {
		for i := range n {
			if _, err := Append(tx, "step.verified", fmt.Sprintf("2026-%d", i), map[string]string{"system": "register", "rows": "7"}, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f fixture) verify(published ...[]byte) (rep Report, err error) {
	_ = f.db.Read(ctx, func(tx *state.Tx) error {
		rep, err = Verify(tx, f.key, published...)
		return nil
	})
	return rep, err
}

func TestAppendAndVerify(t *testing.T) {
	f := fresh(t)
	if rep, err := f.verify(); err != nil || rep.Leaves != 0 {
		t.Fatal(rep, err)
	}
	var notes [][]byte
	for n := 1; n <= 40; n++ {
		f.append(t, 1)
		f.write(t, func(tx *state.Tx) error {
			c, err := Checkpoint(tx, f.signer, now)
			again, err2 := Checkpoint(tx, f.signer, now.Add(time.Hour))
			if !bytes.Equal(c, again) {
				t.Error("two checkpoints of one tree")
			}
			notes = append(notes, c)
			return errors.Join(err, err2)
		})
	}
	rep, err := f.verify(notes...)
	if err != nil || rep.Leaves != 40 || rep.Checkpoints != 80 {
		t.Fatal(rep, err)
	}
	f.write(t, func(tx *state.Tx) error {
		leaves, err := Leaves(tx, "2026-0", "step.verified")
		if len(leaves) != 40 || leaves[0].Fields["rows"] != "7" || !leaves[0].At.Equal(now) {
			t.Error(leaves)
		}
		return err
	})
	if _, err := f.verify([]byte("x")); err == nil {
		t.Error("anything passes as a checkpoint")
	}
	if rep, err := Verify(nil, "no key"); err == nil {
		t.Error(rep)
	}
}

// A transaction that is rolled back takes its leaf along; the next one gets its number.
func TestAppendIsPartOfItsTransaction(t *testing.T) {
	f := fresh(t)
	f.append(t, 3)
	stop := errors.New("stop")
	if err := f.db.Write(ctx, func(tx *state.Tx) error {
		if _, err := Append(tx, "x", "r", nil, now); err != nil {
			return err
		}
		return stop
	}); !errors.Is(err, stop) {
		t.Fatal(err)
	}
	f.append(t, 1)
	if rep, err := f.verify(); err != nil || rep.Leaves != 4 {
		t.Fatal(rep, err)
	}
}

func TestAppendTakesNoIdentifiers(t *testing.T) {
	f := fresh(t)
	for name, c := range map[string]struct {
		kind, request string
		fields        map[string]string
	}{
		"pesel":          {"x", "r", map[string]string{"a": "44051401359"}},
		"telephone":      {"x", "r", map[string]string{"a": "+48501234567"}},
		"e-mail":         {"x", "r", map[string]string{"a": "anna@example.pl"}},
		"name":           {"x", "r", map[string]string{"a": "Anna Nowak"}},
		"letters":        {"x", "r", map[string]string{"a": "Żółć"}},
		"long":           {"x", "r", map[string]string{"a": strings.Repeat("x", 201)}},
		"field":          {"x", "r", map[string]string{"Anna Nowak": "deleted"}},
		"request":        {"x", "44051401359", nil},
		"address":        {"x", "anna@example.pl", nil},
		"kind":           {"Anna", "r", nil},
		"a secret":       {"x", "r", map[string]string{"a": fmt.Sprint(subject.Seal("44051401359"))}},
		"an almost hash": {"x", "r", map[string]string{"a": "sha256:44051401359"}},
	} {
		err := f.db.Write(ctx, func(tx *state.Tx) error { _, err := Append(tx, c.kind, c.request, c.fields, now); return err })
		if err == nil {
			t.Errorf("%s was taken", name)
			continue
		}
		for _, v := range c.fields {
			if strings.Contains(err.Error(), v) {
				t.Errorf("%s: the error repeats it: %v", name, err)
			}
		}
	}
	f.write(t, func(tx *state.Tx) error {
		_, err := Append(tx, "plan.approved", "2026-000123", map[string]string{"digest": "sha256:" + strings.Repeat("0123456789abcdef", 4), "as_of": "2026-11-06T11:20:00.123456789+01:00",
			"system": "register", "wrapped": "a+b/c="}, now)
		return err
	})
	if err := f.db.Write(ctx, func(tx *state.Tx) error { _, err := Append(tx, "x", "r", nil, time.Time{}); return err }); err == nil {
		t.Error("a leaf without a time")
	}
}

// Whatever is changed in the database, the journal says so.
func TestTamperingShows(t *testing.T) {
	for name, q := range map[string]string{
		"a leaf's text":        `UPDATE journal_leaf SET leaf = CAST(replace(CAST(leaf AS TEXT), '"rows":"7"', '"rows":"8"') AS BLOB) WHERE n = 3`,
		"a leaf's time":        `UPDATE journal_leaf SET at = '2026-11-07T11:41:01.000000Z' WHERE n = 3`,
		"a leaf's request":     `UPDATE journal_leaf SET request = 'other' WHERE n = 3`,
		"a leaf in the middle": `DELETE FROM journal_leaf WHERE n = 3`,
		"the last leaf":        `DELETE FROM journal_leaf WHERE n = 10`,
		"a hash too many":      `INSERT INTO journal_hash (n, hash) VALUES (19, randomblob(32))`,
		"a leaf's hash":        `UPDATE journal_hash SET hash = randomblob(32) WHERE n = 4`,
		"an inner hash":        `UPDATE journal_hash SET hash = randomblob(32) WHERE n = 2`,
		"a missing hash":       `DELETE FROM journal_hash WHERE n = 2`,
		"a checkpoint":         `UPDATE journal_checkpoint SET note = CAST(replace(CAST(note AS TEXT), 'dossier-test', 'dossier-tesu') AS BLOB)`,
	} {
		t.Run(name, func(t *testing.T) {
			f := fresh(t)
			f.append(t, 11)
			f.write(t, func(tx *state.Tx) error { _, err := Checkpoint(tx, f.signer, now); return err })
			if _, err := f.verify(); err != nil {
				t.Fatal(err)
			}
			if err := tamper(f.db.Writer(), q); err != nil {
				t.Fatal(err)
			}
			if rep, err := f.verify(); err == nil {
				t.Errorf("nothing shows: %+v", rep)
			}
		})
	}
}

// tamper is somebody with the file, so no trigger stops it.
func tamper(db *sql.DB, q string) error {
	for _, q := range []string{`DROP TRIGGER journal_leaf_stays`, `DROP TRIGGER journal_leaf_remains`, q} {
		r, err := db.Exec(q)
		if err != nil {
			return err
		}
		if n, _ := r.RowsAffected(); n == 0 && !strings.HasPrefix(q, "DROP") {
			return errors.New("nothing was tampered with")
		}
	}
	return nil
}

func TestTriggersStopUpdates(t *testing.T) {
	f := fresh(t)
	f.append(t, 1)
	for _, q := range []string{`UPDATE journal_leaf SET at = ''`, `DELETE FROM journal_leaf`} {
		if _, err := f.db.Writer().Exec(q); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", q, err)
		}
	}
}

// A journal written anew to the same length is not the one a published checkpoint was signed for; a shorter one misses leaves.
func TestPublishedCheckpoint(t *testing.T) {
	f := fresh(t)
	f.append(t, 5)
	var published []byte
	f.write(t, func(tx *state.Tx) (err error) { published, err = Checkpoint(tx, f.signer, now); return err })
	restored := fixture{fresh(t).db, f.signer, f.key}
	restored.append(t, 3)
	if rep, err := restored.verify(published); !errors.Is(err, ErrMissing) || rep.Missing != 2 {
		t.Errorf("restored from before: %+v, %v", rep, err)
	}
	restored.write(t, func(tx *state.Tx) error { _, err := Append(tx, "other", "r", nil, now); return err })
	restored.append(t, 1)
	if _, err := restored.verify(published); err == nil || errors.Is(err, ErrMissing) {
		t.Errorf("another history: %v", err)
	}
	f.append(t, 4)
	if rep, err := f.verify(published); err != nil || rep.Leaves != 9 {
		t.Error(rep, err)
	}
}
