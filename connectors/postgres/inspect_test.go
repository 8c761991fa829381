package postgres

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
)

func TestInspect(t *testing.T) {
	h := newHouse(t, `CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('glad');
		CREATE TABLE app."Parents" (a int, b text, PRIMARY KEY (b, a)); CREATE TABLE audit (what text);
		CREATE TABLE kids (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, pa int NOT NULL, pb text, twice int GENERATED ALWAYS AS (pa * 2) STORED, mood app.mood, tags text[], no text,
			UNIQUE (no, pa), FOREIGN KEY (pb, pa) REFERENCES app."Parents" (b, a) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
		CREATE UNIQUE INDEX ON kids (no) WHERE no <> ''; CREATE INDEX ON kids (pa, lower(no)); CREATE VIEW both_kids AS SELECT * FROM kids;
		CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN -- insert into nothing
			INSERT INTO audit SELECT 'delete from nowhere'; UPDATE app."Parents" SET a = a; RETURN OLD; END $$;
		CREATE TRIGGER noted AFTER UPDATE OR DELETE ON kids FOR EACH ROW EXECUTE FUNCTION note();
		CREATE TABLE parted (y int) PARTITION BY LIST (y); CREATE TABLE parted1 PARTITION OF parted FOR VALUES IN (1);
		INSERT INTO app."Parents" VALUES (1, 'x'); INSERT INTO kids (pa, pb) VALUES (1, 'x'), (1, 'x')`)
	schema, err := h.Store.(connectors.Inspector).Inspect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range schema.Collections {
		names = append(names, c.Name)
	}
	if want := []string{"app.Parents", "audit", "both_kids", "kids", "parted"}; !slices.Equal(names, want) {
		t.Fatalf("%v, want %v", names, want)
	}
	writes := []string{"audit", "app.Parents"}
	want := connectors.SchemaCollection{Name: "kids", Rows: -1, Key: []string{"id"}, Unique: [][]string{{"no", "pa"}}, Indexes: [][]string{{"id"}, {"no", "pa"}, {"no"}, {"pa"}},
		Fields: []connectors.SchemaField{{Name: "id", Type: "integer", NotNull: true, Generated: true, Family: connectors.WholeFamily}, {Name: "pa", Type: "integer", NotNull: true, Family: connectors.WholeFamily}, {Name: "pb", Type: "text", Family: connectors.TextFamily},
			{Name: "twice", Type: "integer", Generated: true, Family: connectors.WholeFamily}, {Name: "mood", Type: "app.mood"}, {Name: "tags", Type: "text[]", Family: connectors.NestedFamily}, {Name: "no", Type: "text", Family: connectors.TextFamily}},
		References: []connectors.Reference{{Fields: []string{"pb", "pa"}, Target: "app.Parents", Targets: []string{"b", "a"}, OnDelete: "cascade", OnUpdate: "no action", Deferred: true}},
		Triggers:   []connectors.Trigger{{Name: "noted", On: "delete", Writes: writes}, {Name: "noted", On: "update", Writes: writes}}}
	if diff := cmp.Diff(want, schema.Collections[3]); diff != "" {
		t.Error(diff)
	}
	if !schema.Collections[2].View || schema.Collections[0].Rows != -1 || !slices.Equal(schema.Collections[0].Key, []string{"b", "a"}) {
		t.Errorf("%+v", schema.Collections)
	}
}
