package nested

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/mongodb"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/test/servers"
)

const controller = `controller: Office
contact: { email: office@x.example }
languages: [en]
identifiers:
  no: { unique: true, pattern: 'C-\d+', label: { en: Number } }
purposes:
  affairs: { label: { en: Affairs }, basis: art6_1_b, keep: 5 years }
tombstone: { proof: 6 years, because: claims }
requests: { keep: 6 years, because: claims }
approval: { erasure: anybody, restriction: anybody, lift: nobody }
`

// helpdesk is a map like that of the repair requests of an estate.
const helpdesk = `system: desk
label: { en: Repair requests }
connector: mongodb
config: { url: "${DESK_URL}", database: desk }
backups: 0 days
settle: 0
restrict: { block: move }
collections:
  tickets:
    key: _id
    purposes: { affairs: { since: closed_at } }
    erase: { anonymise: { category: keep, closed_at: year } }
    fields:
      reporter.no:        { identifier: no }
      reporter.phone:     contact.phone
      category:           preference.topic
      closed_at:          correspondence.date
      "photos[].file_id": { owns: photos }
  comments:
    at: "tickets.comments[]"
    key: no
    purposes: { affairs: { since: tickets.closed_at } }
    fields:
      author: { identifier: no }
      text:   correspondence.note
  photos: { at: "gridfs:photos", key: _id, document: preference.topic }
  rooms:
    key: _id
    purposes: { affairs: { since: closed_at } }
    fields:
      topic:          preference.topic
      closed_at:      correspondence.date
      "watchers[].no": { identifier: no }
      "watchers[].name": identity.name
`

var now = time.Date(2026, 11, 6, 11, 20, 0, 0, time.FixedZone("CET", 3600))

// desk is a helpdesk and an engine that works requests about it.
type desk struct {
	*engine.Engine
	t  *testing.T
	db *mongo.Database
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	house := servers.MongoDB(t)
	d := deskWith(t, controller, helpdesk, mongodb.Connector{}, connectors.Config{"url": house.URL, "database": house.Database, "ordinary_url": house.URL})
	d.db = house.Client.Database(house.Database)
	return d
}

// deskWith is an engine with a map and one store.
func deskWith(t *testing.T, controller, system string, connector connectors.Connector, config connectors.Config) *desk {
	t.Helper()
	dir := t.TempDir()
	for _, sub := range []string{"state", "keys", "archives"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	file, ring := filepath.Join(dir, "state", "state.db"), filepath.Join(dir, "keys", "ring.json")
	db, err := state.Create(t.Context(), file)
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
	m, problems := datamap.LoadFS(fstest.MapFS{"controller.yaml": {Data: []byte(controller)}, "desk.yaml": {Data: []byte(system)}}, "map")
	if m == nil {
		t.Fatal(problems)
	}
	store, err := connector.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	on := engine.Engine{DB: db, Ring: r, Years: y, Archives: filepath.Join(dir, "archives"), Now: func() time.Time { return now }, Operator: "anna"}
	on.Planner = &planner.Planner{Graph: graph.New(m), Systems: map[string]*planner.System{"desk": {Map: m.System("desk"), Store: store, Card: connector.Describe()}}}
	return &desk{Engine: engine.Open(on), t: t}
}

// ask registers a request and plans it.
func (d *desk) ask(id, right, no string) *plan.Plan {
	d.t.Helper()
	content := map[string]any{"id": id, "right": right, "received_at": now.Add(-48 * time.Hour), "subject": map[string]any{"identifiers": []any{map[string]any{"kind": "no", "value": no, "verified": true}}},
		"identity": map[string]any{"verified_at": now.Add(-24 * time.Hour), "method": "document_seen"}}
	switch right {
	case "erasure":
		content["ground"], content["scope"] = "art17_1_a", map[string]any{"all": true}
	case "restriction":
		content["ground"], content["scope"] = "art18_1_a", map[string]any{"all": true}
	}
	return d.request(content)
}

func (d *desk) request(content map[string]any) *plan.Plan {
	d.t.Helper()
	id := content["id"].(string)
	b, err := json.Marshal(content)
	if err != nil {
		d.t.Fatal(err)
	}
	r, problems := request.Parse(bytes.NewReader(b))
	if err := problems.Err(); err != nil {
		d.t.Fatal(err)
	}
	if _, _, err := d.Register(d.t.Context(), r); err != nil {
		d.t.Fatal(err)
	}
	p, err := d.Plan(d.t.Context(), id, engine.PlanOptions{})
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

// lift plans the end of a restriction, of which the person was told in time.
func (d *desk) lift(id, of, no string) *plan.Plan {
	d.t.Helper()
	told := now.Add(-9 * 24 * time.Hour)
	return d.request(map[string]any{"id": id, "right": "lift", "received_at": told, "restriction": map[string]any{"of": of, "notice_sent_at": told},
		"subject": map[string]any{"identifiers": []any{map[string]any{"kind": "no", "value": no, "verified": true}}}})
}

// carry takes a plan through.
func (d *desk) carry(p *plan.Plan) {
	d.t.Helper()
	if !p.Applicable {
		d.t.Fatalf("the plan may not be carried out:\n%s", told(p))
	}
	ctx := context.Background()
	err := d.Approve(ctx, p.Request, p.Digest)
	if err == nil {
		err = d.Start(ctx, p.Request, p.Digest)
	}
	if err == nil {
		err = d.Drain(ctx, p.Request)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) ends(id, want string) {
	d.t.Helper()
	s, err := d.Standing(d.t.Context(), id)
	if err != nil {
		d.t.Fatal(err)
	}
	if s.State != want {
		d.t.Errorf("%s is %s (%s %v), want %s\n%+v", id, s.State, s.Why, s.Attention, want, s.Systems)
	}
}

// told is what a plan says.
func told(p *plan.Plan) string {
	var b strings.Builder
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				fmt.Fprintf(&b, "%s %s %d %s\n", c.Name, a.Action, a.Rows, a.Reason.Code)
			}
		}
	}
	for _, a := range p.Attention {
		fmt.Fprintf(&b, "! %s: %s\n", a.Code, a.Text)
	}
	return b.String()
}

func (d *desk) lay(coll string, docs ...bson.D) {
	d.t.Helper()
	if _, err := d.db.Collection(coll).InsertMany(d.t.Context(), docs); err != nil {
		d.t.Fatal(err)
	}
}

// photo stores a file as applications do, in pieces.
func (d *desk) photo(content string) bson.ObjectID {
	d.t.Helper()
	s, err := d.db.GridFSBucket(gridfs).OpenUploadStream(d.t.Context(), content+".jpg", pieces)
	if err == nil {
		if _, err = s.Write([]byte(content)); err == nil {
			err = s.Close()
		}
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return s.FileID.(bson.ObjectID)
}

// all are the documents of every collection, as text, by collection and _id.
func (d *desk) all() map[string]string {
	d.t.Helper()
	out := map[string]string{}
	for _, coll := range []string{"tickets", "rooms", "photos.files", "photos.chunks"} {
		cur, err := d.db.Collection(coll).Find(d.t.Context(), bson.D{})
		if err != nil {
			d.t.Fatal(err)
		}
		for cur.Next(d.t.Context()) {
			out[coll+" "+cur.Current.Lookup("_id").String()] = cur.Current.String()
		}
	}
	return out
}

func (d *desk) want(want map[string]string) {
	d.t.Helper()
	got := d.all()
	for _, k := range slices.Sorted(maps.Keys(want)) {
		if got[k] != want[k] {
			d.t.Errorf("%s is\n%s\nwant\n%s", k, got[k], want[k])
		}
		delete(got, k)
	}
	for k, v := range got {
		d.t.Errorf("%s is there: %s", k, v)
	}
}
