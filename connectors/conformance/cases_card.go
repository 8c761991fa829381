package conformance

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

func cardCases() []Case {
	return []Case{
		{Group: "card", Name: "described", Anchor: "card", Rule: "Describe must be complete, and the same each time", Run: described},
		{Group: "card", Name: "interfaces", Anchor: "card", Rule: "interfaces and Describe must agree", Run: interfaces},
		{Group: "card", Name: "undeclared", Anchor: "card", Rule: "a verb that is not declared must be refused",
			Needs: []string{"people"}, Has: has[connectors.Writer], Run: undeclared},
		{Group: "card", Name: "schema", Anchor: "schema", Rule: "Inspect must name every collection and field that is there",
			Needs: []string{"people"}, Has: has[connectors.Inspector], Covers: []string{"inspector"}, Run: schema},
		{Group: "card", Name: "install", Anchor: "statements", Rule: "what is to be installed is said, and nothing is changed",
			Needs: []string{"people"}, Has: has[connectors.Installer], Covers: []string{"installer"}, Run: toInstall},
		{Group: "card", Name: "grants", Anchor: "statements", Rule: "what is to be granted is said, and nothing is changed",
			Needs: []string{"people"}, Has: has[connectors.Granter], Covers: []string{"granter"}, Run: toGrant},
	}
}

var verbs = []connectors.Verb{connectors.Delete, connectors.Set, connectors.Ensure, connectors.Block, connectors.Release, connectors.Recount}

func described(_ context.Context, b *Bench) error {
	d := b.Subject.Connector.Describe()
	if !reflect.DeepEqual(d, b.Subject.Connector.Describe()) {
		return Fail("Describe opens nothing and depends on nothing.").Came("two calls", "differ").Want("the same card")
	}
	if d.Name == "" || d.Version == "" {
		return Fail("A plan binds connectors by name and version.").Came("name and version", "%q %q", d.Name, d.Version).Want("both")
	}
	seen := map[string]bool{}
	for _, s := range d.Config {
		if s.Name == "" || seen[s.Name] {
			return Fail("The schema of a system file is made from the settings.").Came("setting", "%q", s.Name).Want("a name, once")
		}
		seen[s.Name] = true
	}
	for i, v := range d.Verbs {
		if !slices.Contains(verbs, v) || slices.Contains(d.Verbs[:i], v) {
			return Fail("Verbs are those of the contract, each once.").Came("verb", "%q", v)
		}
	}
	return nil
}

func interfaces(_ context.Context, b *Bench) error {
	d := b.Card
	for _, x := range []struct {
		what           string
		declared, must bool
		likely         string
	}{
		{"verbs, and a Writer", len(d.Verbs) > 0, has[connectors.Writer](b.Store), "Verbs say what Apply can do; without Apply there are none."},
		{"block, and blocking methods", d.Does(connectors.Block), len(d.Blocking) > 0, "Blocking lists what the map may write after block:."},
		{"block and release", d.Does(connectors.Block), d.Does(connectors.Release), "What can be blocked must be released again, byte for byte."},
	} {
		if x.declared != x.must {
			return Fail(x.likely).Came(x.what, "%v and %v", x.declared, x.must).Want("both or neither")
		}
	}
	for _, x := range []struct {
		what       string
		this, need bool
		likely     string
	}{
		{"block without a Prober", d.Does(connectors.Block), has[connectors.Prober](b.Store), "A restriction is proven by an ordinary account that fails to read and to change."},
		{"transactional without a Writer", d.Transactional, has[connectors.Writer](b.Store), "Transactional speaks of Apply."},
		{"rehearsal without a Writer", d.Rehearsal, has[connectors.Writer](b.Store), "Rehearsal speaks of Apply."},
		{"rehearsal without transactions", d.Rehearsal, d.Transactional, "Only what can be rolled back can be rehearsed."},
		{"recursive without paths", d.Recursive, d.MaxPath > 0, "A hop that repeats is a hop."},
	} {
		if x.this && !x.need {
			return Fail(x.likely).Came(x.what, "declared").Want("not declared")
		}
	}
	if d.MaxPath < 0 || d.MaxValues < 0 {
		return Fail("0 says no hops, and no limit.").Came("MaxPath, MaxValues", "%d, %d", d.MaxPath, d.MaxValues).Want("none below 0")
	}
	return nil
}

// sample is a treatment of each verb on one person's row, with which nothing is wrong.
func (b *Bench) sample(v connectors.Verb) connectors.Treatment {
	t := connectors.Treatment{ID: "t1", Verb: v, On: b.People(1), AtMost: plenty}
	switch v {
	case connectors.Set:
		t.Assign = []connectors.Assign{{Field: "name", To: "changed"}}
	case connectors.Ensure:
		t.On = connectors.Selection{Collection: b.Collection("people")}
		for _, f := range append(slices.Clone(t.On.Collection.Key), b.Lookup("people")) {
			if !slices.ContainsFunc(t.Assign, func(a connectors.Assign) bool { return a.Field == f }) {
				t.Assign = append(t.Assign, connectors.Assign{Field: f, To: "99"})
			}
		}
	case connectors.Block, connectors.Release:
		t.Method, t.Mark = "move", "suite-1"
		if len(b.Card.Blocking) > 0 {
			t.Method = b.Card.Blocking[0]
		}
	case connectors.Recount:
		c := b.Collection("people")
		t.Assign = []connectors.Assign{{Field: "name", How: connectors.Count, Over: &connectors.Step{Collection: c, From: c.Key, To: c.Key}}}
	}
	return t
}

func undeclared(ctx context.Context, b *Bench) error {
	for _, v := range verbs {
		if b.Card.Does(v) {
			continue
		}
		_, err := b.apply(ctx, b.sample(v))
		likely := "The host asks only for verbs that are declared, and must be able to rely on the rest being refused."
		if err := refuses(err, connectors.ErrNotSupported, string(v), likely); err != nil {
			return err
		}
		if err := b.Unchanged(ctx, likely); err != nil {
			return err
		}
	}
	return nil
}

func schema(ctx context.Context, b *Bench) error {
	i, _ := connectors.As[connectors.Inspector](b.Store)
	s, err := i.Inspect(ctx)
	if err != nil {
		return fmt.Errorf("inspect: %w", err)
	}
	at := b.Collection("people").At
	for _, c := range s.Collections {
		if !strings.EqualFold(c.Name, at) {
			continue
		}
		for f := range b.Rows("people")[0] {
			if !slices.ContainsFunc(c.Fields, func(x connectors.SchemaField) bool { return x.Name == f }) {
				return Fail("`manifest check --live` tells an unmapped column only if Inspect names it.").Came("fields of "+at, "without %s", f).Want("all of them")
			}
		}
		return nil
	}
	return Fail("Names of the schema are physical: as they stand in at:.").Came("collections", "%d, without %s", len(s.Collections), at).Want("it among them")
}

func toInstall(ctx context.Context, b *Bench) error {
	i, _ := connectors.As[connectors.Installer](b.Store)
	if err := b.onlySays(ctx, i.Install); err != nil {
		return err
	}
	return b.onlySays(ctx, i.Uninstall)
}

func toGrant(ctx context.Context, b *Bench) error {
	g, _ := connectors.As[connectors.Granter](b.Store)
	return b.onlySays(ctx, g.Grants)
}

// onlySays asks twice: what was said and not run is said again, and no row has changed.
func (b *Bench) onlySays(ctx context.Context, ask func(context.Context, []connectors.Use) ([]string, error)) error {
	const likely = "An administrator runs these statements, once; asked for, they are printed and nothing else."
	use := connectors.Use{Collection: b.Collection("people"), Reads: b.Collection("people").Key, Verbs: b.Card.Verbs}
	if len(b.Card.Blocking) > 0 {
		use.Method = b.Card.Blocking[0]
	}
	first, err := ask(ctx, []connectors.Use{use})
	if err != nil {
		return err
	}
	again, err := ask(ctx, []connectors.Use{use})
	if err != nil {
		return err
	}
	if !slices.Equal(first, again) {
		return Fail(likely).Came("asked again", "%d other statements", len(again)).Want("the same %d", len(first))
	}
	if slices.ContainsFunc(first, func(t string) bool { return strings.TrimSpace(t) == "" }) {
		return Fail(likely).Came("a statement", "is empty").Want("one that can be run")
	}
	return b.Unchanged(ctx, likely)
}
