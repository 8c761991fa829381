package crash

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/test/product"
)

// play is something that is carried out in sittings: what people tell dossier at one time, and what it does then.
type play struct {
	// next is one sitting: the next thing to do by how it stands. done: there is nothing more to do. killed: the process died.
	next     func(*testing.T, *product.House) (done, killed bool)
	sittings []sitting // of an undisturbed run
	points   []string  // the failpoints it passes, in order
}

// sitting is one of an undisturbed run. A kill in it begins with what was there before it, so that what comes before is done once for all of them.
type sitting struct {
	before *product.House // only copied: who opens its stores while another copies them pulls files away from under it
	points []string
}

// mostSittings is how many a run may take.
const mostSittings = 8

// watch carries it out undisturbed in a copy of the house, and gives that.
func (p *play) watch(t *testing.T, start *product.House) *product.House {
	t.Helper()
	h := start.Copy(t)
	for done := false; !done; {
		if len(p.sittings) == mostSittings {
			t.Fatalf("not done in %d sittings", mostSittings)
		}
		one := sitting{before: h.Copy(t)}
		log := filepath.Join(t.TempDir(), "points")
		h.Extra = map[string]string{"DOSSIER_FAILPOINT_LOG": log}
		done, _ = p.next(t, h)
		text, err := os.ReadFile(log)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		one.points = strings.Fields(string(text))
		p.sittings = append(p.sittings, one)
	}
	h.Extra = nil
	for _, one := range p.sittings {
		for _, point := range one.points {
			if !slices.Contains(p.points, point) {
				p.points = append(p.points, point)
			}
		}
	}
	return h
}

// die is [play.kill], and a minute goes by: whoever comes next finds that the leases of the dead have run out.
func (p *play) die(t *testing.T, point string) *product.House {
	t.Helper()
	h := p.kill(t, point)
	h.Later(time.Minute)
	return h
}

// kill kills the process in the first sitting in which an undisturbed run passes the point, and gives the house as it is then.
func (p *play) kill(t *testing.T, point string) *product.House {
	t.Helper()
	for _, one := range p.sittings {
		if !slices.Contains(one.points, point) {
			continue
		}
		h := one.before.Copy(t)
		h.Extra = map[string]string{"DOSSIER_FAILPOINT": point}
		if _, killed := p.next(t, h); !killed {
			t.Fatalf("%s was not reached", point)
		}
		h.Extra = nil
		return h
	}
	t.Fatalf("%s was not passed: %v", point, p.points)
	return nil
}

// finish takes it up again until it is done.
func (p *play) finish(t *testing.T, h *product.House) {
	t.Helper()
	for range mostSittings {
		switch done, killed := p.next(t, h); {
		case killed:
			t.Fatal("killed once more")
		case done:
			return
		}
	}
	t.Fatalf("not done in %d sittings", mostSittings)
}

// at runs f for each of the points, side by side, each under its name.
func at(t *testing.T, points []string, f func(t *testing.T, point string)) {
	t.Helper()
	for _, point := range points {
		t.Run(strings.ReplaceAll(point, "/", "-"), func(t *testing.T) {
			t.Parallel()
			f(t, point)
		})
	}
}

// some leaves out what is the same over and over: of the units of one step the first, the second and the last stay; of the claims of a phase the
// first; where a step only looks, nothing is written between its claim and its end; and the ledger is looked at as the register is, by
// the same connector.
func some(points []string) []string {
	var out []string
	claimed := map[string]bool{}
	for i, p := range points {
		name, n, many := strings.Cut(p, "#")
		phase, rest, _ := strings.Cut(name, "/")
		doing, system, _ := strings.Cut(rest, "/")
		switch {
		case many && n != "2" && slices.ContainsFunc(points[i+1:], func(q string) bool { return strings.HasPrefix(q, name+"#") }):
		case doing == "looked" || doing == "witnessed" || doing == "claimed" && claimed[phase]:
		case system == "ledger" && (phase == "verify" || phase == "settle"):
		default:
			out = append(out, p)
			claimed[phase] = claimed[phase] || doing == "claimed"
		}
	}
	return out
}

// reached says which of the points there are, and fails for those that are not passed.
func (p *play) reached(t *testing.T, points ...string) []string {
	t.Helper()
	return slices.DeleteFunc(points, func(point string) bool {
		if slices.Contains(p.points, point) {
			return false
		}
		t.Errorf("%s was not passed: %v", point, p.points)
		return true
	})
}
