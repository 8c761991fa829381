package datamap_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dossier-dsr/dossier/core/datamap"
)

const desk = `system: desk
label: { pl: Biurko }
connector: mongodb
backups: 0 days
restrict: { block: move, mark: held }
collections:
  members: { key: no, purposes: { p: { since: left } }, fields: { no: { identifier: no }, left: preference.topic } }
  tickets:
    key: _id
    purposes: { p: { since: closed } }
    erase: { anonymise: { closed: year, "photos[].file": { set: gone }, "photos[].kind": keep } }
    fields:
      no:     { identifier: no }
      closed: preference.topic
      "photos[].file": { owns: photos, when: { "photos[].kind": scan } }
      "photos[].kind": preference.topic
      "in.tags[]":     { refers_to: members, leave: "null" }
  rooms:
    key: _id
    purposes: { p: { since: closed } }
    fields:
      closed: preference.topic
      "guests[].no": { owned_by: members }
  photos: { at: "gridfs:photos", key: _id, document: preference.topic }
`

func loadDesk(t *testing.T, text string) (*datamap.Map, datamap.Problems) {
	t.Helper()
	return datamap.LoadFS(fstest.MapFS{"controller.yaml": {Data: []byte(`controller: C
contact: { email: a@b.example }
identifiers: { no: { unique: true, pattern: '[0-9]+', label: { pl: no } } }
purposes: { p: { label: { pl: p }, basis: art6_1_b, keep: 1 year } }
tombstone: { proof: 1 year, because: x }
requests: { keep: 1 year, because: x }
`)}, "desk.yaml": {Data: []byte(text)}}, "map")
}

// TestFieldsInsideArrays are fields of elements, and those are rows: the document's, or what says whose the document is.
func TestFieldsInsideArrays(t *testing.T) {
	text := strings.Replace(desk, "      \"in.tags[]\":     { refers_to: members, leave: \"null\" }\n", "      \"in.tags[]\":     { owns: photos }\n", 1)
	m, problems := loadDesk(t, text)
	if m == nil {
		t.Fatal(problems)
	}
	of := func(name string) *datamap.Collection {
		c := m.System("desk").Collection(name)
		if c == nil {
			t.Fatalf("no %s", name)
		}
		return c
	}
	tickets, photos, tags, guests, rooms := of("tickets"), of("tickets_photos"), of("tickets_in_tags"), of("rooms_guests"), of("rooms")
	if tickets.At != "tickets" || photos.At != "tickets.photos[]" || tags.At != "tickets.in.tags[]" {
		t.Errorf("at %s, %s and %s", tickets.At, photos.At, tags.At)
	}
	if !slices.Equal(photos.Key, []string{"_id", "file"}) || !slices.Equal(tags.Key, []string{"_id", "$element"}) {
		t.Errorf("keys %v and %v", photos.Key, tags.Key)
	}
	if tickets.Field("photos[].file") != nil || photos.Field("kind") == nil || photos.Erase.Fields["kind"].How != "keep" || len(tickets.Erase.Fields) != 1 {
		t.Errorf("tickets are anonymised by %v, their photos by %v", tickets.Erase.Fields, photos.Erase.Fields)
	}
	if e := photos.Field("file").Edge; e.Kind != datamap.Owns || e.To != of("photos") || len(e.When) != 1 || e.When[0].Field != "kind" {
		t.Errorf("%+v", e)
	}
	if rules, from := photos.Holding(); from != tickets || len(rules) != 1 || tags.Erase.Mode != "delete" {
		t.Errorf("photos are held by rules of %s, tags go by %s", from.Name, tags.Erase.Mode)
	}
	if photos.Restrict.Mark != "" || photos.Restrict.Block != "move" || tickets.Restrict.Mark != "held" {
		t.Errorf("%+v", photos.Restrict)
	}
	var up, down bool
	for _, e := range photos.Edges {
		up = up || e.Kind == datamap.OwnedBy && e.To == tickets && e.Implicit
	}
	for _, e := range guests.Edges {
		down = down || e.Kind == datamap.Owns && e.To == rooms && e.Implicit
	}
	if !up || !down {
		t.Errorf("elements and documents are not tied: %v %v", up, down)
	}
	if len(guests.Rules) != 1 || guests.Rules[0].Since.Field != "closed" {
		t.Errorf("guests are held by %+v", guests.Rules)
	}
}

// TestArraysThatCannotBe: each mistake is said at its place.
func TestArraysThatCannotBe(t *testing.T) {
	for change, want := range map[[2]string]string{
		{`"in.tags[]":     { refers_to: members, leave: "null" }`, `"in.tags[]":     preference.topic`}:                                  "desk.yaml:17:7: nothing in in.tags[] tells its elements apart",
		{`"in.tags[]":     { refers_to: members, leave: "null" }`, `"a[].b[].c":     { owns: photos }`}:                                  "desk.yaml:17:7: a[].b[].c is in an array in an array, or in none",
		{"  photos: {", "  tickets_photos: { purposes: p, key: a, fields: { a: { identifier: no } } }\n  photos: {"}:                     "desk.yaml:15:7: the elements of photos[] are rows of tickets_photos",
		{"  photos: {", "  pictures: { at: \"tickets.photos[]\", purposes: p, key: a, fields: { a: { identifier: no } } }\n  photos: {"}: "desk.yaml:15:7: the elements of photos[] are rows of pictures",
	} {
		text := strings.Replace(desk, change[0], change[1], 1)
		_, problems := loadDesk(t, text)
		if !slices.ContainsFunc(problems, func(p datamap.Problem) bool { return strings.HasPrefix(p.String(), want) }) {
			t.Errorf("%s: want %q, got:\n%v", change[1], want, problems)
		}
	}
}
