package shapes

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/test/houses"
)

const controller = `controller: Office
contact: { email: office@x.example }
languages: [en]
identifiers:
  no: { unique: true, pattern: 'C-\d+', label: { en: Number } }
  staff_no: { unique: true, pattern: 'S-\d+', label: { en: Staff number } }
purposes:
  affairs: { label: { en: Affairs }, basis: art6_1_b, keep: 5 years }
  books: { label: { en: Accounting }, basis: art6_1_c, law: Accounting Act, keep: 5 years after year end }
  news: { label: { en: News }, basis: art6_1_a }
tombstone: { proof: 6 years, because: claims }
requests: { keep: 6 years, because: claims }
approval: { erasure: anybody }
`

var now = time.Date(2026, 11, 6, 11, 20, 0, 0, time.FixedZone("CET", 3600))

// office is the state in which the requests of one shape are worked.
type office struct {
	engine   engine.Engine
	requests int
}

func newOffice(t *testing.T) *office {
	t.Helper()
	dir := t.TempDir()
	for _, sub := range []string{"state", "keys", "archives"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	file, ring := filepath.Join(dir, "state", "state.db"), filepath.Join(dir, "keys", "ring.json")
	db, err := state.Create(context.Background(), file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	r, err := keys.Create(ring, file)
	if err != nil {
		t.Fatal(err)
	}
	y, err := keys.CreateYears(keys.YearsPath(ring), file)
	if err != nil {
		t.Fatal(err)
	}
	return &office{engine: engine.Engine{DB: db, Ring: r, Years: y, Archives: filepath.Join(dir, "archives"), Now: func() time.Time { return now }, Operator: "anna"}}
}

// carry lays a shape out and takes its requests through, one after the other.
func (o *office) carry(t *testing.T, h *houses.House, s shape) {
	t.Helper()
	ctx := t.Context()
	if err := h.Lay(ctx, s.tables...); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.Run(context.Background(), s.undo[h.Kind]...); err != nil {
			t.Error(err)
		}
		if err := h.Clear(context.Background(), s.tables...); err != nil {
			t.Error(err)
		}
	}()
	if also := s.also[h.Kind]; len(also) > 0 {
		if err := h.Run(ctx, also...); err != nil {
			t.Fatal(err)
		}
	}
	e, closed := o.open(t, h, s)
	defer closed()
	for _, st := range s.do {
		o.requests++
		id := fmt.Sprintf("R-%d", o.requests)
		o.through(t, e, id, st)
		if st.rows != "" {
			compare(t, h, s, st.rows)
		}
	}
}

// open is an engine on the shape's map.
func (o *office) open(t *testing.T, h *houses.House, s shape) (*engine.Engine, func()) {
	t.Helper()
	config := ""
	for _, name := range []string{"file", "url", "ordinary_url"} {
		if _, is := h.Config[name]; is {
			config += fmt.Sprintf("  %s: ${%s}\n", name, strings.ToUpper(name))
		}
	}
	text := fmt.Sprintf("system: store\nlabel: { en: Store }\nconnector: %s\nconfig:\n%sbackups: 0 days\nsettle: 0\nrestrict: { block: move }\ncollections:\n%s", h.Kind, config, s.colls)
	m, problems := datamap.LoadFS(fstest.MapFS{"controller.yaml": {Data: []byte(controller)}, "store.yaml": {Data: []byte(text)}}, "map")
	if m == nil {
		t.Fatalf("%v\n%s", problems, text)
	}
	store, err := h.Connector.Open(t.Context(), h.Config)
	if err != nil {
		t.Fatal(err)
	}
	on := o.engine
	on.Planner = &planner.Planner{Graph: graph.New(m), Systems: map[string]*planner.System{"store": {Map: m.System("store"), Store: store, Card: h.Connector.Describe()}}}
	return engine.Open(on), func() { _ = store.Close() }
}

// through takes one request from its registration to its end.
func (o *office) through(t *testing.T, e *engine.Engine, id string, st step) {
	t.Helper()
	ctx := t.Context()
	p := o.plan(t, e, id, st)
	codes := attention(p)
	if st.stopped != "" {
		if p.Applicable || !slices.Contains(codes, st.stopped) {
			t.Errorf("%s may be carried out: %t; its attention: %v, want %s\n%s", id, p.Applicable, codes, st.stopped, told(p))
		}
		return
	}
	if !p.Applicable || st.warns != "" && !slices.Contains(codes, st.warns) {
		t.Fatalf("%s may be carried out: %t; its attention: %v, want %s\n%s", id, p.Applicable, codes, st.warns, told(p))
	}
	err := e.Approve(ctx, id, p.Digest)
	if err == nil {
		err = e.Start(ctx, id, p.Digest)
	}
	if err == nil {
		err = e.Drain(ctx, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	standing, err := e.Standing(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	want := st.ends
	if want == "" {
		want = "done"
	}
	if standing.State != want {
		t.Errorf("%s is %s (%s %v), want %s\n%+v\n%s", id, standing.State, standing.Why, standing.Attention, want, standing.Systems, told(p))
	}
	if st.waits != "" && (len(standing.Systems) != 1 || !slices.Contains(standing.Systems[0].Codes, st.waits)) {
		t.Errorf("%s waits for %+v, want %s", id, standing.Systems, st.waits)
	}
	if st.copy != "" {
		inCopy(t, e, id, st.copy)
	}
}

func (o *office) plan(t *testing.T, e *engine.Engine, id string, st step) *plan.Plan {
	t.Helper()
	var ids []any
	for _, one := range strings.Fields(st.ids) {
		kind, value, _ := strings.Cut(one, "=")
		ids = append(ids, map[string]any{"kind": kind, "value": value, "verified": true})
	}
	content := map[string]any{"id": id, "right": "erasure", "scope": map[string]any{"all": true}, "received_at": now.Add(-48 * time.Hour), "subject": map[string]any{"identifiers": ids},
		"identity": map[string]any{"verified_at": now.Add(-24 * time.Hour), "method": "document_seen"}}
	if st.right != "" {
		content["right"] = st.right
	}
	if content["right"] == "erasure" {
		content["ground"] = "art17_1_b" // consent is withdrawn: what rests on it alone goes
	}
	for k, v := range st.more {
		if content[k] = v; v == nil {
			delete(content, k)
		}
	}
	b, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	r, problems := request.Parse(bytes.NewReader(b))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := e.Register(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	p, err := e.Plan(t.Context(), id, engine.PlanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// attention are the codes of what a plan says: its attention, and the reasons of what it does.
func attention(p *plan.Plan) []string {
	var out []string
	for _, a := range p.Attention {
		out = append(out, a.Code)
	}
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				out = append(out, a.Reason.Code)
			}
		}
	}
	return out
}

// told is what a plan says, for a test that fails.
func told(p *plan.Plan) string {
	var b strings.Builder
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				fmt.Fprintf(&b, "  %s %s %d %s\n", c.Name, a.Action, a.Rows, a.Reason.Code)
			}
		}
	}
	for _, a := range p.Attention {
		fmt.Fprintf(&b, "  ! %s: %s\n", a.Code, a.Text)
	}
	return b.String()
}

// compare holds what an application reads against the text.
func compare(t *testing.T, h *houses.House, s shape, want string) {
	t.Helper()
	found, err := h.Dump(t.Context(), s.tables...)
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]string{}
	for i, x := range s.tables {
		have[x.Name] = ""
		for _, r := range found[i] {
			have[x.Name] += "\n\t" + x.Line(r)
		}
	}
	name, wants := "", map[string]string{}
	for line := range strings.Lines(want) {
		line = strings.TrimSpace(line)
		if head, is := strings.CutSuffix(line, ":"); is {
			name = head
			wants[name] = ""
		} else if line != "" {
			wants[name] += "\n\t" + line
		}
	}
	for name, rows := range wants {
		if got, is := have[name]; !is || got != rows {
			t.Errorf("%s holds%s\nand should hold%s", name, got, rows)
		}
	}
}

// inCopy looks for words in the copy an access has made.
func inCopy(t *testing.T, e *engine.Engine, id, words string) {
	t.Helper()
	var b bytes.Buffer
	if _, err := e.Archive(t.Context(), id, &b, false); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err == nil {
			_, err = io.Copy(&all, r) //nolint:gosec // a copy of our own
		}
		if err != nil {
			t.Fatal(err)
		}
		r.Close()
	}
	for _, w := range strings.Fields(words) {
		w, not := strings.CutPrefix(w, "-")
		if strings.Contains(all.String(), w) == not {
			t.Errorf("%s is in the copy: %t", w, not)
		}
	}
}
