package faults

import (
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

const march = "imports/2001-03"

// TestTheLakeIsDisturbed: the network loses what is read or written, or the service refuses half-way. Whatever was rewritten by then is
// whole, the rest is as it was, what is waited for is said, and it ends as an undisturbed erasure does.
func TestTheLakeIsDisturbed(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		kind servers.BucketKind
		rule rule
		wait string // for whom it waits; "" for nobody
		says string
		some bool // what was done may have been done already
	}{
		"half of an object arrives":       {servers.Versioned, rule{method: "GET", words: march, what: cut}, "store", "was not answered", false},
		"it is cut once":                  {servers.Versioned, rule{method: "PUT", words: march, what: cut, times: 1}, "", "", false},
		"it is written, and nobody hears": {servers.Plain, rule{method: "PUT", words: march, what: unheard, times: 1}, "store", "changed meanwhile", true},
		"it is written unheard, versions": {servers.Versioned, rule{method: "PUT", words: march, what: unheard, times: 1}, "store", "changed meanwhile", true},
		"it is removed, and nobody hears": {servers.Plain, rule{method: "DELETE", words: "letters/C-2/", what: unheard, times: 1}, "", "", true},
		"asked to slow down for a while":  {servers.Plain, rule{method: "PUT", words: "imports/", what: slow, times: 4}, "", "", false},
		"asked to slow down, for good":    {servers.Plain, rule{method: "PUT", words: march, what: slow}, "store", "does not answer now", false},
		"refused half-way":                {servers.Plain, rule{method: "PUT", words: march, what: denied}, "person", "may not do this: s3:PutObject; the statements of `dossier connector grants`", false},
		"refused half-way, versions":      {servers.Versioned, rule{method: "DELETE", words: march, what: denied}, "person", "may not do this: s3:DeleteObject", false},
		"the second letter is refused":    {servers.Plain, rule{method: "DELETE", words: "letters/C-2/2001-03", what: denied}, "person", "s3:DeleteObject", false},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			l := newLake(t, x.kind)
			p := l.planned(t, "C-2")
			l.stands(t, lakeAtFirst())
			then := x.rule
			l.way.disturb(&rule{method: "PUT", words: ".try", times: 1, what: watched, first: func() { l.way.disturb(&then) }}) // as the work begins
			l.applied(t, p)
			if then.met == 0 {
				t.Fatal("nothing was disturbed")
			}
			l.whole(t)
			if x.wait != "" {
				l.waits(t, p.Request, x.wait)
			}
			if y := product.System(t, l.Standing(t, p.Request), "lake"); !strings.Contains(y.Why, x.says) {
				t.Errorf("it says %q, want %q", y.Why, x.says)
			}
			l.way.clear()
			if _, inferred := l.ended(t, p.Request); inferred > 0 && !x.some {
				t.Errorf("%d inferred", inferred)
			}
		})
	}
}

// TestTheLakeRestarts: the service dies with half of the objects rewritten, and comes back.
func TestTheLakeRestarts(t *testing.T) {
	t.Parallel()
	server := servers.StartS3(t)
	l := lakeIn(t, server.Bucket(t, servers.Versioned))
	p := l.planned(t, "C-2")
	died := l.way.disturb(&rule{method: "PUT", words: "imports/", after: 2, times: 1, what: watched, first: func() {
		if err := server.Kill(); err != nil {
			t.Error(err)
		}
	}})
	l.applied(t, p)
	if died.met < 3 {
		t.Fatal("it did not die")
	}
	l.waits(t, p.Request, "store")
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	l.whole(t)
	l.ended(t, p.Request)
}

// TestDossierDiesBesideTheLake: killed before anything was confirmed it has changed nothing, and leaves no process; killed when all was done, and nothing
// of that is on record, what was prepared is inferred, and the totals are right.
func TestDossierDiesBesideTheLake(t *testing.T) {
	t.Parallel()
	for point, c := range map[string]struct {
		want     map[string]string
		inferred int64
	}{"apply/asked/lake": {lakeAtFirst(), 0}, "apply/stored/lake": {lakeAtLast(), lakeGone}} {
		t.Run(strings.ReplaceAll(point, "/", "-"), func(t *testing.T) {
			t.Parallel()
			l := newLake(t, servers.Versioned)
			p := l.planned(t, "C-2")
			l.appliedUntil(t, p, point)
			l.stands(t, c.want)
			if _, inferred := l.ended(t, p.Request); inferred != c.inferred {
				t.Errorf("%d inferred, want %d", inferred, c.inferred)
			}
		})
	}
}
