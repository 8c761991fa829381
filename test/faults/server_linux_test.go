package faults

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestTheServerRestarts: the server dies with everything prepared and comes back from its log. It is not done then, and is done later.
func TestTheServerRestarts(t *testing.T) { onEach(t, serverRestarts) }

func serverRestarts(t *testing.T, k *kind) {
	want := k.undisturbed(t)
	c, die, back := k.mortal(t)
	p := c.planned(t, "C-2")
	died := c.between.Cut(servers.Cut{Words: "*/ COMMIT", When: servers.Never, First: func() {
		if err := die(); err != nil {
			t.Error(err)
		}
	}})
	if r := c.applied(t, p); r.Code != 4 {
		t.Errorf("apply ended with %d", r.Code)
	}
	select {
	case <-died.Done():
	default:
		t.Fatal("the server did not die")
	}
	if register := product.System(t, c.Standing(t, p.Request), "register"); register.WaitsFor != "store" {
		t.Errorf("it waits for %q: %q", register.WaitsFor, register.Why)
	}
	back()
	c.ends(t, p, want)
}

// TestDossierDiesAfterTheCommit: it is killed when the server has committed and nothing of that is on record: what was prepared is
// inferred, and the totals are right.
func TestDossierDiesAfterTheCommit(t *testing.T) { onEach(t, diesAfterTheCommit) }

func diesAfterTheCommit(t *testing.T, k *kind) {
	want := k.undisturbed(t)
	c := newClub(t, k)
	p := c.planned(t, "C-2")
	c.appliedUntil(t, p, "apply/stored/register")
	if committed, inferred := c.finish(t, p.Request); committed != 0 || inferred != clubGone {
		t.Errorf("%d committed, %d inferred", committed, inferred)
	}
	if got := c.rows(t); got != want {
		t.Errorf("it ends as\n%s\nwant\n%s", got, want)
	}
}

// TestARightIsMissing: where the connector's account may not do something a person is asked, who is told what; nothing is done by halves.
func TestARightIsMissing(t *testing.T) { onEach(t, rightMissing) }

func rightMissing(t *testing.T, k *kind) {
	want := k.undisturbed(t)
	c := newClub(t, k)
	before := c.rows(t)
	p := c.planned(t, "C-2")
	bare, err := url.Parse(c.Bare)
	if err != nil {
		t.Fatal(err)
	}
	c.do(t, "REVOKE DELETE ON vehicles FROM "+bare.User.Username())
	if r := c.applied(t, p); r.Code != 4 {
		t.Errorf("apply ended with %d", r.Code)
	}
	register := product.System(t, c.Standing(t, p.Request), "register")
	if register.WaitsFor != "person" || !lacksDelete.MatchString(register.Why) || strings.Count(register.Why, "lacks") != 1 {
		t.Errorf("it waits for %q: %q", register.WaitsFor, register.Why)
	}
	if got := c.rows(t); got != before {
		t.Error("something was done by halves")
	}
	c.do(t, c.Must(t, "connector", "grants", "register"))
	c.ends(t, p, want)
}

// lacksDelete says what is missing, and how it is granted.
var lacksDelete = regexp.MustCompile(`the account lacks DELETE on [\w.]*vehicles \(GRANT DELETE ON \S*vehicles`)

// TestNoSpaceLeft: a change needs room the server does not have; it waits until there is some.
func TestNoSpaceLeft(t *testing.T) { onEach(t, noSpaceLeft) }

func noSpaceLeft(t *testing.T, k *kind) {
	const more = 3000
	want := k.undisturbed(t)
	c, fill, empty := k.small(t)
	c.do(t, "INSERT INTO entries (member_id, title, amount) "+many("(2, '', 1000 + %d)", more))
	p := c.planned(t, "C-2")
	fill()
	before := c.rows(t)
	if r := c.applied(t, p); r.Code != 4 {
		t.Errorf("apply ended with %d", r.Code)
	}
	if register := product.System(t, c.Standing(t, p.Request), "register"); register.WaitsFor != "store" || register.NotBefore == nil || !strings.Contains(register.Why, "its disk is full") {
		t.Errorf("it waits for %q: %q", register.WaitsFor, register.Why)
	}
	if got := c.rows(t); got != before {
		t.Error("something was done by halves")
	}
	empty()
	if committed, inferred := c.finish(t, p.Request); committed != clubGone+more || inferred != 0 {
		t.Errorf("%d committed, %d inferred", committed, inferred)
	}
	if n := c.text(t, "SELECT count(*) FROM entries WHERE amount > 1000 AND title = 'gone'"); n != "3000" {
		t.Errorf("of %d rows %s are anonymised", more, n)
	}
	c.do(t, "DELETE FROM entries WHERE amount > 1000")
	if got := c.rows(t); got != want {
		t.Errorf("it ends as\n%s\nwant\n%s", got, want)
	}
}
