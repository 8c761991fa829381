package nested

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/mongodb"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/test/servers"
)

// office is a map that tables and documents can both keep: what is ordered and sent, contracts of two people, and who recommended whom.
const office = `system: desk
label: { en: Orders }
connector: CONNECTOR
config: { CONFIG }
backups: 0 days
settle: 0
restrict: { block: move }
collections:
  people:
    key: _id
    purposes: { affairs: { since: last orders.made_on } }
    fields:
      no:   { identifier: no }
      name: identity.name
  orders:
    key: _id
    fields:
      person_id: { owned_by: people }
      made_on:   correspondence.date
  parcels:
    key: _id
    fields:
      order_id: { owned_by: orders }
      said:     correspondence.note
  contracts:
    key: _id
    fields:
      first_id:  { owned_by: people }
      second_id: { owned_by: people }
      said:      correspondence.note
  loans:
    key: _id
    purposes: { affairs: { since: lent_on } }
    erase: { anonymise: { lent_on: year } }
    fields:
      person_id: { owned_by: people }
      lent_on:   correspondence.date
      said:      correspondence.note
`

// columns of the office, by collection.
var columns = map[string][]string{"people": {"_id", "no", "name"}, "orders": {"_id", "person_id", "made_on"}, "parcels": {"_id", "order_id", "said"},
	"contracts": {"_id", "first_id", "second_id", "said"}, "loans": {"_id", "person_id", "lent_on", "said"}}

const officePeople = 8

// drawn are the rows of an office, the same each time.
func drawn() map[string][][]any {
	r := rand.New(rand.NewPCG(20, 15))
	out := map[string][][]any{}
	dates := []any{"2010-05-05", "2015-12-31", "2021-11-05", "2021-11-06", "2026-01-01", nil, "", "0000-00-00"}
	add := func(coll string, values ...any) int64 {
		id := int64(len(out[coll]) + 1)
		out[coll] = append(out[coll], append([]any{id}, values...))
		return id
	}
	for i := range officePeople {
		who := add("people", fmt.Sprintf("C-%d", i+1), fmt.Sprintf("Name %d", i))
		kinds := len(dates)
		if i%2 == 0 {
			kinds = 2 // all of it long ago
		}
		for range r.IntN(4) {
			order := add("orders", who, dates[r.IntN(kinds)])
			for range r.IntN(3) {
				add("parcels", order, "sent")
			}
		}
		for range r.IntN(3) {
			add("loans", who, dates[r.IntN(kinds)], "lent")
		}
	}
	for range 10 {
		var second any
		if n := r.IntN(officePeople + 2); n < officePeople {
			second = int64(n + 1)
		}
		add("contracts", int64(r.IntN(officePeople)+1), second, "signed")
	}
	return out
}

// TestTheSameInTablesAndDocuments: a store that follows paths by itself and one that is asked key by key find the same, are told the same, and end the same.
func TestTheSameInTablesAndDocuments(t *testing.T) {
	house, file := servers.MongoDB(t), filepath.Join(t.TempDir(), "office.db")
	db := house.Client.Database(house.Database)
	tables, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer tables.Close()
	for coll, rows := range drawn() {
		if _, err := tables.Exec("CREATE TABLE " + coll + " (" + strings.Join(columns[coll], ", ") + ", PRIMARY KEY (_id))"); err != nil {
			t.Fatal(err)
		}
		var docs []bson.D
		for _, row := range rows {
			var doc bson.D
			for i, name := range columns[coll] {
				doc = append(doc, bson.E{Key: name, Value: row[i]})
			}
			docs = append(docs, doc)
			if _, err := tables.Exec("INSERT INTO "+coll+" VALUES ("+strings.TrimSuffix(strings.Repeat("?, ", len(row)), ", ")+")", row...); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := db.Collection(coll).InsertMany(t.Context(), docs); err != nil {
			t.Fatal(err)
		}
	}
	mapOf := func(connector, config string) string {
		return strings.NewReplacer("CONNECTOR", connector, "CONFIG", config).Replace(office)
	}
	down := deskWith(t, controller, mapOf("sqlite", `file: "${OFFICE}"`), sqlite.Connector{}, connectors.Config{"file": file})
	apart := deskWith(t, controller, mapOf("mongodb", `url: "${OFFICE}", database: office`), mongodb.Connector{}, connectors.Config{"url": house.URL, "database": house.Database})
	apart.db = db
	erased := 0
	for i := range officePeople {
		id, no := fmt.Sprint("R-", i), fmt.Sprintf("C-%d", i+1)
		p, q := down.ask(id, "erasure", no), apart.ask(id, "erasure", no)
		if told(p) != told(q) || p.Applicable != q.Applicable {
			t.Fatalf("of %s tables say\n%s\ndocuments\n%s", no, told(p), told(q))
		}
		if !p.Applicable {
			continue
		}
		erased++
		for _, d := range []*desk{down, apart} {
			x := p
			if d == apart {
				x = q
			}
			d.carry(x)
			d.ends(id, "done")
		}
		if a, b := inTables(t, tables), apart.inDocuments(); a != b {
			t.Fatalf("after %s tables hold\n%s\ndocuments\n%s", no, a, b)
		}
	}
	if erased < officePeople/2 {
		t.Errorf("%d of %d could be erased", erased, officePeople)
	}
}

func inTables(t *testing.T, db *sql.DB) string {
	t.Helper()
	var lines []string
	for coll, names := range columns {
		more, err := inTable(db, coll, names)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, more...)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func inTable(db *sql.DB, coll string, names []string) (lines []string, err error) {
	rows, err := db.Query("SELECT " + strings.Join(names, ", ") + " FROM " + coll)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		values, into := make([]any, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		lines = append(lines, fmt.Sprint(coll, " ", values))
	}
	return lines, rows.Err()
}

func (d *desk) inDocuments() string {
	d.t.Helper()
	var lines []string
	for coll, names := range columns {
		cur, err := d.db.Collection(coll).Find(d.t.Context(), bson.D{})
		if err != nil {
			d.t.Fatal(err)
		}
		for cur.Next(d.t.Context()) {
			var doc bson.M
			if err := cur.Decode(&doc); err != nil {
				d.t.Fatal(err)
			}
			values := make([]any, len(names))
			for i, name := range names {
				values[i] = doc[name]
			}
			lines = append(lines, fmt.Sprint(coll, " ", values))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
