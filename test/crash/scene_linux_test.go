package crash

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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

// scene is a house with a planned request, to be copied, and what an undisturbed run of it comes to.
type scene struct {
	start  *product.House // only copied: who opens its stores while another copies them pulls files away from under it
	plan   *plan.Plan
	before cooperative.Snapshot
	points []string // the failpoints it passes, in order
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
	quiet := h.Copy(t)
	s.before = quiet.Snapshot(t)
	log := filepath.Join(t.TempDir(), "points")
	quiet.Extra = map[string]string{"DOSSIER_FAILPOINT_LOG": log}
	if r := quiet.Apply(t, s.plan); r.Code != 0 && r.Code != 4 {
		t.Fatalf("%+v", r)
	}
	s.end, _ = s.finish(t, quiet)
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range strings.Fields(string(text)) {
		if !slices.Contains(s.points, p) {
			s.points = append(s.points, p)
		}
	}
	return s
}

// finish takes a request up again, each time later, until it is done; and then once more, which must change nothing.
func (s *scene) finish(t *testing.T, h *product.House) (ending, *journal.Facts) {
	t.Helper()
	id := s.plan.Request
	for i := 0; ; i++ {
		st := h.Standing(t, id)
		if st.State == "done" {
			break
		}
		if i == 6 {
			t.Fatalf("not done: %+v", *st)
		}
		if st.StartedAt == nil || s.plan.Supplements != "" && len(st.LeftOut) > 0 {
			h.Apply(t, s.plan)
			continue
		}
		h.Later(2 * time.Minute) // whoever was killed holds nothing any more; who comes next would wait for that by the machine's own time
		h.Told(t, id)
		h.Answer(t, id, copied(t))
		h.Later(13 * time.Hour)
		h.Must(t, "--json", "request", "resume", id)
	}
	e := ending{stores: h.Snapshot(t), counts: map[string]int64{}, tombstone: h.Tombstone(t, id), files: filesOf(t, h), contacts: contacts(t, h)}
	st := h.Standing(t, id)
	e.outcome = st.Outcome
	if st.Archive != nil {
		e.archived = st.Archive.Rows
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
	h.Later(24 * time.Hour)
	h.Must(t, "--json", "request", "resume", id)
	if diff := cmp.Diff(facts, h.Receipt(t, id)); diff != "" {
		t.Errorf("the receipt is another one a day after the end:\n%s", diff)
	}
	if diff := cmp.Diff(st, h.Standing(t, id)); diff != "" {
		t.Errorf("the request stands elsewhere a day after its end:\n%s", diff)
	}
	return e, facts
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
