package faults

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/test/product"
)

// TestALyingConnectorOfTheDesk: a connector that leaves elements out, does nothing at all, or takes somebody else's rows, and says that all was done: nothing is called
// done, time alone mends nothing, and whose rows were touched is seen. One that does its work only when it is closed is called done when it has.
func TestALyingConnectorOfTheDesk(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		how   string
		codes []string
		edits []string // of the map
	}{
		"skips elements":              {"skip\ncomments", []string{"late_rows", "not_done"}, nil},
		"skips an anonymisation":      {"skip\ntickets", []string{"not_done"}, nil},
		"does nothing":                {"nothing\n", []string{"not_done"}, nil},
		"takes an element of another": {"beside\ncomments author C-20", []string{"possible_breach"}, nil},
		"takes one that has a name":   {"beside\ncomments author C-20", []string{"possible_breach"}, []string{"key: no", "key: author"}},
		"takes another's document":    {"beside\nmembers member_no C-20", []string{"possible_breach"}, nil},
		"is late":                     {"late\n", nil, nil},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, x.edits...)
			first := d.everything(t)
			d.byLiar(t, "mongodb")
			p := d.planned(t, "C-2")
			order := filepath.Join(d.Temp(), orders)
			if err := os.WriteFile(order, fmt.Append(nil, x.how), 0o600); err != nil {
				t.Fatal(err)
			}
			d.applied(t, p)
			if x.codes == nil {
				if st := d.Standing(t, p.Request); st.State != "running" || d.Receipt(t, p.Request) != nil {
					t.Fatalf("called done after one look: %+v", *st)
				}
				if err := os.Remove(order); err != nil {
					t.Fatal(err)
				}
				d.ended(t, p.Request, without(first))
				return
			}
			d.neverDone(t, p.Request, "desk", x.codes)
		})
	}
}

// neverDone fails where a system does not stand at attention for one of these reasons, now and after a day, or anything says that the request is done.
func (c *club) neverDone(t *testing.T, id, system string, codes []string) {
	t.Helper()
	for range 2 {
		st := c.Standing(t, id)
		y := product.System(t, st, system)
		if st.State != "running" || st.WaitsFor != "person" || y.State != "attention" || !slices.ContainsFunc(y.Codes, func(c string) bool { return slices.Contains(codes, c) }) {
			t.Errorf("the request is %s, the system %s %v (%s); want one of %v", st.State, y.State, y.Codes, y.Why, codes)
		}
		if c.Receipt(t, id) != nil || c.Tombstone(t, id) != "intended" {
			t.Error("there is a receipt, or a verified tombstone")
		}
		c.Later(25 * time.Hour)
		c.Must(t, "--json", "request", "resume", id)
	}
}

// TestALyingConnectorOfKeysInNoOrder: rows of others are compared also where keys tell nothing about which stand beside the person's.
func TestALyingConnectorOfKeysInNoOrder(t *testing.T) {
	t.Parallel()
	c := newClub(t, onPostgres, "ALTER TABLE vehicles ALTER id DROP DEFAULT, ALTER id TYPE uuid USING gen_random_uuid()")
	c.byLiar(t, "postgres")
	p := c.planned(t, "C-2")
	if err := os.WriteFile(filepath.Join(c.Temp(), orders), []byte("beside\nvehicles member_id 1 3"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.applied(t, p)
	c.neverDone(t, p.Request, "register", []string{"possible_breach"})
}
