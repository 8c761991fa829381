package sqlite

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// erasure is what erases members of the house: payments stay with the lease while another party holds it.
func erasure(tuples ...connectors.Tuple) []connectors.Treatment {
	of := by(parties, "member_no", tuples...)
	of.Any[0].Via = []connectors.Hop{hop(members, "id", "member_id")}
	self := by(members, "member_no", tuples...)
	staff := by(members, "member_no", tuples...)
	staff.Any[0].Via = []connectors.Hop{hop(members, "id", "boss")}
	counted := by(leases, "member_no", tuples...)
	counted.Any[0].Via = []connectors.Hop{hop(members, "id", "member_id"), hop(parties, "lease_no", "lease_no")}
	return []connectors.Treatment{
		{ID: "staff", Verb: connectors.Set, On: staff, Assign: []connectors.Assign{{Field: "boss"}}, AtMost: 9},
		{ID: "parties", Verb: connectors.Delete, On: of, Capture: []string{"lease_no"}, AtMost: 9},
		{ID: "members", Verb: connectors.Delete, On: self, Capture: []string{"id", "email"}, AtMost: 9},
		{ID: "leases", Verb: connectors.Recount, On: counted, AtMost: 9, Assign: []connectors.Assign{{Field: "party_count", How: connectors.Count,
			Over: &connectors.Step{Collection: parties, From: []string{"lease_no"}, To: []string{"lease_no"}}}}},
	}
}

// said writes an outcome: changed/already/conflicts and by person.
func said(o connectors.Outcome) string {
	return fmt.Sprintf("%s %d/%d/%d %v", o.ID, o.Changed, o.Already, len(o.Conflicts), o.ByPerson)
}

func saidAll(out []connectors.Outcome) string {
	var parts []string
	for _, o := range out {
		parts = append(parts, said(o))
	}
	return strings.Join(parts, "; ")
}

func TestErasure(t *testing.T) {
	path, db := newFile(t, house)
	s := opened(t, path)
	out, err := apply(s, erasure(one(0, "C-00001"), one(5, "C-00002"))...)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "outcomes", saidAll(out), "staff 2/0/0 map[0:1 5:1]; parties 3/0/0 map[0:1 5:2]; members 2/0/0 map[0:1 5:1]; leases 2/0/0 map[0:1 5:2]")
	same(t, "keys", len(out[1].LinkKeys.Tuples), 3)
	same(t, "key", out[2].LinkKeys.Tuples[0].Values, []any{int64(1), "Anna@lipy.example"})
	same(t, "left", count(t, db, "SELECT count(*) FROM members"), 3)
	same(t, "counters", count(t, db, "SELECT sum(party_count) FROM leases"), 1)
	if out, err = apply(s, erasure(one(0, "C-00001"))...); err != nil {
		t.Fatal(err)
	}
	same(t, "again", saidAll(out), "staff 0/0/0 map[]; parties 0/0/0 map[]; members 0/0/0 map[]; leases 0/0/0 map[]")
}

func TestNothingChanges(t *testing.T) {
	no := errors.New("no")
	ceiling := erasure(one(0, "C-00002"))
	ceiling[1].AtMost = 1
	recount := erasure(one(0, "C-00002"))
	recount[3].AtMost = 1
	orphan := erasure(one(0, "C-00001"))[2:3]
	notNull := []connectors.Treatment{{ID: "x", Verb: connectors.Set, On: by(members, "id", one(0, int64(1))), Assign: []connectors.Assign{{Field: "active"}}, AtMost: 1}}
	unique := []connectors.Treatment{{ID: "x", Verb: connectors.Set, On: by(members, "id", one(0, int64(1))), Assign: []connectors.Assign{{Field: "member_no", To: "C-00002"}}, AtMost: 1}}
	cancelled, cancel := context.WithCancel(context.Background())
	for name, c := range map[string]struct {
		do   []connectors.Treatment
		opt  connectors.ApplyOptions
		want error
		note string
	}{
		"refused":     {do: erasure(one(0, "C-00001")), opt: connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return no }}, want: no},
		"cancelled":   {do: erasure(one(0, "C-00001")), opt: connectors.ApplyOptions{Confirm: func(ctx context.Context, _ []connectors.Outcome) error { cancel(); return ctx.Err() }}, want: context.Canceled},
		"ceiling":     {do: ceiling, want: connectors.ErrMoreRows},
		"recount":     {do: recount, want: connectors.ErrMoreRows},
		"foreign key": {do: orphan, want: connectors.ErrConflict, note: "parties.member_id"},
		"not null":    {do: notNull, want: connectors.ErrConflict, note: "members.active"},
		"unique":      {do: unique, want: connectors.ErrConflict, note: "members.member_no"},
		"no column":   {do: []connectors.Treatment{{ID: "x", Verb: connectors.Set, On: by(members, "id", one(0, int64(1))), Assign: []connectors.Assign{{Field: "pesel"}}, AtMost: 1}}, want: nil},
		"rehearsal":   {do: erasure(one(0, "C-00001")), opt: connectors.ApplyOptions{Rehearse: true}},
	} {
		t.Run(name, func(t *testing.T) {
			path, db := newFile(t, house)
			s := opened(t, path)
			before := dumped(t, s)
			asked := false
			if c.opt.Confirm == nil {
				c.opt.Confirm = func(context.Context, []connectors.Outcome) error { asked = true; return nil }
			}
			out, err := s.Apply(cancelled, c.do, c.opt)
			if name == "rehearsal" {
				if err != nil || asked || out[0].LocksHeld <= 0 || out[1].Changed != 1 {
					t.Errorf("rehearsal: %v, asked %v, %s", err, asked, saidAll(out))
				}
			} else if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			} else if asked {
				t.Error("the host was asked although nothing could be done")
			} else {
				for _, o := range out {
					if o.Changed != 0 || len(o.ByPerson) != 0 {
						t.Errorf("outcome after a roll-back: %s", said(o))
					}
				}
				if notes := notesOf(out); c.note != "" && !slices.ContainsFunc(notes, func(d connectors.Diagnostic) bool { return d.Path == c.note }) {
					t.Errorf("notes %v, want one about %s", notes, c.note)
				}
			}
			if strings.Contains(fmt.Sprint(err), "C-0000") || strings.Contains(fmt.Sprint(err), "lipy") {
				t.Errorf("the error tells a value: %v", err)
			}
			same(t, "the file", dumped(t, s), before)
			run(t, db, "BEGIN IMMEDIATE; COMMIT") // the lock is free again
		})
		if cancelled.Err() != nil {
			cancelled, cancel = context.WithCancel(context.Background())
		}
	}
	cancel()
}

func notesOf(out []connectors.Outcome) (notes connectors.Diagnostics) {
	for _, o := range out {
		notes = append(notes, o.Notes...)
	}
	return notes
}

// dumped is everything in the file, as text.
func dumped(t testing.TB, s *store) string {
	t.Helper()
	all, err := s.Dump(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for name, rows := range all {
		for _, r := range rows {
			lines = append(lines, fmt.Sprintf("%s %#v", name, map[string]any(r)))
		}
	}
	return strings.Join(sorted(lines), "\n")
}

func TestSet(t *testing.T) {
	set := func(sel connectors.Selection, assign ...connectors.Assign) connectors.Treatment {
		return connectors.Treatment{Verb: connectors.Set, On: sel, Assign: assign, AtMost: 9}
	}
	every := connectors.Selection{Collection: members, All: true}
	for name, c := range map[string]struct {
		do    connectors.Treatment
		want  string
		check string
	}{
		"correction": {set(every, connectors.Assign{Field: "email", To: "new@lipy.example", From: []any{"ANNA@lipy.example", "new@lipy.example"}}),
			"t1 1/0/4 map[0:1]", "SELECT count(*) = 1 FROM members WHERE email = 'new@lipy.example'"},
		"capitals only": {set(by(members, "id", one(2, int64(1))), connectors.Assign{Field: "email", To: "ANNA@lipy.example", From: []any{"anna@lipy.example"}}),
			"t1 1/0/0 map[2:1]", "SELECT email = 'ANNA@lipy.example' COLLATE BINARY FROM members WHERE id = 1"},
		"as it is":  {set(by(members, "id", one(0, int64(1))), connectors.Assign{Field: "name", To: "Anna"}), "t1 0/1/0 map[]", "SELECT 1"},
		"clear":     {set(every, connectors.Assign{Field: "email"}), "t1 5/0/0 map[0:5]", "SELECT count(email) = 0 FROM members"},
		"from NULL": {set(every, connectors.Assign{Field: "member_no", To: "C-7", From: []any{nil}}), "t1 1/0/4 map[0:1]", "SELECT id = 4 FROM members WHERE member_no = 'C-7'"},
		"year":      {set(every, connectors.Assign{Field: "left_on", How: connectors.Year}), "t1 3/2/0 map[0:3]", "SELECT count(left_on) = 2 AND min(left_on) = '2010-01-01' FROM members"},
		"text for a type": {set(by(members, "id", one(0, int64(1))), connectors.Assign{Field: "active", To: "false"}, connectors.Assign{Field: "boss", To: "2"}),
			"t1 1/0/0 map[0:1]", "SELECT active = 0 AND typeof(boss) = 'integer' FROM members WHERE id = 1"},
		"one field conflicts": {set(by(members, "id", one(0, int64(1))), connectors.Assign{Field: "name", To: "X", From: []any{"Anna"}}, connectors.Assign{Field: "email", To: "x", From: []any{"y"}}),
			"t1 0/0/1 map[]", "SELECT name = 'Anna' FROM members WHERE id = 1"},
		"composite key": {set(by(parties, "member_id", one(0, int64(2))), connectors.Assign{Field: "share", To: nil}), "t1 2/0/0 map[0:2]", "SELECT count(share) = 2 FROM parties"},
	} {
		t.Run(name, func(t *testing.T) {
			path, db := newFile(t, house)
			s := opened(t, path)
			out, err := apply(s, c.do)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "outcome", saidAll(out), c.want)
			same(t, c.check, count(t, db, c.check), 1)
			if out, err = apply(s, c.do); err != nil || out[0].Changed != 0 {
				t.Errorf("a second time: %s, %v", saidAll(out), err)
			}
		})
	}
}

func TestDerivedTextIsTheSameOnRetry(t *testing.T) {
	path, db := newFile(t, house)
	s := opened(t, path)
	do := connectors.Treatment{Verb: connectors.Set, On: by(members, "id", one(0, int64(1)), one(1, int64(2))), AtMost: 2,
		Assign: []connectors.Assign{{Field: "name", How: connectors.Derive, Derive: []byte("secret")}}}
	if _, err := apply(s, do); err != nil {
		t.Fatal(err)
	}
	var name string
	if err := db.QueryRow("SELECT name FROM members WHERE id = 1").Scan(&name); err != nil {
		t.Fatal(err)
	}
	same(t, "derived", name, connectors.DeriveText([]byte("secret"), int64(1)))
	out, err := apply(s, do)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "again", saidAll(out), "t1 0/2/0 map[]")
}

func TestPrimaryKeyChangesAreFollowed(t *testing.T) {
	path, db := newFile(t, house)
	s := opened(t, path)
	out, err := apply(s,
		connectors.Treatment{Verb: connectors.Set, On: by(payments, "id", one(0, int64(1))), Assign: []connectors.Assign{{Field: "id", To: int64(77)}}, AtMost: 1},
		connectors.Treatment{Verb: connectors.Set, On: by(payments, "id", one(0, int64(1))), Assign: []connectors.Assign{{Field: "note", To: "x"}}, AtMost: 1},
		connectors.Treatment{Verb: connectors.Set, On: by(parties, "member_id", one(0, int64(1))), Assign: []connectors.Assign{{Field: "lease_no", To: "L-2"}}, AtMost: 1},
		connectors.Treatment{Verb: connectors.Delete, On: by(parties, "member_id", one(0, int64(1))), AtMost: 1})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "outcomes", saidAll(out), "t1 1/0/0 map[0:1]; t2 1/0/0 map[0:1]; t3 1/0/0 map[0:1]; t4 1/0/0 map[0:1]")
	same(t, "payment", count(t, db, "SELECT count(*) FROM payments WHERE id = 77 AND note = 'x'"), 1)
	same(t, "party", count(t, db, "SELECT count(*) FROM parties WHERE member_id = 1"), 0)
}

func TestEnsure(t *testing.T) {
	path, db := newFile(t, house)
	s := opened(t, path)
	ensure := func(id int64, no string) connectors.Treatment {
		return connectors.Treatment{Verb: connectors.Ensure, On: connectors.Selection{Collection: members}, AtMost: 1,
			Assign: []connectors.Assign{{Field: "id", To: id}, {Field: "member_no", To: no}, {Field: "name", To: "removed"}}}
	}
	out, err := apply(s, ensure(99, "C-00000"), ensure(99, "C-00000"), ensure(98, "C-00001"))
	if err != nil {
		t.Fatal(err)
	}
	same(t, "outcomes", saidAll(out), "t1 1/0/0 map[]; t2 0/1/0 map[]; t3 0/1/0 map[]")
	same(t, "rows", count(t, db, "SELECT count(*) FROM members WHERE name = 'removed'"), 1)
	none := ensure(97, "C-97")
	none.AtMost = 0
	if _, err := apply(s, none); !errors.Is(err, connectors.ErrMoreRows) {
		t.Errorf("over the ceiling: %v", err)
	}
}

func TestCascadesCountWhereTheyWerePlanned(t *testing.T) {
	path, _ := newFile(t, `CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p(id) ON DELETE CASCADE);
		INSERT INTO p VALUES (1), (2); INSERT INTO c VALUES (1, 1), (2, 1), (3, 2);`)
	s := opened(t, path)
	p, c := coll("p", "id"), coll("c", "id")
	out, err := apply(s, connectors.Treatment{Verb: connectors.Delete, On: by(p, "id", one(0, int64(1))), AtMost: 1},
		connectors.Treatment{Verb: connectors.Delete, On: by(c, "p", one(0, int64(1))), AtMost: 2},
		connectors.Treatment{Verb: connectors.Delete, On: by(c, "id", one(0, int64(1)), one(0, int64(3))), AtMost: 2})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "outcomes", saidAll(out), "t1 1/0/0 map[0:1]; t2 2/0/0 map[0:2]; t3 1/0/0 map[0:1]")
}

func TestATriggerThatKeepsRowsIsFoundOut(t *testing.T) {
	path, _ := newFile(t, house+`CREATE TRIGGER keep_d BEFORE DELETE ON readings WHEN old.id = 1 BEGIN SELECT RAISE(IGNORE); END;
		CREATE TRIGGER keep_u BEFORE UPDATE ON readings WHEN old.id = 1 BEGIN SELECT RAISE(IGNORE); END;
		CREATE TRIGGER loud BEFORE DELETE ON payments BEGIN SELECT RAISE(ABORT, 'Anna may not go'); END;`)
	s := opened(t, path)
	flat := by(readings, "flat", one(0, "A"))
	for _, do := range []connectors.Treatment{
		{Verb: connectors.Delete, On: flat, AtMost: 9},
		{Verb: connectors.Set, On: flat, Assign: []connectors.Assign{{Field: "value", To: 0.0}}, AtMost: 9},
		{Verb: connectors.Delete, On: by(payments, "id", one(0, int64(1))), AtMost: 9},
	} {
		_, err := apply(s, do)
		if !errors.Is(err, connectors.ErrConflict) || strings.Contains(err.Error(), "Anna") {
			t.Errorf("%s %s: %v", do.Verb, do.On.Collection.Name, err)
		}
	}
}
