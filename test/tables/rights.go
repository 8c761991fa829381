package tables

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Right is what a right asks: its uses, and calls that need them all for one member.
type Right struct {
	Name string
	Uses []connectors.Use
	Do   func(ctx context.Context, s connectors.Store, member int64) error
}

// Rights are those a map can ask for of members, visits, log and towns, each known by where it stands: app.members. By these methods rows
// can be restricted.
func Rights(at func(table string) string, methods ...string) []Right {
	c := func(table string, key ...string) connectors.Collection { return Coll(at(table), key...) }
	members, visits, log, towns := c("members", "id"), c("visits", "id"), c("log", "id"), c("towns", "id")
	reads := func(c connectors.Collection, fields ...string) connectors.Use {
		return connectors.Use{Collection: c, Reads: fields}
	}
	m, v, l := reads(members, "id", "no", "name", "email"), reads(visits, "id", "member", "day"), reads(log, "id", "member")
	with := func(u connectors.Use, method string, writes []string, verbs ...connectors.Verb) connectors.Use {
		u.Method, u.Writes, u.Verbs = method, writes, verbs
		return u
	}
	no := func(member int64) string { return fmt.Sprint("C-", member) }
	visitsOf := func(member int64) connectors.Selection {
		return connectors.Selection{Collection: visits, Fields: []string{"id", "day"}, Any: []connectors.Match{{Fields: []string{"no"}, Values: []connectors.Tuple{{Values: []any{no(member)}}},
			Via: []connectors.Hop{{Collection: members, From: []string{"id"}, To: []string{"member"}}}}}}
	}
	out := []Right{
		{"access", []connectors.Use{m, v, l}, func(ctx context.Context, s connectors.Store, member int64) error {
			sel := By(members, "no", no(member))
			sel.Fields = []string{"id", "no", "name", "email"}
			for _, sel := range []connectors.Selection{sel, visitsOf(member), By(log, "member", member)} {
				rows, err := found(ctx, s, sel)
				if err != nil || len(rows) != 1 {
					return errors.Join(err, fmt.Errorf("%d rows", len(rows)))
				}
			}
			return nil
		}},
		{"erasure", []connectors.Use{with(m, "", []string{"name", "email"}, connectors.Set), with(v, "", nil, connectors.Delete), with(l, "", nil, connectors.Delete),
			with(reads(towns, "id"), "", []string{"id", "name"}, connectors.Ensure)},
			func(ctx context.Context, s connectors.Store, member int64) error {
				return once(ctx, s, Del(visitsOf(member)), Del(By(log, "member", member)), Set(By(members, "id", member), connectors.Assign{Field: "name"}, connectors.Assign{Field: "email"}),
					connectors.Treatment{Verb: connectors.Ensure, On: connectors.Selection{Collection: towns}, Assign: []connectors.Assign{{Field: "id", To: 1000 + member}, {Field: "name", To: no(member)}}})
			}},
		{"rectification", []connectors.Use{with(m, "", []string{"email"}, connectors.Set)}, func(ctx context.Context, s connectors.Store, member int64) error {
			return once(ctx, s, Set(By(members, "no", no(member)), connectors.Assign{Field: "email", From: []any{"e@x"}, To: "new@x"}))
		}},
	}
	for _, method := range methods {
		mark := func(v connectors.Verb, member int64) connectors.Treatment {
			return connectors.Treatment{Verb: v, On: By(members, "id", member), Method: method, Mark: "R"}
		}
		u := with(m, method, []string{"held_at"}, connectors.Block, connectors.Release, connectors.Set)
		out = append(out, Right{"restriction by " + method, []connectors.Use{u}, func(ctx context.Context, s connectors.Store, member int64) error {
			err := once(ctx, s, mark(connectors.Block, member), Set(By(members, "id", member), connectors.Assign{Field: "held_at", To: "2026-01-01T00:00:00Z"}))
			if err != nil {
				return err
			}
			return once(ctx, s, Set(By(members, "id", member), connectors.Assign{Field: "held_at"}), mark(connectors.Release, member))
		}})
	}
	return out
}

// once applies treatments that change one row each.
func once(ctx context.Context, s connectors.Store, do ...connectors.Treatment) error {
	for i := range do {
		do[i].ID, do[i].AtMost = fmt.Sprint(i), 10
	}
	out, err := s.(connectors.Writer).Apply(ctx, do, connectors.ApplyOptions{Confirm: Yes})
	for _, o := range out {
		if err == nil && o.Changed != 1 {
			err = fmt.Errorf("%s changed %d rows", o.ID, o.Changed)
		}
	}
	return err
}

// Suffices fails unless, of a store whose account has nothing, with exactly what is said to be granted and installed a right is carried out, and
// with one grant less it is not, and says which. Before is run before one is taken away for the first time.
func (h *House) Suffices(r Right, s connectors.Store, before func()) {
	h.Helper()
	ctx := h.Context()
	grants, err := s.(connectors.Granter).Grants(ctx, r.Uses)
	if err != nil {
		h.Fatal(err)
	}
	var install []string
	if strings.HasPrefix(r.Name, "restriction") {
		if install, err = s.(connectors.Installer).Install(ctx, r.Uses); err != nil {
			h.Fatal(err)
		}
	}
	if err := r.Do(ctx, s, 1); err == nil {
		h.Error("it is carried out before anything is granted")
	}
	for _, text := range append(grants, install...) {
		h.Run(text)
	}
	h.Forget()
	if err := r.Do(ctx, s, 1); err != nil {
		h.Fatalf("with all that is printed: %v\n%s", err, strings.Join(grants, "\n"))
	}
	before()
	for i, text := range grants {
		h.Run(strings.NewReplacer("GRANT ", "REVOKE ", " TO ", " FROM ").Replace(text))
		h.Forget()
		err := r.Do(ctx, s, int64(2+i))
		var said connectors.Diagnostics
		if err == nil || !errors.As(err, &said) {
			h.Errorf("without %s: %v", text, err)
		} else if d := said[0]; !alikeGrants(text, d.Detail) {
			h.Errorf("without %s it says %q, and to do %q", text, d.Summary, d.Detail)
		}
		h.Run(text)
	}
	h.Forget()
	if err := r.Do(ctx, s, 50); err != nil {
		h.Errorf("with all of it again: %v", err)
	}
}

// alikeGrants says whether two texts grant the same privilege on the same object, the second perhaps on fewer columns, to nobody named, and of
// a table without its schema.
func alikeGrants(all, said string) bool {
	said, _, _ = strings.Cut(said, ";")
	words := func(text string) (privilege, on string) {
		before, rest, _ := strings.Cut(text, " ON ")
		privilege, _, _ = strings.Cut(before, " (")
		on, _, _ = strings.Cut(rest, " TO ")
		return privilege, on
	}
	wantPrivilege, wantOn := words(all)
	privilege, on := words(said)
	return privilege == wantPrivilege && on != "" && strings.HasSuffix(wantOn, on)
}
