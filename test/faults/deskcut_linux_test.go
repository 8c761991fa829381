package faults

import (
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/test/servers"
)

// TestTheDeskIsDisturbed: the connection is lost, or the connector's process killed, before a command that changes documents, while the server works it and
// when it has: whatever was written by then is whole, it is waited for, and it ends as an undisturbed erasure does.
func TestTheDeskIsDisturbed(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		words    string
		when     servers.When
		kill     bool
		inferred bool // what was done unheard is inferred
	}{
		"undisturbed":                             {"", servers.Never, false, false},
		"before arrays are written":               {`{"update": "tickets"`, servers.Before, false, false},
		"when arrays have been written":           {`{"update": "tickets"`, servers.After, false, true},
		"when a photograph has lost its content":  {`{"delete": "photos.chunks"`, servers.After, false, false},
		"killed before arrays are written":        {`{"update": "tickets"`, servers.Before, true, false},
		"killed when arrays have been written":    {`{"update": "tickets"`, servers.After, true, true},
		"killed when the member is gone":          {`{"delete": "members"`, servers.After, true, true},
		"killed when a photograph has no content": {`{"delete": "photos.chunks"`, servers.After, true, true},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			first := d.everything(t)
			p := d.planned(t, "C-2")
			d.stands(t, first)
			cut := servers.Cut{Words: x.words, When: x.when}
			if kill := func() { d.killPlugin(t) }; x.kill && x.when == servers.After {
				cut.Then = kill
			} else if x.kill {
				cut.First = kill
			}
			met := d.between.Cut(cut)
			d.applied(t, p)
			if x.words != "" {
				happened(t, met)
				d.waits(t, p.Request)
			}
			d.whole(t, first)
			if _, inferred := d.ended(t, p.Request, without(first)); inferred > 0 != x.inferred {
				t.Errorf("%d inferred", inferred)
			}
		})
	}
}

// TestDossierDiesBesideTheDesk: killed before anything was confirmed it has changed nothing, and leaves no process; killed when all was done, and nothing of
// the last of it is on record, what was prepared is inferred, and the totals are right.
func TestDossierDiesBesideTheDesk(t *testing.T) {
	t.Parallel()
	for point, done := range map[string]bool{"apply/asked/desk": false, "apply/stored/desk": true} {
		t.Run(strings.ReplaceAll(point, "/", "-"), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			first := d.everything(t)
			p := d.planned(t, "C-2")
			d.appliedUntil(t, p, point)
			want, unheard := first, int64(0)
			if done {
				want, unheard = without(first), deskGone
			}
			d.stands(t, want)
			if _, inferred := d.ended(t, p.Request, without(first)); inferred != unheard {
				t.Errorf("%d inferred, want %d", inferred, unheard)
			}
		})
	}
}

// TestTheDeskRestarts: the server dies with some documents written, is not there for a while, neither for the work nor for planning another, and comes back on the same files.
func TestTheDeskRestarts(t *testing.T) {
	t.Parallel()
	server := servers.StartMongo(t)
	d := deskOn(t, server.Mongo(t))
	first := d.everything(t)
	p := d.planned(t, "C-2")
	died := d.between.Cut(servers.Cut{Words: `{"update": "tickets"`, When: servers.Never, First: func() {
		if err := server.Kill(); err != nil {
			t.Error(err)
		}
	}})
	d.applied(t, p)
	happened(t, died)
	d.waits(t, p.Request)
	r := d.Run(t, "plan", d.request(t, "2026-000124", "C-3"))
	if r.Code != 4 {
		t.Errorf("planning ends with %d", r.Code)
	}
	for _, word := range []string{"desk, Desk", "not reached: mongodb", "no server answers", "Plan again when it answers"} {
		if !strings.Contains(r.Stdout+r.Stderr, word) {
			t.Errorf("planning says\n%s%s\nwithout %q", r.Stdout, r.Stderr, word)
		}
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	d.whole(t, first)
	d.ended(t, p.Request, without(first))
}

// happened fails where what was to disturb did not.
func happened(t *testing.T, c *servers.Cut) {
	t.Helper()
	select {
	case <-c.Done():
	default:
		t.Fatal("nothing was disturbed")
	}
}
