package mongodb_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/mongodb"
	"github.com/dossier-dsr/dossier/test/servers"
)

// scripts are what the process does that is killed: to documents, to elements of them, and to files.
var scripts = map[string][]connectors.Treatment{
	"erase":   {del(of(comments, commentKey, "author", "C-1")), del(of("cards", []string{"_id"}, "no", "C-1")), del(of("gridfs:photos", []string{"_id"}, "no", "C-1"))},
	"correct": {named(of(comments, commentKey, "author", "C-1"), "text"), named(of("cards", []string{"_id"}, "no", "C-1"), "name")},
	"block":   {hold(connectors.Block, "r", of(comments, commentKey, "author", "C-1")), hold(connectors.Block, "r", of("cards", []string{"_id"}, "no", "C-1")), hold(connectors.Block, "r", of("gridfs:photos", []string{"_id"}, "no", "C-1"))},
	"lift":    {hold(connectors.Release, "r", of(comments, commentKey, "author", "C-1")), hold(connectors.Release, "r", of("cards", []string{"_id"}, "no", "C-1")), hold(connectors.Release, "r", of("gridfs:photos", []string{"_id"}, "no", "C-1"))},
}

func named(sel connectors.Selection, field string) connectors.Treatment {
	return connectors.Treatment{Verb: connectors.Set, On: sel, Assign: []connectors.Assign{{Field: field, To: "other"}}}
}

// TestMain is also the process that is killed: with a script in its environment it carries that out and nothing else.
func TestMain(m *testing.M) {
	if script := os.Getenv("MONGODB_TEST_SCRIPT"); script != "" {
		if err := perform(script); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func perform(script string) error {
	store, err := mongodb.Connector{}.Open(context.Background(), connectors.Config{"url": os.Getenv("MONGODB_TEST_URL"), "database": os.Getenv("MONGODB_TEST_DATABASE")})
	if err != nil {
		return err
	}
	_, err = carryOut(context.Background(), store, script)
	return err
}

func carryOut(ctx context.Context, store connectors.Store, script string) ([]connectors.Outcome, error) {
	do := slices.Clone(scripts[script])
	for i := range do {
		do[i].ID, do[i].AtMost = string(rune('a'+i)), 100
	}
	w, _ := connectors.As[connectors.Writer](store)
	return w.Apply(ctx, do, connectors.ApplyOptions{Confirm: yes})
}

// archive is a house with something of everything: of C-1 and of others.
func archive(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	tickets(h)
	cards(h, "C-1", "C-2", "C-1")
	for i, file := range []struct{ no, content string }{{"C-1", "hers, of some pieces"}, {"C-2", "another's"}} {
		id, n := bson.ObjectID{1, byte(i)}, int32(0)
		h.lay("photos.files", bson.D{{Key: "_id", Value: id}, {Key: "length", Value: int64(len(file.content))}, {Key: "chunkSize", Value: int32(10)}, {Key: "uploadDate", Value: bson.DateTime(1)},
			{Key: "filename", Value: "x.jpg"}, {Key: "no", Value: file.no}})
		for part := range slices.Chunk([]byte(file.content), 10) {
			h.lay("photos.chunks", bson.D{{Key: "_id", Value: bson.ObjectID{2, byte(i), byte(n)}}, {Key: "files_id", Value: id}, {Key: "n", Value: n}, {Key: "data", Value: bson.Binary{Data: part}}})
			n++
		}
	}
	return h
}

// contents are the documents of all collections applications see.
func (h *house) contents() map[string]string {
	out := map[string]string{}
	for _, coll := range []string{"tickets", "cards", "photos.files", "photos.chunks"} {
		for id, doc := range h.texts(coll) {
			out[coll+" "+id] = doc
		}
	}
	return out
}

// hers is how many rows of C-1 are found, wherever they are.
func (h *house) hers() (n int) {
	h.t.Helper()
	for _, x := range scripts["erase"] {
		rows, err := h.locate(x.On)
		if err != nil {
			h.t.Error(err)
		}
		n += len(rows)
	}
	return n
}

// writes are the places, among the commands that were sent, of those that change something.
func writes(heard []string) []int {
	var out []int
	for i, c := range heard {
		for _, w := range []string{`{"insert"`, `{"update"`, `{"delete"`, `{"findAndModify"`} {
			if strings.HasPrefix(c, w) {
				out = append(out, i)
			}
		}
	}
	return out
}

// before lets n commands pass, and then does something as the next comes.
func before(b *servers.Between, n int, when servers.When, do func()) *servers.Cut {
	for range n {
		b.Cut(servers.Cut{When: servers.Never})
	}
	return b.Cut(servers.Cut{When: when, First: do})
}

// TestKilled kills the process as each command that changes something comes to the server. No row of the person is lost or there twice, those of others
// are as they were, and the same call again ends where an undisturbed one does.
func TestKilled(t *testing.T) {
	disturbed(t, slices.Sorted(maps.Keys(scripts)), func(t *testing.T, h *house, script string, n int) {
		between := servers.NewBetween(t, h.URL)
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), "MONGODB_TEST_SCRIPT="+script, "MONGODB_TEST_URL="+between.URL, "MONGODB_TEST_DATABASE="+h.Database)
		started := make(chan struct{})
		before(between, n, servers.Before, func() { <-started; _ = child.Process.Kill() })
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		close(started)
		if err := child.Wait(); child.ProcessState.ExitCode() != -1 {
			t.Fatalf("the process was not killed: %v", err)
		}
	})
}

// TestCut cuts the connection as the server answers, or while a command is with it: what the server did is not known, and is tried again.
func TestCut(t *testing.T) {
	for when, list := range map[servers.When][]string{servers.After: {"block", "erase", "lift"}, servers.During: {"correct"}} {
		disturbed(t, list, func(t *testing.T, h *house, script string, n int) {
			between := servers.NewBetween(t, h.URL)
			store, err := mongodb.Connector{}.Open(t.Context(), connectors.Config{"url": between.URL, "database": h.Database})
			if err != nil {
				t.Fatal(err)
			}
			defer store.Close()
			opening := len(between.Heard())
			cut := before(between, n-opening, when, nil)
			_, err = carryOut(t.Context(), store, script)
			<-cut.Done()
			if !errors.Is(err, connectors.ErrTryLater) && (when == servers.After || err != nil) { // the answer may come before the cut
				t.Errorf("%v; want to try later:\n%s", err, strings.Join(between.Heard(), "\n"))
			}
		})
	}
}

// disturbed carries scripts out, disturbed at each of its writes, and then once more.
func disturbed(t *testing.T, list []string, disturb func(t *testing.T, h *house, script string, n int)) {
	t.Helper()
	for _, script := range list {
		first := archive(t)
		initial := first.contents()
		if script == "lift" {
			first.carries("block")
		}
		between := servers.NewBetween(t, first.URL)
		first.through(between.URL).carries(script)
		after, at := first.contents(), writes(between.Heard())
		if len(at) < 2 {
			t.Fatalf("%s writes %d times", script, len(at))
		}
		for _, n := range at {
			t.Run(fmt.Sprint(script, " ", n), func(t *testing.T) {
				t.Parallel()
				h := archive(t)
				if script == "lift" {
					h.carries("block")
				}
				disturb(t, h, script, n)
				if left := h.hers(); script != "erase" && left != 5 || left > 5 {
					t.Errorf("%d rows of hers are found, of 5", left)
				}
				h.carries(script)
				now := h.contents()
				for k, doc := range after {
					if now[k] != doc {
						t.Errorf("%s is\n%s\nwant\n%s", k, now[k], doc)
					}
				}
				for k, doc := range now {
					if _, ok := after[k]; !ok {
						t.Errorf("%s is there: %s", k, doc)
					}
				}
				if script == "block" {
					h.carries("lift")
					if left := h.contents(); !maps.Equal(left, initial) {
						t.Errorf("after the lift:\n%v\nwant\n%v", left, initial)
					}
				}
				rows, err := h.Client.Database(h.Held).Collection("rows").CountDocuments(t.Context(), bson.D{})
				if err != nil || rows != 0 {
					t.Errorf("%d rows are still held, %v", rows, err)
				}
				chunks, err := h.Client.Database(h.Held).Collection("photos.chunks").CountDocuments(t.Context(), bson.D{})
				if err != nil || chunks != 0 {
					t.Errorf("%d chunks are still held, %v", chunks, err)
				}
			})
		}
	}
}

// through is the same house, its store reached another way.
func (h *house) through(url string) *house {
	h.t.Helper()
	other := *h
	var err error
	if other.store, err = (mongodb.Connector{}).Open(h.t.Context(), connectors.Config{"url": url, "database": h.Database}); err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = other.store.Close() })
	return &other
}

func (h *house) carries(script string) {
	h.t.Helper()
	if _, err := carryOut(h.t.Context(), h.store, script); err != nil {
		h.t.Fatalf("%s: %v", script, err)
	}
}
