package faults

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

const twinsDesk = deskHead + `      name:      identity.name
      left_on:   correspondence.date
  vehicles:
    key: _id
    growth: any
    fields:
      member_id: { owned_by: members }
      plate:     vehicle.plate
  tickets:
    key: _id
    growth: any
    fields:
      vehicle_id: { owned_by: vehicles }
      said:       correspondence.note
`

// twinDesk is a desk on which the second member's documents are called as another's are, but for the type of the name.
func twinDesk(t *testing.T, hers, others any) *desk {
	t.Helper()
	d := &desk{store: servers.MongoDB(t)}
	left := bson.DateTime(981158400000)
	for coll, docs := range map[string][]bson.D{
		"members": {{{Key: "_id", Value: hers}, {Key: "member_no", Value: "C-2"}, {Key: "name", Value: "Ewa"}, {Key: "left_on", Value: left}},
			{{Key: "_id", Value: others}, {Key: "member_no", Value: "C-9"}, {Key: "name", Value: "Other"}, {Key: "left_on", Value: left}}},
		"vehicles": {{{Key: "_id", Value: hers}, {Key: "member_id", Value: hers}, {Key: "plate", Value: "W"}},
			{{Key: "_id", Value: others}, {Key: "member_id", Value: others}, {Key: "plate", Value: "OTHER"}}},
		"tickets": {{{Key: "_id", Value: "a"}, {Key: "vehicle_id", Value: hers}, {Key: "said", Value: "please"}},
			{{Key: "_id", Value: "b"}, {Key: "vehicle_id", Value: others}, {Key: "said", Value: "OTHER"}}},
	} {
		if _, err := d.store.Client.Database(d.store.Database).Collection(coll).InsertMany(t.Context(), docs); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	for name, text := range map[string]string{"controller.yaml": clubController, "desk.yaml": twinsDesk} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d.House = built.Empty(t, dir)
	d.Extra = map[string]string{"DESK_DATABASE": d.store.Database, "DESK_URL": d.store.URL}
	return d
}

// TestTwinsOfTheDesk: where somebody else's document is called as the person's is but for the type of the name, what refers to the one cannot be told from what refers
// to the other: nothing is shown and nothing planned, and it is said why; one of them called otherwise, the person's own are found, however what refers to them is typed.
func TestTwinsOfTheDesk(t *testing.T) {
	t.Parallel()
	id := bson.Binary{Subtype: bson.TypeBinaryUUID, Data: make([]byte, 16)}
	const text = "00000000-0000-0000-0000-000000000000" // of an ObjectId FerretDB takes no twin
	for name, x := range map[string]struct{ hers, others, loose any }{
		"her number is another's text": {int32(1), "1", "1"},
		"her text is another's number": {"1", int64(1), int32(1)},
		"her UUID is another's text":   {id, text, text},
		"her text is another's UUID":   {text, id, id},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			d := twinDesk(t, x.hers, x.others)
			first := d.everything(t)
			for _, args := range [][]string{{"-q", "run", second(t, d.House, "access")}, {"--json", "plan", d.request(t, "2026-000123", "C-2")}} {
				if r := d.Run(t, args...); r.Code == 0 || !strings.Contains(r.Stderr+r.Stdout, "the same _id but for its type") {
					t.Errorf("exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
				}
			}
			d.stands(t, first)
			db := d.store.Client.Database(d.store.Database)
			for coll, refers := range map[string]string{"members": "", "vehicles": "member_id", "tickets": "vehicle_id"} {
				if coll != "tickets" {
					if _, err := db.Collection(coll).DeleteOne(t.Context(), bson.D{{Key: "_id", Value: x.others}}); err != nil {
						t.Fatal(err)
					}
				}
				if refers != "" { // by an application that is careless about types
					if _, err := db.Collection(coll).UpdateMany(t.Context(), bson.D{{Key: refers, Value: x.hers}}, bson.D{{Key: "$set", Value: bson.D{{Key: refers, Value: x.loose}}}}); err != nil {
						t.Fatal(err)
					}
				}
			}
			if _, err := db.Collection("tickets").DeleteOne(t.Context(), bson.D{{Key: "_id", Value: "b"}}); err != nil {
				t.Fatal(err)
			}
			d.Must(t, "-q", "run", "2026-access")
			d.applied(t, d.planned(t, "C-2"))
			d.stands(t, map[string]string{})
		})
	}
}

// TestNumbersOfOneWorth: an _id and what refers to it may be numbers of whatever width: to the server they are one, and to us.
func TestNumbersOfOneWorth(t *testing.T) {
	t.Parallel()
	d := twinDesk(t, int32(7), int32(8))
	db := d.store.Client.Database(d.store.Database)
	for _, same := range []any{int64(7), 7.0} {
		if _, err := db.Collection("members").InsertOne(t.Context(), bson.D{{Key: "_id", Value: same}}); !mongo.IsDuplicateKeyError(err) {
			t.Errorf("the server takes %T beside an int32 of its worth: %v", same, err)
		}
	}
	var more []bson.D
	for i, ref := range []any{int64(7), 7.0, "7"} {
		more = append(more, bson.D{{Key: "_id", Value: fmt.Sprint("V-", i)}, {Key: "member_id", Value: ref}, {Key: "plate", Value: "W"}})
	}
	if _, err := db.Collection("vehicles").InsertMany(t.Context(), more); err != nil {
		t.Fatal(err)
	}
	first := d.everything(t)
	d.applied(t, d.planned(t, "C-2"))
	want := map[string]string{}
	for key, doc := range first {
		if strings.Contains(doc, "C-9") || strings.Contains(doc, "OTHER") {
			want[key] = doc
		}
	}
	if len(want) != 3 {
		t.Fatalf("%d documents are the other's", len(want))
	}
	d.stands(t, want)
}

// TestANumberOfTheDeskGivenAnew: the number by which the member is known, and by which elements refer to him, is given to somebody else: between the plan and the work,
// before the erasure is verified, or after that and before the second look. Nothing is done to what is the other's. Where he is a member now, that is plain, for his membership keeps
// what is his; where he looks as the first did, it may be the first who was written once more, and a person is asked.
func TestANumberOfTheDeskGivenAnew(t *testing.T) {
	t.Parallel()
	const checked, member, gone = "verify/claimed/desk", "a member", "one who left"
	for _, x := range [][2]string{{"plan", member}, {"plan", gone}, {checked, member}, {checked, gone}, {"", member}, {"", gone}} {
		point, other := x[0], x[1]
		t.Run(strings.NewReplacer("/", "-", " ", "-").Replace("at "+point+" to "+other), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t)
			first := d.everything(t)
			p := d.planned(t, "C-2")
			db := d.store.Client.Database(d.store.Database)
			left := bson.RawValue{Type: bson.TypeNull}
			if other == gone {
				left = bson.RawValue{Type: bson.TypeDateTime, Value: binary.LittleEndian.AppendUint64(nil, 981158400000)}
			}
			given := func() {
				if _, err := db.Collection("members").UpdateMany(t.Context(), bson.D{{Key: "_id", Value: memberID(2)}}, bson.D{{Key: "$set", Value: bson.D{{Key: "member_no", Value: nil}}}}); err != nil {
					t.Fatal(err)
				}
				d.joins(t, 9, 2, left, bson.ObjectID{2, 9, 0}, deskComment(77, 2, "new"))
			}
			if point == "plan" {
				given()
				want := d.everything(t)
				if r := d.Apply(t, p); r.Code != 3 {
					t.Errorf("exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
				}
				d.stands(t, want)
				return
			}
			d.appliedUntil(t, p, point)
			d.stands(t, without(first))
			given()
			want := d.everything(t)
			for range 2 {
				d.Later(25 * time.Hour)
				d.Must(t, "--json", "request", "resume", p.Request)
			}
			d.stands(t, want)
			st := d.Standing(t, p.Request)
			y := product.System(t, st, "desk")
			if asked := st.State == "running" && slices.Contains(y.Codes, "late_rows") && d.Receipt(t, p.Request) == nil; asked != (other == gone) || other == member && st.State != "done" {
				t.Errorf("it is %s, and the desk says %v (%s)", st.State, y.Codes, y.Why)
			}
		})
	}
}
