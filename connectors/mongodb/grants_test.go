package mongodb_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/mongodb"
	"github.com/dossier-dsr/dossier/test/servers"
)

// rights are the actions a command takes, as a server with roles counts them.
var rights = map[string][]string{"find": {"find"}, "aggregate": {"find"}, "count": {"find"}, "insert": {"insert"}, "update": {"update"}, "delete": {"remove"},
	"findAndModify": {"find", "remove"}, "listCollections": {"listCollections"}, "listIndexes": {"listIndexes"}}

// taken are the rights that commands took: database, collection, action.
func taken(t *testing.T, heard []string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, line := range heard {
		var c bson.D
		if err := bson.UnmarshalExtJSON([]byte(line[:documentEnd(line)]), false, &c); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		name := c[0].Key
		coll, _ := c[0].Value.(string)
		i := slices.IndexFunc(c, func(e bson.E) bool { return e.Key == "$db" })
		if name == "connectionStatus" || name == "buildInfo" || name == "getMore" {
			continue
		}
		if rights[name] == nil {
			t.Errorf("a command nobody expects: %s", line)
		}
		actions := rights[name]
		if name == "update" && strings.Contains(line, `"upsert": true`) {
			actions = append(slices.Clone(actions), "insert")
		}
		for _, a := range actions {
			out[c[i].Value.(string)+" "+coll+" "+a] = true
		}
	}
	return out
}

// documentEnd is where the first of several documents written as text ends.
func documentEnd(s string) int {
	d := json.NewDecoder(strings.NewReader(s))
	var first json.RawMessage
	if d.Decode(&first) != nil {
		return len(s)
	}
	return int(d.InputOffset())
}

// granted are the rights of the role that is printed.
func granted(t *testing.T, text string) map[string]bool {
	t.Helper()
	var list []struct {
		Resource struct{ DB, Collection string }
		Actions  []string
	}
	_, rest, _ := strings.Cut(text, "privileges: ")
	if err := json.Unmarshal([]byte(strings.TrimSuffix(rest, " })")), &list); err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, p := range list {
		for _, a := range p.Actions {
			out[p.Resource.DB+" "+p.Resource.Collection+" "+a] = true
		}
	}
	return out
}

// TestTheRoleIsWhatIsUsed: for each use the role grants what the commands take that carry it out, and nothing else.
func TestTheRoleIsWhatIsUsed(t *testing.T) {
	whole, docs, files := of(comments, commentKey, "author", "C-1"), of("tickets", []string{"_id"}, "_id", "T-1"), of("gridfs:photos", []string{"_id"}, "no", "F-1")
	set := func(sel connectors.Selection, field string) connectors.Treatment {
		return connectors.Treatment{Verb: connectors.Set, On: sel, Assign: []connectors.Assign{{Field: field, To: "x"}}}
	}
	held := func(sel connectors.Selection, inside ...connectors.Treatment) []connectors.Treatment {
		return append(append([]connectors.Treatment{hold(connectors.Block, "r", sel)}, inside...), hold(connectors.Release, "r", sel))
	}
	for name, x := range map[string]struct {
		on    connectors.Selection
		verbs []connectors.Verb
		do    []connectors.Treatment
	}{
		"documents, read":       {docs, nil, nil},
		"documents, deleted":    {docs, []connectors.Verb{connectors.Delete, connectors.Block, connectors.Release}, []connectors.Treatment{del(docs), hold(connectors.Block, "r", of("tickets", []string{"_id"}, "_id", "T-2")), hold(connectors.Release, "r", of("tickets", []string{"_id"}, "_id", "T-2"))}},
		"documents, changed":    {docs, []connectors.Verb{connectors.Set, connectors.Block, connectors.Release}, append([]connectors.Treatment{set(docs, "n")}, held(docs, set(docs, "n"))...)},
		"documents, restricted": {docs, []connectors.Verb{connectors.Block, connectors.Release}, held(docs)},
		"elements, deleted":     {whole, []connectors.Verb{connectors.Delete, connectors.Block, connectors.Release}, append(held(whole), del(whole))},
		"elements, restricted":  {whole, []connectors.Verb{connectors.Block, connectors.Release}, held(whole)},
		"files, read":           {files, nil, nil},
		"files, deleted":        {files, []connectors.Verb{connectors.Delete, connectors.Block, connectors.Release}, append(held(files), append(held(files)[:1], del(files))...)},
		"files, restricted":     {files, []connectors.Verb{connectors.Block, connectors.Release}, held(files)},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			tickets(h)
			f, _ := connectors.As[connectors.Fixture](h.store)
			if err := f.Load(t.Context(), map[string][]connectors.Row{"gridfs:photos": {{"no": "F-1", connectors.DocumentField: []byte("a photo of more than one chunk")}}}); err != nil {
				t.Fatal(err)
			}
			h.does(hold(connectors.Block, "x", of("tickets", []string{"_id"}, "n", int64(2))), 1) // what is held is there, and what closes it installed
			h.does(hold(connectors.Release, "x", of("tickets", []string{"_id"}, "n", int64(2))), 1)
			between := servers.NewBetween(t, h.URL)
			store, err := mongodb.Connector{}.Open(t.Context(), connectors.Config{"url": between.URL, "database": h.Database})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			h.store = store
			g, _ := connectors.As[connectors.Granter](store)
			texts, err := g.Grants(t.Context(), []connectors.Use{{Collection: x.on.Collection, Reads: x.on.Collection.Key, Verbs: x.verbs, Method: "move"}})
			if err != nil || len(texts) != 2 || !strings.Contains(texts[1], "grantRolesToUser") {
				t.Fatalf("%v, %v", texts, err)
			}
			may := granted(t, texts[0])
			between.Heard()
			h.finds(x.on, len(h.finds(x.on, map[string]int{"tickets": 1, comments: 2, "gridfs:photos": 1}[x.on.Collection.At])))
			if x.on.Collection.Document {
				h.content(x.on)
			}
			for _, one := range x.do {
				if _, err := h.apply(nil, one); err != nil {
					t.Fatalf("%s: %v", one.Verb, err)
				}
			}
			did := taken(t, between.Heard())
			for _, r := range slices.Sorted(maps.Keys(did)) {
				if !may[r] {
					t.Errorf("it takes what is not granted: %s", r)
				}
			}
			idle := map[string]bool{h.Database + " " + strings.Split(x.on.Collection.At, ".")[0] + " listIndexes": true, h.Database + " photos.files listIndexes": true, h.Held + " rows listIndexes": true,
				h.Held + " photos.chunks find": x.verbs == nil, h.Held + " rows remove": true, h.Held + " rows update": x.verbs != nil} // of looks at the schema, and of what happens to be held
			for _, r := range slices.Sorted(maps.Keys(may)) {
				if !did[r] && !idle[r] {
					t.Errorf("it grants what nothing takes: %s", r)
				}
			}
		})
	}
}

// TestTheClosedDatabase is made by an administrator, or by the first restriction, and goes only when nothing is held.
func TestTheClosedDatabase(t *testing.T) {
	h := newHouse(t)
	tickets(h)
	i, _ := connectors.As[connectors.Installer](h.store)
	uses := []connectors.Use{{Collection: of("tickets", []string{"_id"}, "_id").Collection, Verbs: []connectors.Verb{connectors.Block, connectors.Release}, Method: "move"}}
	texts, err := i.Install(t.Context(), uses)
	if err != nil || len(texts) != 3 || !strings.Contains(texts[0], `.createCollection("rows")`) || !strings.Contains(texts[1], "createIndex({ coll: 1, path: 1, of: 1 })") || !strings.HasPrefix(texts[2], "// "+h.Held) {
		t.Errorf("%v, %v", texts, err)
	}
	if texts, err := i.Uninstall(t.Context(), uses); err != nil || len(texts) > 0 {
		t.Errorf("nothing is there to be taken away: %v, %v", texts, err)
	}
	sel := of("tickets", []string{"_id"}, "_id", "T-1")
	h.does(hold(connectors.Block, "r", sel), 1)
	if texts, err := i.Install(t.Context(), uses); err != nil || len(texts) > 0 {
		t.Errorf("it is there: %v, %v", texts, err)
	}
	if texts, err := i.Uninstall(t.Context(), uses); err == nil {
		t.Errorf("with a row held: %v", texts)
	}
	h.does(hold(connectors.Release, "r", sel), 1)
	if texts, err := i.Uninstall(t.Context(), uses); err != nil || len(texts) != 1 || !strings.HasSuffix(texts[0], ".dropDatabase()") {
		t.Errorf("%v, %v", texts, err)
	}
	if texts, err := i.Install(t.Context(), []connectors.Use{{Collection: uses[0].Collection}}); err != nil || len(texts) > 0 {
		t.Errorf("for reading: %v, %v", texts, err)
	}
}
