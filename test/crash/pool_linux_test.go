package crash

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
	"github.com/dossier-dsr/dossier/test/product"
)

// pool is two erasures that wait for each other in a system, and what an undisturbed run of them comes to.
type pool struct {
	play
	ids []string
	end batchEnding
}

// TestKillAPool kills dossier at the points at which a system is worked for several requests at once: whoever comes next works it for all of
// them, and each has the counts and the receipt it would have had.
func TestKillAPool(t *testing.T) {
	t.Parallel()
	h := built.House(t, cooperative.Lay(t, sample.Options{Members: 60}))
	file := filepath.Join(h.Map, "documents.yaml")
	text, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(file, []byte(strings.Replace(string(text), "backups:", "pool: 7 days\nbackups:", 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	p := &pool{}
	p.next = p.sit
	for _, name := range []string{"erasure", "year-end-erasure"} {
		made := h.Plan(t, h.Requests[name])
		if r := h.Apply(t, made); r.Code != 4 {
			t.Fatalf("%+v", r)
		}
		p.ids = append(p.ids, made.Request)
	}
	p.end = p.ends(t, p.watch(t, h))
	at(t, p.reached(t, "apply/claimed/documents", "apply/asked/documents", "apply/prepared/documents", "apply/asked/documents#3", "apply/stored/documents",
		"apply/ended/documents", "apply/yielded/documents", "verify/ended/documents"), func(t *testing.T, point string) {
		h := p.die(t, point)
		p.finish(t, h)
		got := p.ends(t, h)
		if diff := p.end.stores.Changed(got.stores); len(diff) > 0 {
			t.Errorf("the stores are not as after an undisturbed run: %v", diff)
		}
		got.stores = p.end.stores
		if diff := cmp.Diff(p.end, got, cmp.AllowUnexported(batchEnding{}, memberEnding{})); diff != "" {
			t.Errorf("not as after an undisturbed run:\n%s", diff)
		}
	})
}

// sit is the next thing to do: to let the time of the pool come, to tell everybody and let a day go by.
func (p *pool) sit(t *testing.T, h *product.House) (done, killed bool) {
	t.Helper()
	waits, open := false, []string{}
	for _, id := range p.ids {
		st := h.Standing(t, id)
		for _, y := range st.Systems {
			waits = waits || y.Pool != nil
		}
		if st.State != "done" {
			open = append(open, id)
		}
	}
	switch {
	case len(open) == 0:
		return true, false
	case waits:
		h.Later(7*24*time.Hour + time.Hour)
		open = slices.Clone(p.ids[:1]) // the other is worked with it
	default:
		h.Later(25 * time.Hour)
	}
	for _, id := range open {
		if !waits {
			h.Told(t, id)
		}
		r := h.Run(t, "--json", "request", "resume", id)
		if r.Killed {
			return false, true
		}
		if r.Code != 0 && r.Code != 4 {
			t.Fatalf("%+v", r)
		}
	}
	return false, false
}

// ends is what the two have come to.
func (p *pool) ends(t *testing.T, h *product.House) batchEnding {
	t.Helper()
	e := batchEnding{stores: h.Snapshot(t), each: map[string]memberEnding{}, files: filesOf(t, h)}
	for _, id := range p.ids {
		e.each[id] = memberOf(t, h, id)
	}
	return e
}
