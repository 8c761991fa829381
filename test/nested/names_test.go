package nested

import (
	"fmt"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/mongodb"
	"github.com/dossier-dsr/dossier/test/servers"
)

const wards = `system: desk
label: { en: Wards }
connector: mongodb
config: { url: "${DESK_URL}", database: desk }
backups: 0 days
settle: 0
restrict: { block: move }
collections:
  people:
    key: _id
    purposes: { affairs: { since: left_on } }
    fields:
      _id:     { identifier: no }
      left_on: correspondence.date
  orders:
    key: _id
    fields:
      person: { owned_by: people }
      said:   correspondence.note
  comments:
    at: "wards.comments[]"
    key: n
    fields:
      author: { owned_by: people }
      said:   correspondence.note
`

// TestNumbersThatSayMoreThanANumber: a person's number is the _id of a document, what others refer to, and what an element says. Who has 1 has nothing of 10, and what is
// an operator, a path or a pattern elsewhere is a number here.
func TestNumbersThatSayMoreThanANumber(t *testing.T) {
	numbers := []string{"1", "10", "01", "1.", "../1", "..", "$ne", "$where", `{"$gt":""}`, "a.b", "_id", "*", "^1", ".*", "1'--", "null", "true", "%31", "ł1", "ObjectId('1')"}
	house := servers.MongoDB(t)
	d := deskWith(t, strings.Replace(controller, `C-\d+`, `\S+`, 1), wards, mongodb.Connector{}, connectors.Config{"url": house.URL, "database": house.Database})
	d.db = house.Client.Database(house.Database)
	var list bson.A
	for i, no := range numbers {
		d.lay("people", bson.D{{Key: "_id", Value: no}, {Key: "left_on", Value: day(old)}})
		d.lay("orders", bson.D{{Key: "_id", Value: int32(i)}, {Key: "person", Value: no}, {Key: "said", Value: "x"}})
		list = append(list, bson.D{{Key: "n", Value: int32(i)}, {Key: "author", Value: no}, {Key: "said", Value: "x"}})
	}
	d.lay("wards", bson.D{{Key: "_id", Value: "W"}, {Key: "comments", Value: list}})
	left := map[string]bool{}
	for _, no := range numbers {
		left[no] = true
	}
	for i, no := range numbers {
		id := fmt.Sprint("R-", i)
		d.carry(d.ask(id, "erasure", no))
		d.ends(id, "done")
		delete(left, no)
		for coll, field := range map[string]string{"people": "_id", "orders": "person", "wards": ""} {
			got := map[string]bool{}
			cur, err := d.db.Collection(coll).Find(t.Context(), bson.D{})
			if err != nil {
				t.Fatal(err)
			}
			for cur.Next(t.Context()) {
				if field != "" {
					got[cur.Current.Lookup(field).StringValue()] = true
					continue
				}
				vs, err := cur.Current.Lookup("comments").Array().Values()
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range vs {
					got[v.Document().Lookup("author").StringValue()] = true
				}
			}
			if fmt.Sprint(got) != fmt.Sprint(left) {
				t.Fatalf("after %q %s hold %v, want %v", no, coll, got, left)
			}
		}
	}
}
