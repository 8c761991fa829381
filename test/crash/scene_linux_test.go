package crash

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/core/journal"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
	"github.com/dossier-dsr/dossier/test/product"
)

// scene is a house with a planned request, and what an undisturbed run of it comes to.
type scene struct {
	play
	start  *product.House // only copied, as over
	over   *product.House // after an undisturbed run
	plan   *plan.Plan
	before cooperative.Snapshot
	end    ending
}

// ending is what a finished request comes to.
type ending struct {
	stores    cooperative.Snapshot
	counts    map[string]int64 // rows by system and treatment, however known
	archived  int64            // rows in the archive
	outcome   string
	tombstone string
	files     []string // of the executor's own
	contacts  int      // do-not-contact entries of the person's e-mail
}

func newScene(t *testing.T, request string) *scene {
	t.Helper()
	return rewritten(t, request, func(_ *product.House, text string) string { return text })
}

// rewritten is the scene of one of the sample's requests, changed before it is sent.
func rewritten(t *testing.T, request string, change func(*product.House, string) string) *scene {
	t.Helper()
	h := built.House(t, cooperative.Lay(t, sample.Options{Members: 60}))
	text, err := os.ReadFile(h.Requests[request])
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "request.json")
	if err := os.WriteFile(file, []byte(change(h, string(text))), 0o600); err != nil {
		t.Fatal(err)
	}
	return watch(t, h, h.Plan(t, file))
}

// sceneOf is the scene of one of the sample's requests in a house laid out by the test.
func sceneOf(t *testing.T, laid *cooperative.World, request string) *scene {
	t.Helper()
	h := built.House(t, laid)
	return watch(t, h, h.Plan(t, h.Requests[request]))
}

// watch carries a plan out undisturbed, in a copy of the house.
func watch(t *testing.T, h *product.House, p *plan.Plan) *scene {
	t.Helper()
	s := &scene{start: h, plan: p}
	if !s.plan.Applicable {
		t.Fatal(s.plan.Blockers)
	}
	s.next = s.sit
	s.before = h.Copy(t).Snapshot(t)
	quiet := s.watch(t, h)
	s.end, _ = s.ends(t, quiet)
	s.rests(t, quiet)
	s.over = quiet
	return s
}

// sit is the next thing to do for the request: to begin it, to answer what is asked, to wait for its time.
func (s *scene) sit(t *testing.T, h *product.House) (done, killed bool) {
	t.Helper()
	id := s.plan.Request
	var r product.Result
	switch st := h.Standing(t, id); {
	case st.State == "done":
		return true, false
	case st.StartedAt == nil || s.plan.Supplements != "" && len(st.LeftOut) > 0:
		r = h.Apply(t, s.plan)
	case len(st.Tasks) > 0:
		h.Told(t, id)
		return false, h.Answer(t, id, copied(t))
	default:
		h.Told(t, id)
		h.Later(25 * time.Hour)
		r = h.Run(t, "--json", "request", "resume", id)
	}
	if !r.Killed && r.Code != 0 && r.Code != 4 {
		t.Fatalf("%+v", r)
	}
	return false, r.Killed
}

// finish takes a request up again until it is done, and gives what it comes to.
func (s *scene) finish(t *testing.T, h *product.House) (ending, *journal.Facts) {
	t.Helper()
	s.play.finish(t, h)
	return s.ends(t, h)
}

// ends is what the request has come to.
func (s *scene) ends(t *testing.T, h *product.House) (ending, *journal.Facts) {
	t.Helper()
	id := s.plan.Request
	st := h.Standing(t, id)
	e := ending{stores: h.Snapshot(t), counts: map[string]int64{}, outcome: st.Outcome, tombstone: h.Tombstone(t, id), files: filesOf(t, h)}
	if st.Archive != nil {
		e.archived = st.Archive.Rows
	}
	if s.plan.Right == "objection" {
		e.contacts = contacts(t, h)
	}
	facts := h.Receipt(t, id)
	if facts == nil {
		t.Fatal("done without a receipt")
	}
	for _, sys := range facts.Systems {
		for _, c := range sys.Counts {
			e.counts[sys.Name+"/"+c.Treatment] = c.Committed + c.Inferred
		}
	}
	return e, facts
}

// rests takes a request up once more a day after its end, which must change nothing.
func (s *scene) rests(t *testing.T, h *product.House) {
	t.Helper()
	id := s.plan.Request
	facts, st := h.Receipt(t, id), h.Standing(t, id)
	h.Later(24 * time.Hour)
	h.Must(t, "--json", "request", "resume", id)
	if diff := cmp.Diff(facts, h.Receipt(t, id)); diff != "" {
		t.Errorf("the receipt is another one a day after the end:\n%s", diff)
	}
	if diff := cmp.Diff(st, h.Standing(t, id)); diff != "" {
		t.Errorf("the request stands elsewhere a day after its end:\n%s", diff)
	}
}

// copied is a copy of something on paper.
func copied(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "scan.pdf")
	if err := os.WriteFile(file, []byte("%PDF-1.4 a scan"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// filesOf lists what lies in the executor's folders; nothing but what an undisturbed run leaves may.
func filesOf(t *testing.T, h *product.House) []string {
	t.Helper()
	var out []string
	for _, dir := range []string{"state", "keys", "t"} {
		err := filepath.WalkDir(filepath.Join(h.Root, dir), func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				rel, _ := filepath.Rel(h.Root, path)
				out = append(out, rel)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// same fails where a disturbed run did not come to what the undisturbed one did.
func (s *scene) same(t *testing.T, got ending) {
	t.Helper()
	if diff := s.end.stores.Changed(got.stores); len(diff) > 0 {
		t.Errorf("not as after an undisturbed run: %v", diff)
	}
	got.stores = s.end.stores
	if diff := cmp.Diff(s.end, got, cmp.AllowUnexported(ending{})); diff != "" {
		t.Errorf("not as after an undisturbed run:\n%s", diff)
	}
}

// known sums the rows of one system by how they are known.
func known(facts *journal.Facts, system string) (committed, inferred int64) {
	for _, sys := range facts.Systems {
		for _, c := range sys.Counts {
			if sys.Name == system {
				committed, inferred = committed+c.Committed, inferred+c.Inferred
			}
		}
	}
	return committed, inferred
}

// untouched fails where anything of a system differs from how it was before the request began.
func (s *scene) untouched(t *testing.T, h *product.House, system string) {
	t.Helper()
	for _, name := range s.before.Changed(h.Snapshot(t)) {
		if strings.HasPrefix(name, system+"/") {
			t.Errorf("%s changed, and nobody had confirmed it", name)
		}
	}
}
