package restriction

import (
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
	"github.com/dossier-dsr/dossier/test/product"
)

// TestKilledAtEveryPointOfTheSample restricts and lifts a member of the sample: rows of two databases, letters, and lines of files that
// hold others' too. One house is killed at every point an undisturbed one passes, one after the other, each time it is taken up again.
// It ends where the undisturbed one does, and after the lifting both are what they were.
func TestKilledAtEveryPointOfTheSample(t *testing.T) {
	t.Parallel()
	quiet := &bureau{House: built.House(t, cooperative.Lay(t, sample.Options{Members: 46}))}
	quiet.Extra = map[string]string{}
	before := quiet.apart(t)
	p := quiet.Plan(t, quiet.about(t, "restriction", quiet.Persons.YearEnd, nil))
	moved := map[string]int64{}
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				if a.Action == plan.Move {
					moved[s.Name+"/"+c.Name] += a.Rows
				}
			}
		}
	}
	for _, c := range []string{"register/members", "ledger/entries", "documents/letters", "documents/meter_import"} {
		if moved[c] == 0 {
			t.Fatalf("nothing of %s is moved: %v", c, moved)
		}
	}
	killed := &bureau{House: quiet.Copy(t)}

	points := quiet.points(t, func() { quiet.through(t, p) })
	restricted := quiet.apart(t)
	killed.killedInTurn(t, points, p, "")
	killed.through(t, p)
	compare(t, "restricted", restricted, killed.apart(t))

	told := quiet.Now
	lift := func(b *bureau) *plan.Plan {
		b.Now = told.Add(9 * 24 * time.Hour)
		return b.Plan(t, b.about(t, "lift", b.Persons.YearEnd, map[string]any{"received_at": told, "restriction": map[string]any{"of": p.Request, "notice_sent_at": told}}))
	}
	back := lift(quiet)
	points = quiet.points(t, func() { quiet.through(t, back) })
	compare(t, "lifted undisturbed", before, quiet.apart(t))
	back = lift(killed)
	killed.killedInTurn(t, points, back, p.Request)
	killed.through(t, back)
	compare(t, "lifted", before, killed.apart(t))
}

// standing is what applications see, and how much is held where.
type standing struct {
	seen cooperative.Snapshot
	held map[string]int
}

// apart reads a house. Of what is held only the number is compared, and in files the number of files: names there are drawn.
func (b *bureau) apart(t *testing.T) standing {
	t.Helper()
	out := standing{seen: cooperative.Snapshot{}, held: map[string]int{}}
	for name, v := range b.Snapshot(t) {
		switch system, rest, _ := strings.Cut(name, "/"); {
		case strings.HasPrefix(rest, "dossier_"), strings.HasPrefix(rest, ".dossier-"):
			place, _, _ := strings.Cut(rest, "/")
			out.held[path.Join(system, place)]++
		default:
			out.seen[name] = v
		}
	}
	return out
}

func compare(t *testing.T, when string, want, got standing) {
	t.Helper()
	if diff := want.seen.Changed(got.seen); len(diff) > 0 {
		t.Errorf("%s: applications see other rows or files: %v", when, diff)
	}
	for place, n := range want.held {
		if got.held[place] != n {
			t.Errorf("%s: %s holds %d, want %d", when, place, got.held[place], n)
		}
	}
	for place, n := range got.held {
		if want.held[place] == 0 {
			t.Errorf("%s: %s holds %d, want none", when, place, n)
		}
	}
}

// about writes one of the sample's requests for another person.
func (b *bureau) about(t *testing.T, request string, who sample.Person, more map[string]any) string {
	t.Helper()
	text, err := os.ReadFile(b.Requests[request])
	if err != nil {
		t.Fatal(err)
	}
	var r map[string]any
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	r["subject"] = map[string]any{"identifiers": []any{map[string]any{"kind": "pesel", "value": who.PESEL, "verified": true}}}
	for k, v := range more {
		r[k] = v
	}
	if text, err = json.Marshal(r); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "request.json")
	write(t, file, string(text))
	return file
}

// through carries a plan out to its end, whatever of it is done already.
func (b *bureau) through(t *testing.T, p *plan.Plan) {
	t.Helper()
	product.Until(func() bool {
		if b.Standing(t, p.Request).State == "done" {
			return true
		}
		b.on(t, p)
		b.Told(t, p.Request)
		b.Later(25 * time.Hour)
		return false
	})
	b.is(t, p.Request, "done")
}

// on starts a request, or takes it up again, and says whether the process was killed.
func (b *bureau) on(t *testing.T, p *plan.Plan) bool {
	t.Helper()
	if b.Standing(t, p.Request).StartedAt == nil {
		return b.Apply(t, p).Killed
	}
	return b.Run(t, "--json", "request", "resume", p.Request).Killed
}

// killedInTurn kills the process at one point after the other. A point that lies behind what is due is reached at the second look; the looks
// a request lays out under a restriction of the same person are taken up with that.
func (b *bureau) killedInTurn(t *testing.T, points []string, p *plan.Plan, under string) {
	t.Helper()
	if b.Extra == nil {
		b.Extra = map[string]string{}
	}
	defer delete(b.Extra, "DOSSIER_FAILPOINT")
	before := b.apart(t)
	for _, point := range points {
		b.Extra["DOSSIER_FAILPOINT"] = point
		if strings.HasPrefix(point, "hold/") {
			if !b.Run(t, "--json", "request", "resume", under).Killed {
				t.Errorf("%s was not reached once more", point)
			}
			b.Later(time.Minute)
			continue
		}
		if !b.on(t, p) {
			b.Told(t, p.Request)
			b.Later(25 * time.Hour)
			if !b.on(t, p) {
				t.Fatalf("%s was not reached once more: %+v", point, *b.Standing(t, p.Request))
			}
		}
		b.Later(time.Minute) // the lease of the dead has run out
		if point == "begun" && under != "" && !b.looked(t, under, p.Request) {
			t.Errorf("%s has begun, and no look under %s was laid out for it", p.Request, under)
		}
		if system := path.Base(point); slices.Contains([]string{"apply/asked/" + system, "apply/prepared/" + system}, point) {
			now := b.apart(t)
			for _, name := range before.seen.Changed(now.seen) {
				if strings.HasPrefix(name, system+"/") {
					t.Errorf("%s: %s changed, and nobody had confirmed it", point, name)
				}
			}
		}
	}
}

// looked says whether a look under a restriction stands in its steps, laid out for another request.
func (b *bureau) looked(t *testing.T, under, request string) (yes bool) {
	t.Helper()
	b.Write(t, func(tx *state.Tx) error {
		steps, err := tx.Steps(under)
		yes = slices.ContainsFunc(steps, func(s state.Step) bool { return s.Phase == "hold" && s.Part == request })
		return err
	})
	return yes
}
