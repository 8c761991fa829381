package faults

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

// deskRowsEnv says how many documents the largest desk has, instead of 2,000. Ten thousand take minutes: FerretDB looks at the whole collection for each of some thirty
// questions, and a hundred times as many take it hours, which a genuine server with an index does not. How little a row that waits takes is proven without a server too
// (TestWhatWaitsIsSmall in connectors/mongodb).
const deskRowsEnv = "DOSSIER_TEST_DESK_ROWS"

const crowdedDesk = deskHead + `      left_on:   correspondence.date
  notes:
    key: _id
    growth: any
    guards: { share: 100 %, because: some are here very often }
    fields:
      member_no: { owned_by: members.member_no }
      text:      correspondence.note
  comments:
    at: "threads.comments[]"
    key: [_id, no]
    growth: any
    guards: { share: 100 %, because: some are here very often }
    fields:
      author: { owned_by: members.member_no }
      text:   correspondence.note
`

// A thread has so many comments.
const inThread = 10

const deskWords = "some words about what was said and what is to be done about it, by whom, and by when; as people write them where nobody tells them to be brief"

// crowd lays a desk of so many notes, and threads of comments, of which the second member has so many of each, spread over all.
func crowd(t *testing.T, store servers.MongoOnPostgres, notes, threads, hers int) *product.House {
	t.Helper()
	db := store.Client.Database(store.Database)
	if err := db.Drop(t.Context()); err != nil {
		t.Fatal(err)
	}
	whose := func(at, of, hers int) string {
		if at*hers/of != (at+1)*hers/of {
			return "C-2"
		}
		return fmt.Sprint("C-", 3+at%1000)
	}
	lay := func(coll string, n int, document func(i int) bson.D) {
		for first := 0; first < n; first += 1000 {
			var docs []bson.D
			for i := first; i < min(first+1000, n); i++ {
				docs = append(docs, document(i))
			}
			if _, err := db.Collection(coll).InsertMany(t.Context(), docs); err != nil {
				t.Fatal(err)
			}
		}
		if err := store.Index(t.Context(), db.Collection(coll)); err != nil {
			t.Fatal(err)
		}
	}
	lay("members", 3, func(i int) bson.D {
		return bson.D{{Key: "_id", Value: memberID(i + 1)}, {Key: "member_no", Value: fmt.Sprint("C-", i+1)}, {Key: "left_on", Value: bson.DateTime(981158400000)}}
	})
	lay("notes", notes, func(i int) bson.D {
		return bson.D{{Key: "_id", Value: fmt.Sprint("N-", i)}, {Key: "member_no", Value: whose(i, notes, hers)}, {Key: "text", Value: deskWords}, {Key: "more", Value: deskWords + deskWords}}
	})
	lay("threads", threads, func(i int) bson.D {
		list := bson.A{}
		for no := range inThread {
			who := fmt.Sprint("C-", 3+no)
			if no == i%inThread {
				who = whose(i, threads, hers)
			}
			list = append(list, bson.D{{Key: "no", Value: int32(no)}, {Key: "author", Value: who}, {Key: "text", Value: deskWords}})
		}
		return bson.D{{Key: "_id", Value: fmt.Sprint("T-", i)}, {Key: "comments", Value: list}}
	})
	dir := t.TempDir()
	for name, text := range map[string]string{"controller.yaml": clubController, "desk.yaml": crowdedDesk} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h := built.Empty(t, dir)
	h.Extra = map[string]string{"DESK_URL": store.URL, "DESK_DATABASE": store.Database}
	return h
}

// peaks is what a copy and an erasure of the second member take, in KiB, of all processes together.
func peaks(t *testing.T, store servers.MongoOnPostgres, notes, threads, hers int) (kib [2]int64) {
	t.Helper()
	h := crowd(t, store, notes, threads, hers)
	kib[0] = h.Peak(func() {
		if r := h.Run(t, "-q", "run", second(t, h, "access")); r.Code != 0 {
			t.Fatalf("exit %d\n%s%s", r.Code, r.Stdout, r.Stderr)
		}
	})
	kib[1] = h.Peak(func() {
		p := h.Plan(t, second(t, h, "erasure"))
		r := h.Apply(t, p)
		if s := product.System(t, h.Standing(t, p.Request), "desk"); r.Code != 0 && r.Code != 4 || s.Deleted != int64(2*hers+1) || s.VerifiedAt == nil {
			t.Fatalf("exit %d, %+v\n%s%s", r.Code, s, r.Stdout, r.Stderr)
		}
	})
	t.Logf("%d documents and %d with elements, %d of each hers: access %d KiB, erasure %d KiB", notes, threads, hers, kib[0], kib[1])
	return kib
}

// deskRows is how many documents the larger desks have.
func deskRows(t *testing.T, otherwise int) int {
	t.Helper()
	text := os.Getenv(deskRowsEnv)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1_000 {
		t.Fatalf("%s is no number from 1000 on", deskRowsEnv)
	}
	return n
}

// What may be added to a tenth, in KiB: what the work on a thousand rows takes, and a row that waits for its turn, in the connector and on its way there.
const (
	deskUnit = 20 << 10
	deskRow  = 1
)

// TestDeskMemoryDoesNotGrow: a hundred times the documents, among which a person's are found for a copy, and then erased, take the same memory of all processes
// together. Where the documents are the person's own, a copy takes the same too, and an erasure little for each row. FerretDB is over PostgreSQL here: elsewhere it reads a
// whole collection for each document it writes.
func TestDeskMemoryDoesNotGrow(t *testing.T) {
	t.Parallel()
	store, err := servers.NewMongoOnPostgres()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Drop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	n := deskRows(t, 2_000)
	hers, own := min(n/400, 200), n/10
	few := peaks(t, store, n/100, n/100, hers)
	for what, x := range map[string]struct {
		kib  [2]int64
		rows int64 // of the person, more than of the few
	}{"a hundred times the documents": {peaks(t, store, n, n/10, hers), 0}, "all of them hers": {peaks(t, store, own, own, own), int64(2 * (own - hers))}} {
		for i, right := range []string{"access", "erasure"} {
			most := few[i]*11/10 + deskUnit
			if right == "erasure" {
				most += deskRow * x.rows
			}
			if x.kib[i] > most {
				t.Errorf("%s, %s: %d KiB, few take %d; want at most %d", what, right, x.kib[i], few[i], most)
			}
		}
	}
}
