package restriction

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/test/product"
)

// TestKilledWhileRestricting kills dossier once at every point a restriction passes. Taken up again it holds what an undisturbed one
// holds, and its lifting brings everything back.
func TestKilledWhileRestricting(t *testing.T) {
	quiet := newBureau(t)
	before := quiet.dump(t)
	points := quiet.points(t, func() { quiet.restrict(t, "R-1", "A-1") })
	held := quiet.held(t)
	for _, point := range points {
		t.Run(strings.ReplaceAll(point, "/", "-"), func(t *testing.T) {
			t.Parallel()
			b := newBureau(t)
			p := b.Plan(t, b.request(t, "R-1", "restriction", "A-1", map[string]any{"ground": "art18_1_c"}))
			b.killed(t, point, p, true)
			if point == "apply/asked/register" || point == "apply/prepared/register" {
				if b.dump(t) != before {
					t.Error("something was restricted that nobody had confirmed")
				}
			}
			b.finish(t, p, true)
			if got := b.held(t); got != held {
				t.Errorf("not as after an undisturbed run\n%s\n%s", held, got)
			}
			if !strings.HasPrefix(point, "apply/") {
				return
			}
			b.lifted(t, "L-1", "R-1", "A-1")
			if after := b.dump(t); after != before {
				t.Errorf("not back as it was\n%s\n%s", before, after)
			}
		})
	}
}

// TestKilledWhileLifting kills it at every point a lifting passes.
func TestKilledWhileLifting(t *testing.T) {
	quiet := newBureau(t)
	before := quiet.dump(t)
	quiet.restrict(t, "R-1", "A-1")
	points := quiet.points(t, func() { quiet.lifted(t, "L-1", "R-1", "A-1") })
	for _, point := range points {
		t.Run(strings.ReplaceAll(point, "/", "-"), func(t *testing.T) {
			t.Parallel()
			b := newBureau(t)
			b.restrict(t, "R-1", "A-1")
			told := b.Now
			b.Later(9 * 24 * time.Hour)
			p := b.Plan(t, b.request(t, "L-1", "lift", "A-1", map[string]any{"restriction": map[string]any{"of": "R-1", "notice_sent_at": told}, "received_at": told}))
			b.killed(t, point, p, false)
			b.finish(t, p, false)
			if after := b.dump(t); after != before {
				t.Errorf("not back as it was\n%s\n%s", before, after)
			}
			if out := b.Must(t, "restriction", "list"); !strings.Contains(out, "Nothing is restricted") {
				t.Error(out)
			}
		})
	}
}

// points are the failpoints that work passes, in order; those of planning are left out.
func (b *bureau) points(t *testing.T, work func()) []string {
	t.Helper()
	log := filepath.Join(t.TempDir(), "points")
	b.Extra["DOSSIER_FAILPOINT_LOG"] = log
	work()
	delete(b.Extra, "DOSSIER_FAILPOINT_LOG")
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, p := range strings.Fields(string(text)) {
		if !slices.Contains(out, p) && !strings.Contains(p, "#") {
			out = append(out, p)
		}
	}
	if len(out) < 15 {
		t.Fatalf("only %v", out)
	}
	return out
}

// killed brings a plan to the point at which the process dies: at the first start, or at the second look.
func (b *bureau) killed(t *testing.T, point string, p *plan.Plan, approve bool) {
	t.Helper()
	b.Extra["DOSSIER_FAILPOINT"] = point
	defer delete(b.Extra, "DOSSIER_FAILPOINT")
	if r := b.start(t, p, approve); r {
		return
	}
	b.Later(25 * time.Hour)
	if r := b.Run(t, "--json", "request", "resume", p.Request); !r.Killed {
		t.Fatalf("%s was never reached: %+v", point, r)
	}
}

// start carries a plan out and says whether the process was killed.
func (b *bureau) start(t *testing.T, p *plan.Plan, approve bool) bool {
	t.Helper()
	if approve {
		return b.Apply(t, p).Killed
	}
	return b.Run(t, "--json", "apply", p.Request).Killed
}

// finish takes a request up again, each time later, until it is done.
func (b *bureau) finish(t *testing.T, p *plan.Plan, approve bool) {
	t.Helper()
	product.Until(func() bool {
		st := b.Standing(t, p.Request)
		if st.State == "done" {
			return true
		}
		b.Later(time.Minute)
		if st.StartedAt == nil {
			b.start(t, p, approve)
			return false
		}
		b.Later(25 * time.Hour)
		b.Must(t, "--json", "request", "resume", p.Request)
		return false
	})
	b.is(t, p.Request, "done")
}

// marked is when a restriction was planned, to the second.
var marked = regexp.MustCompile(`2026-11-\d\d \d\d:\d\d:\d\d`)

// held is what an application sees, and what is held of whom, beside when.
func (b *bureau) held(t *testing.T) string {
	t.Helper()
	return marked.ReplaceAllString(b.dump(t), "marked") + "\n" + b.text(t, "SELECT group_concat(in_table || held || request, ' ') FROM (SELECT * FROM dossier_marks ORDER BY 1, 2, 3)") +
		"\n" + b.text(t, "SELECT group_concat(id || name || no, ' ') FROM dossier_held_people") + "\n" + b.text(t, "SELECT group_concat(id || quote(body), ' ') FROM dossier_held_notes")
}
