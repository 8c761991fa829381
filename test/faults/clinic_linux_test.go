package faults

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
	"github.com/dossier-dsr/dossier/test/clinic"
	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

// hospital is the sample clinic, whose connectors come to each store by a gate that can be shut and a proxy that can cut.
type hospital struct {
	*product.House
	*clinic.Stores
	gates map[string]*servers.Gate
	lines map[string]*servers.Between
	way   *way // to the images

	batch string   // that is erased
	ids   []string // its requests
}

func newHospital(t *testing.T) *hospital {
	t.Helper()
	s := clinic.Lay(t, sample.Options{Patients: 90, Seed: 3})
	h := &hospital{House: built.Empty(t, lookedAtOnce(t)), Stores: s, gates: map[string]*servers.Gate{}, lines: map[string]*servers.Between{}, way: newWay(t, s.Images.Endpoint)}
	env := s.Env()
	for system, name := range map[string]string{"records": "RECORDS_URL", "billing": "BILLING_URL", "desk": "DESK_URL"} {
		h.lines[system] = servers.NewBetween(t, env[name])
		h.gates[system] = servers.NewGate(t, h.lines[system].URL)
		env[name] = h.gates[system].URL
	}
	h.gates["images"] = servers.NewGate(t, h.way.url)
	env["IMAGES_ENDPOINT"] = h.gates["images"].URL
	h.Extra = env
	for _, system := range []string{"records", "billing"} {
		for _, what := range []string{"grants", "install"} {
			s.Administer(t, system, h.Must(t, "connector", what, system))
		}
	}
	return h
}

// lookedAtOnce is the clinic's map, where the second look comes with the first and nothing is on paper.
func lookedAtOnce(t *testing.T) string {
	t.Helper()
	dir := clinic.MapDir(t, "charts.yaml")
	for _, name := range []string{"records", "billing", "desk", "images"} {
		f, err := os.OpenFile(filepath.Join(dir, name+".yaml"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString("\nsettle: 0\n"); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// trouble is what goes wrong with a system as it is worked.
type trouble struct {
	system string
	begin  func(t *testing.T, h *hospital) (met func() bool) // from when on; met: that it happened
	end    func(t *testing.T, h *hospital)                   // what puts it right; may be nil
	says   string                                            // why is waited for the store; "" where nothing has to be
	known  bool                                              // what was done may have been done already, and nobody heard
}

// killed kills the connector of the system as it writes.
func killed(system, connector string, begin func(h *hospital, kill func()) (met func() bool)) trouble {
	return trouble{system: system, begin: func(t *testing.T, h *hospital) func() bool {
		return begin(h, func() {
			if err := h.kill("dossier-connector-" + connector); err != nil {
				t.Error(err)
			}
		})
	}, says: "does not answer", known: true}
}

// away shuts the gate to a system as something is said there for the first time.
func away(system, words string) trouble {
	return trouble{system: system, begin: func(_ *testing.T, h *hospital) func() bool {
		gone := h.lines[system].Cut(servers.Cut{Words: words, When: servers.Before, First: h.gates[system].Shut})
		return func() bool { return done(gone) }
	}, end: func(t *testing.T, h *hospital) {
		if err := h.gates[system].Open(); err != nil {
			t.Fatal(err)
		}
	}, says: "connection"}
}

// awayImages shuts the gate to the images as the first export is written.
var awayImages = trouble{system: "images", begin: func(_ *testing.T, h *hospital) func() bool {
	r := h.way.disturb(&rule{method: "PUT", words: "exports/", times: 1, what: cut, first: h.gates["images"].Shut})
	return func() bool { return r.met > 0 }
}, end: func(t *testing.T, h *hospital) {
	if err := h.gates["images"].Open(); err != nil {
		t.Fatal(err)
	}
}, says: "not answer", known: true}

// cutOff cuts the connection to a system at a statement.
func cutOff(system, words string, when servers.When) trouble {
	return trouble{system: system, begin: func(_ *testing.T, h *hospital) func() bool {
		c := h.lines[system].Cut(servers.Cut{Words: words, When: when})
		return func() bool { return done(c) }
	}, says: "connection", known: true}
}

// lost loses what is sent to the images, or comes back, by a rule.
func lost(r rule, says string) trouble {
	return trouble{system: "images", begin: func(_ *testing.T, h *hospital) func() bool {
		own := h.way.disturb(&r)
		return func() bool { return own.met > 0 }
	}, end: func(_ *testing.T, h *hospital) { h.way.clear() }, says: says, known: true}
}

func done(c *servers.Cut) bool {
	select {
	case <-c.Done():
		return true
	default:
		return false
	}
}

// TestTheClinicIsDisturbed erases, a few patients at a time, from all stores of a clinic while one of them, or several, fail: a connector is killed in the middle of a
// rewrite, a server is gone as the work comes to it and back on the same address later, a connection is cut in the middle of what is sent. The systems that answer go
// on; what is waited for is said, and of which system; and once all is well again the stores are as after an undisturbed erasure, those of everybody else byte for
// byte as before, and the receipts count what was done.
func TestTheClinicIsDisturbed(t *testing.T) {
	t.Parallel()
	h := newHospital(t)
	left := slices.DeleteFunc(slices.Clone(h.Patients[len(h.Patients)-90:]), func(p *sample.Patient) bool { return p.Born > "2008-11-06" })
	for i, x := range []struct {
		name     string
		at, pool []trouble // as all stores but the images are worked, and as those are
	}{
		{"connectors are killed",
			[]trouble{killed("desk", "mongodb", func(h *hospital, kill func()) func() bool {
				c := h.lines["desk"].Cut(servers.Cut{Words: `{"update": "threads"`, When: servers.Before, First: kill})
				return func() bool { return done(c) }
			})},
			[]trouble{killed("images", "s3", func(h *hospital, kill func()) func() bool {
				r := h.way.disturb(&rule{method: "PUT", words: "exports/", after: 1, times: 1, what: cut, first: kill})
				return func() bool { return r.met > 1 }
			})}},
		{"the records and the images are away", []trouble{away("records", "FOR UPDATE")}, []trouble{awayImages}},
		{"the accounts are away and half an export arrives", []trouble{away("billing", "FOR UPDATE")}, []trouble{lost(rule{method: "GET", words: "exports/", what: cut}, "does not answer")}},
		{"the desk is away and half an export is sent", []trouble{away("desk", `{"update": "threads"`)}, []trouble{lost(rule{method: "PUT", words: "exports/", what: cut}, "not answered")}},
		{"everything is cut", []trouble{cutOff("records", "*/ COMMIT", servers.After), cutOff("billing", "*/ COMMIT", servers.During), cutOff("desk", `{"update": "threads"`, servers.After)},
			[]trouble{lost(rule{method: "PUT", words: "exports/", what: unheard, times: 1}, "changed meanwhile")}},
	} {
		few := left[:12]
		left = left[12:]
		if !t.Run(strings.ReplaceAll(x.name, " ", "-"), func(t *testing.T) { h.disturbed(t, i+1, few, x.at, x.pool) }) {
			t.Fatal("what comes after it would be about another clinic")
		}
	}
}

// disturbed erases a few patients under trouble.
func (h *hospital) disturbed(t *testing.T, no int, few []*sample.Patient, at, pool []trouble) {
	before := h.Snapshot(t)
	want := h.Erased(t, before, h.Now, few...)
	p := h.together(t, no, few)
	h.suffer(t, at, func() product.Result { return h.RunAs(t, "jan", "", "--json", "apply", p.Batch, "--approve", p.Digest) })
	h.suffer(t, pool, func() product.Result { return h.Run(t, "--json", "request", "resume", p.Batch, "--pool") })
	h.ends(t)

	after := h.Snapshot(t)
	want.Want.Rewritten(after, want.Rewritten...)
	for _, line := range want.Want.Diff(after) {
		t.Error(line)
	}
	may := map[string]bool{}
	for _, x := range slices.Concat(at, pool) {
		may[x.system] = x.known
	}
	for i, facts := range h.Receipts(t, h.ids...) {
		if facts == nil {
			t.Fatalf("%s has no receipt", h.ids[i])
		}
		var got []string
		n := map[string]int64{}
		for _, s := range facts.Systems {
			for _, c := range s.Counts {
				if c.Inferred != 0 && !may[s.Name] {
					t.Errorf("%s: %d rows of %s are inferred", h.ids[i], c.Inferred, c.Treatment)
				}
				if _, what, _ := strings.Cut(c.Treatment, "/"); c.Committed+c.Inferred != 0 && !strings.Contains(what, "/") {
					n[fmt.Sprintf("%s/%s %s", s.Name, c.Collection, what)] += c.Committed + c.Inferred
				}
			}
		}
		for what, rows := range n {
			got = append(got, fmt.Sprintf("%s %d", what, rows))
		}
		slices.Sort(got)
		if !slices.Equal(got, want.Lines(few[i])) {
			t.Errorf("the receipt of %s counts\n  %s\nwant\n  %s", h.ids[i], strings.Join(got, "\n  "), strings.Join(want.Lines(few[i]), "\n  "))
		}
	}
}

// together plans the erasure of a few patients.
func (h *hospital) together(t *testing.T, no int, few []*sample.Patient) *plan.Batch {
	t.Helper()
	h.batch, h.ids = fmt.Sprintf("batch-%d", no), nil
	var lines bytes.Buffer
	for i, p := range few {
		at := h.Now.Add(-time.Hour)
		h.ids = append(h.ids, fmt.Sprintf("%d-%d", no, i))
		b, err := json.Marshal(map[string]any{"id": h.ids[i], "right": "erasure", "ground": "art17_1_a", "scope": map[string]any{"all": true}, "received_at": at,
			"controller": clinic.Controller, "subject": map[string]any{"identifiers": []any{map[string]any{"kind": "patient_no", "value": p.No, "verified": true}}},
			"asked": map[string]any{"channel": "office"}, "identity": map[string]any{"verified_at": at.Add(time.Minute), "method": "document_seen"}})
		if err != nil {
			t.Fatal(err)
		}
		lines.Write(append(b, '\n'))
	}
	var p plan.Batch
	r := h.RunAs(t, "anna", lines.String(), "--json", "plan", "-", "--batch", h.batch)
	if err := json.Unmarshal([]byte(r.Stdout), &p); err != nil || !p.Applicable || len(p.Requests) != len(few) {
		t.Fatalf("%d of %d planned, left %+v, %v\n%s", len(p.Requests), len(few), p.Left, p.Blockers, r.Stderr)
	}
	return &p
}

// suffer works the batch under troubles and, when they are over, once more.
func (h *hospital) suffer(t *testing.T, troubles []trouble, work func() product.Result) {
	t.Helper()
	var met []func() bool
	for _, x := range troubles {
		met = append(met, x.begin(t, h))
	}
	s := product.Batch(t, work())
	for i, x := range troubles {
		if !met[i]() {
			t.Fatalf("nothing happened to %s", x.system)
		}
	}
	for _, y := range s.Systems {
		i := slices.IndexFunc(troubles, func(x trouble) bool { return x.system == y.Name })
		if i < 0 {
			if y.WaitsFor == "store" {
				t.Errorf("%s waits for the store, where nothing happened to it: %q", y.Name, y.Why)
			}
			continue
		}
		if x := troubles[i]; x.says != "" && (y.WaitsFor != "store" || y.NotBefore == nil || !strings.Contains(y.Why, x.says)) {
			t.Errorf("%s is %s, waits for %q: %q", y.Name, y.State, y.WaitsFor, y.Why)
		}
		if x := troubles[i]; x.end != nil {
			x.end(t, h)
		}
	}
	if len(troubles) > 0 {
		h.Later(2 * time.Minute)
		product.Batch(t, h.Run(t, "--json", "request", "resume", h.batch))
	}
}

// ends carries the batch to its end: recipients are told.
func (h *hospital) ends(t *testing.T) {
	t.Helper()
	h.Told(t, h.ids...)
	var list struct{ Tasks []engine.TaskStanding }
	if err := json.Unmarshal([]byte(h.Must(t, "--json", "task", "list", "--batch", h.batch)), &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Tasks) > 0 {
		answer := []string{"--json", "task", "done", "--told", h.Now.Format(time.DateOnly), "--by", "letter", "--confirmed"}
		for _, x := range list.Tasks {
			answer = append(answer, strconv.FormatInt(x.ID, 10))
		}
		h.Must(t, answer...)
	}
	if s := product.Batch(t, h.Run(t, "--json", "request", "resume", h.batch)); s.State != "done" {
		t.Fatalf("it does not come to its end: %+v", s)
	}
}

// kill kills the connector of that name which the house has started.
func (h *hospital) kill(connector string) error {
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return err
	}
	n := 0
	for _, dir := range all {
		exe, err := os.Readlink(filepath.Join(dir, "exe"))
		if err != nil || filepath.Base(exe) != connector {
			continue
		}
		env, err := os.ReadFile(filepath.Join(dir, "environ"))
		if errors.Is(err, fs.ErrNotExist) || !bytes.Contains(env, []byte("TMPDIR="+h.Temp())) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil {
			return err
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			return err
		}
		n++
	}
	if n != 1 {
		return fmt.Errorf("%d processes %s of this house run", n, connector)
	}
	return nil
}
