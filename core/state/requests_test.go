package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func enter(t *testing.T, db *DB, id string) Request {
	t.Helper()
	r := Request{ID: id, Right: "erasure", State: "received", ReceivedAt: noon, DueStrict: "2026-12-02", DueCode: "2026-12-03",
		Body: []byte("sealed body of " + id), MAC: []byte("mac"), Salt: []byte("salt"), DEK: []byte("wrapped key of " + id), Month: "2032-12"}
	write(t, db, func(tx *Tx) (err error) { r, err = tx.InsertRequest(r, noon); return err })
	return r
}

func TestRequestRoundTrip(t *testing.T) {
	db := fresh(t)
	want := enter(t, db, "2026-000123")
	if want.Number != "2026/000001" {
		t.Errorf("number %s", want.Number)
	}
	if err := db.Write(ctx, func(tx *Tx) error { _, err := tx.InsertRequest(want, noon); return err }); !errors.Is(err, ErrExists) {
		t.Errorf("entered twice: %v", err)
	}
	want.State, want.WaitingFor, want.WaitingWhy, want.Attention, want.Flags = "waiting", "person", "a candidate", []string{"candidate"}, []string{"due_soon"}
	want.AsOf, want.UpdatedAt, want.MapDigest = noon.Add(time.Microsecond), noon.Add(time.Minute), "sha256:0"
	write(t, db, func(tx *Tx) error { return tx.SaveRequest(want, noon.Add(time.Minute)) })
	read(t, db, func(tx *Tx) error {
		got, err := tx.Request("2026-000123")
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Error(d, err)
		}
		if _, err := tx.Request("other"); !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
		return nil
	})
	if err := db.Write(ctx, func(tx *Tx) error { return tx.SaveRequest(Request{ID: "other"}, noon) }); !errors.Is(err, ErrNotFound) {
		t.Error(err)
	}
}

func TestRequestLists(t *testing.T) {
	db := fresh(t)
	a, b := enter(t, db, "a"), enter(t, db, "b")
	enter(t, db, "c")
	a.State, b.DueStrict, b.Attention = "done", "2026-11-20", []string{"minor"}
	write(t, db, func(tx *Tx) error {
		return errors.Join(tx.SaveRequest(a, noon), tx.SaveRequest(b, noon), tx.PutRequestMarks("b", []Mark{{"pesel", "pesel/1", "k", bytes.Repeat([]byte{1}, 32)}}))
	})
	for name, c := range map[string]struct {
		f    RequestFilter
		want []string
	}{
		"all, by due date": {RequestFilter{}, []string{"b", "a", "c"}},
		"page":             {RequestFilter{After: "b", Limit: 1}, []string{"a"}},
		"last page":        {RequestFilter{After: "c"}, nil},
		"state":            {RequestFilter{States: []string{"received", "planned"}}, []string{"b", "c"}},
		"due":              {RequestFilter{DueBefore: "2026-12-02"}, []string{"b"}},
		"attention":        {RequestFilter{Attention: true}, []string{"b"}},
		"person":           {RequestFilter{Marks: [][]byte{bytes.Repeat([]byte{1}, 32)}}, []string{"b"}},
		"another":          {RequestFilter{Marks: [][]byte{bytes.Repeat([]byte{2}, 32)}}, nil},
		"nobody":           {RequestFilter{Marks: [][]byte{}}, nil},
		"right":            {RequestFilter{Right: "access"}, nil},
	} {
		read(t, db, func(tx *Tx) error {
			got, err := tx.Requests(c.f)
			var ids []string
			for _, r := range got {
				ids = append(ids, r.ID)
			}
			if d := cmp.Diff(c.want, ids); d != "" {
				t.Error(name, d)
			}
			return err
		})
	}
	read(t, db, func(tx *Tx) error {
		n, err := tx.CountRequests(RequestFilter{})
		if d := cmp.Diff(map[string]int{"done": 1, "received": 2}, n); d != "" {
			t.Error(d)
		}
		return err
	})
}

func TestEventsAreAppendedOnce(t *testing.T) {
	db := fresh(t)
	enter(t, db, "a")
	e := Event{Request: "a", Type: "identity_asked", At: noon, NotedAt: noon, Actor: "op", Detail: json.RawMessage(`{"by":"post"}`), Sealed: []byte("s")}
	for i, want := range []bool{true, false} {
		write(t, db, func(tx *Tx) error {
			added, err := tx.AddEvent(e)
			if added != want {
				t.Errorf("try %d: added %v", i, added)
			}
			return err
		})
	}
	read(t, db, func(tx *Tx) error {
		got, err := tx.Events("a")
		e.ID = 1
		if d := cmp.Diff([]Event{e}, got); d != "" {
			t.Error(d)
		}
		after, _ := tx.EventsAfter(1, 10)
		if len(after) != 0 {
			t.Error("events after the last")
		}
		return err
	})
	if err := db.Write(ctx, func(tx *Tx) error { _, err := tx.AddEvent(Event{Request: "none", Type: "x", At: noon}); return err }); err == nil {
		t.Error("an event of a request that is not there")
	}
}

// What was shredded stands in no byte of the file and its log.
func TestShred(t *testing.T) {
	db := fresh(t)
	r := enter(t, db, "a")
	secret := []byte("ciphertext-that-must-go-7f3a")
	s := addStep(t, db, Step{Request: "a", Phase: "apply", System: "register"})
	s, _ = claim(t, db, s.ID, "w", noon)
	mark := append([]byte("mark-that-must-go-0000000000"), 1, 2, 3, 4)
	write(t, db, func(tx *Tx) error {
		_, err := tx.AddPlan(Plan{Request: "a", Digest: "d", Sealed: secret})
		_, err2 := tx.AddEvent(Event{Request: "a", Type: "note", At: noon, Sealed: secret})
		_, _, err3 := tx.AddTask(Task{Request: "a", Kind: "review", Sealed: secret}, noon)
		return errors.Join(err, err2, err3, tx.PutPart("a", "reply", secret, noon), tx.PutFrame(s, "a", Frame{Edge: "e", Sealed: secret}),
			tx.PutRequestMarks("a", []Mark{{"pesel", "pesel/1", "k", mark}}),
			tx.PutNotice(Notice{Request: "a", Recipient: "bank", Event: "erasure", State: "queued", Sealed: secret, DEK: secret}),
			tx.PutHeld(Held{Request: "a", System: "s", Collection: "c", Sealed: secret}))
	})
	if err := db.Shred(ctx, "a", noon); err == nil {
		t.Fatal("an open request was shredded")
	}
	r.ClosedAt, r.KeepUntil, r.Suspended = noon, "2032-12-31", "a complaint is pending"
	write(t, db, func(tx *Tx) error { return tx.SaveRequest(r, noon) })
	if err := db.Shred(ctx, "a", noon); err == nil {
		t.Fatal("a complaint did not suspend shredding")
	}
	r.Suspended = ""
	write(t, db, func(tx *Tx) error { return tx.SaveRequest(r, noon) })
	inUse := func(want int) {
		t.Helper()
		read(t, db, func(tx *Tx) error {
			if n, err := tx.MonthInUse("2032-12"); n != want || err != nil {
				t.Errorf("month in use %d, want %d (%v)", n, want, err)
			}
			lapsed, err := tx.Lapsed("2033-01-01")
			if len(lapsed) != want {
				t.Errorf("lapsed %d, want %d", len(lapsed), want)
			}
			return err
		})
	}
	read(t, db, func(tx *Tx) error {
		if lapsed, err := tx.Lapsed("2033-01-01"); len(lapsed) > 0 || err != nil {
			t.Errorf("a restriction in force is forgotten: %d, %v", len(lapsed), err)
		}
		return nil
	})
	write(t, db, func(tx *Tx) error { return tx.EndHeld("a", "", noon) })
	inUse(1)
	for range 2 {
		if err := db.Shred(ctx, "a", noon); err != nil {
			t.Fatal(err)
		}
	}
	inUse(0)
	for _, file := range []string{db.path, db.path + "-wal"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, gone := range [][]byte{secret, mark, []byte("wrapped key of a"), []byte("sealed body of a")} {
			if bytes.Contains(b, gone) {
				t.Errorf("%s still holds %s", file, gone)
			}
		}
	}
	read(t, db, func(tx *Tx) error {
		got, err := tx.Request("a")
		if got.DEK != nil || got.Body != nil || got.MAC != nil || got.ShreddedAt.IsZero() || got.Number == "" {
			t.Errorf("%+v", got)
		}
		return err
	})
	if err := db.Write(ctx, func(tx *Tx) error { return tx.SaveRequest(r, noon) }); !errors.Is(err, ErrNotFound) {
		t.Errorf("a shredded request was given its content back: %v", err)
	}
}
