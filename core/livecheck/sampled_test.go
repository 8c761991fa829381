package livecheck_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/mongodb"
	"github.com/dossier-dsr/dossier/test/servers"
)

// TestSampled holds what is said of a system beside a store without a schema: an archive of the system's file, of documents for each collection, a
// line each, and of what is said.
func TestSampled(t *testing.T) {
	t.Parallel()
	const path = "testdata/sampled/documents.txt"
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	house := servers.MongoDB(t)
	db := house.Client.Database(house.Database)
	for _, f := range a.Files {
		if slices.Contains([]string{"register.yaml", "indexes", "want"}, f.Name) {
			continue
		}
		if err := db.CreateCollection(t.Context(), f.Name); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(f.Data)) {
			var doc bson.D
			if err := bson.UnmarshalExtJSON([]byte(line), false, &doc); err != nil {
				t.Fatal(err)
			}
			if _, err := db.Collection(f.Name).InsertOne(t.Context(), doc); err != nil {
				t.Fatal(err)
			}
		}
	}
	for line := range strings.Lines(part(a, "indexes")) {
		coll, field, _ := strings.Cut(strings.TrimSpace(line), " ")
		if _, err := db.Collection(coll).Indexes().CreateOne(t.Context(), mongo.IndexModel{Keys: bson.D{{Key: field, Value: 1}}}); err != nil {
			t.Fatal(err)
		}
	}
	c := mongodb.Connector{}
	got := told(t, "mongodb", part(a, "register.yaml"), c.Describe(), inspected(t, c, connectors.Config{"url": house.URL, "database": house.Database}))
	if *update {
		keep(t, path, "want", got)
	} else if diff := cmp.Diff(part(a, "want"), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
