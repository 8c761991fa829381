package faults

import (
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/test/servers"
)

// TestTheDeskIsAReplicaSet: where the server has transactions, what is lost before the commit is taken back and done again, and of what is lost between the commit
// and its answer it is inferred that it was done. The set is a FerretDB behind something that makes its writes transactions: what a genuine server answers
// is not shown by it.
func TestTheDeskIsAReplicaSet(t *testing.T) {
	t.Parallel()
	const commit, lost = `{"commitTransaction"`, servers.CommitLost
	for name, x := range map[string]struct {
		cut      servers.Cut
		kill     bool
		judge    []servers.Verdict
		waits    bool
		inferred bool
	}{
		"undisturbed":                      {},
		"cut as it writes":                 {cut: servers.Cut{Words: `{"update": "tickets"`, When: servers.After}, waits: true},
		"killed when it has written":       {cut: servers.Cut{Words: `{"update": "tickets"`, When: servers.After}, kill: true, waits: true},
		"killed before the commit":         {cut: servers.Cut{Words: commit, When: servers.Before}, kill: true, waits: true},
		"killed before it hears of it":     {cut: servers.Cut{Words: commit, When: servers.After}, kill: true, waits: true, inferred: true},
		"the answer is lost once":          {judge: []servers.Verdict{servers.CommitUnheard}},
		"the set is not sure, and has it":  {judge: []servers.Verdict{servers.CommitUnknown}, waits: true, inferred: true},
		"the set is not sure, and has not": {judge: []servers.Verdict{lost}, waits: true},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			first := d.everything(t)
			set := servers.NewMember(t, d.store, true)
			d.by(t, set.URL)
			p := d.planned(t, "C-2")
			cut := x.cut
			if kill := func() { d.killPlugin(t) }; x.kill && cut.When == servers.After {
				cut.Then = kill
			} else if x.kill {
				cut.First = kill
			}
			var met *servers.Cut
			if cut.Words != "" {
				met = d.between.Cut(cut)
			}
			set.Judge(x.judge...)
			d.applied(t, p)
			if met != nil {
				happened(t, met)
			}
			if x.waits {
				d.waits(t, p.Request)
			}
			d.whole(t, first)
			if _, inferred := d.ended(t, p.Request, without(first)); inferred > 0 != x.inferred {
				t.Errorf("%d inferred", inferred)
			}
			if set.Begun() < 4 {
				t.Errorf("%d transactions were begun", set.Begun())
			}
		})
	}
}
