package mongodb

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
)

// perRow is how many bytes of memory a row that waits for its turn may take, however large its document.
const perRow = 512

// TestWhatWaitsIsSmall: of rows that were found and are not yet changed little is in memory: of whole documents, of elements, and where both are treated.
func TestWhatWaitsIsSmall(t *testing.T) {
	const documents = 8_000
	list := bson.A{}
	for no := range 10 {
		list = append(list, bson.D{{Key: "no", Value: int32(no)}, {Key: "author", Value: fmt.Sprint("C-", no)}, {Key: "text", Value: strings.Repeat("words ", 20)}})
	}
	live := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	whole := connectors.Selection{Collection: connectors.Collection{Name: "tickets", At: "tickets", Key: []string{"_id"}}, Any: []connectors.Match{{Fields: []string{"no"}, Values: []connectors.Tuple{{Values: []any{"C-1"}}}}}}
	parts := connectors.Selection{Collection: connectors.Collection{Name: "comments", At: "tickets.comments[]", Key: []string{"_id", "no"}}, Any: []connectors.Match{{Fields: []string{"author"}, Values: whole.Any[0].Values}}}
	set := connectors.Treatment{Verb: connectors.Set, On: parts, Assign: []connectors.Assign{{Field: "text", To: "x"}}}
	for what, do := range map[string][]connectors.Treatment{"documents": {{Verb: connectors.Delete, On: whole}}, "elements": {set}, "both": {set, {Verb: connectors.Delete, On: whole}}} {
		before := live()
		a := &application{store: &store{}, known: newKnown(), types: map[string]bson.Type{}}
		for _, x := range do {
			x.AtMost = documents
			w := &work{Treatment: x, app: a, out: &connectors.Outcome{ByPerson: map[int]int64{}}, own: map[string]*name{}}
			a.works = append(a.works, w)
			var err error
			if w.from, err = understand(x.On.Collection); err != nil {
				t.Fatal(err)
			}
			f := finder{from: w.from, known: a.known, each: func(r row, persons []int) error { return w.take(t.Context(), r, persons) }}
			if f.match, err = newMatcher(x.On); err != nil {
				t.Fatal(err)
			}
			for i := range documents {
				raw, err := bson.Marshal(bson.D{{Key: "_id", Value: bson.ObjectID{byte(i), byte(i >> 8)}}, {Key: "no", Value: "C-1"}, {Key: "comments", Value: list}})
				if err != nil {
					t.Fatal(err)
				}
				if err := f.stand(t.Context(), "tickets", standing(bson.Raw(raw).Lookup("_id"), raw)); err != nil {
					t.Fatal(err)
				}
			}
			if w.todo != documents {
				t.Fatalf("%d rows wait", w.todo)
			}
		}
		took := (live() - before - 4<<20) / documents / int64(len(do)) // the first of the spool lies in memory
		if took > perRow {
			t.Errorf("%s: a row that waits takes %d bytes, want at most %d", what, took, perRow)
		}
		t.Logf("%s: %d bytes a row", what, took)
		a.known.close()
		runtime.KeepAlive(a)
	}
}
