package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/servers"
)

// squeezedAs is text compressed.
func squeezedAs(t *testing.T, how squeezed, text string) string {
	t.Helper()
	var out bytes.Buffer
	w, err := how.squeeze(&out)
	if err == nil {
		_, err = w.Write([]byte(text))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestReplacedSinceItWasRead: an object is rewritten from what was read of it; one that is replaced between is the writer's, whether that was a moment ago or not.
func TestReplacedSinceItWasRead(t *testing.T) {
	t.Parallel()
	rows := measurements(3, 2)
	for name, c := range map[string]struct {
		sel           connectors.Selection
		key, was, now string
	}{
		"plain":   {by(imports, "who", "C-1"), january, "no,who\n1,C-1\n2,C-2\n", "no,who\n2,C-2\n3,C-1\n"},
		"gzip":    {by(imports, "who", "C-1"), january, squeezedAs(t, gzipped, "no,who\n1,C-1\n2,C-2\n"), squeezedAs(t, gzipped, "no,who\n2,C-2\n3,C-1\n")},
		"parquet": {by(lakes, "who", "C-1"), "lake/2024-01.parquet", asParquet(t, rows, 3), asParquet(t, rows[1:], 3)},
	} {
		for _, late := range []time.Duration{0, time.Minute} {
			t.Run(fmt.Sprint(name, " ", late), func(t *testing.T) {
				t.Parallel()
				b := newBucket(t, servers.Plain)
				b.put(t, c.key, c.was)
				var passed time.Duration
				b.now = func() time.Time { return time.Now().Add(passed) }
				out, err := b.Apply(t.Context(), []connectors.Treatment{remove(c.sel)}, connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error {
					passed = late
					b.put(t, c.key, c.now)
					return nil
				}})
				if !errors.Is(err, connectors.ErrTryLater) || out[0].Changed != 0 {
					t.Errorf("%v, %v", out, err)
				}
				if d := cmp.Diff(map[string][]string{c.key: {c.now}}, b.contents(t)); d != "" {
					t.Error(d)
				}
				if _, err := b.Apply(t.Context(), []connectors.Treatment{remove(c.sel)}, connectors.ApplyOptions{Confirm: yes}); err != nil {
					t.Fatal(err)
				}
				b.count(t, 0, c.sel)
			})
		}
	}
}

// TestReadOnce: what there is room for is not read again, and what there is none for is; both end alike.
func TestReadOnce(t *testing.T) {
	t.Parallel()
	const many = 6
	filler := strings.Repeat("0,someone else\n", 900_000/15)
	for room, want := range map[string]int{"": many, "0": many + 2} { // 4 MiB lie in memory
		t.Run("spool_mib "+room, func(t *testing.T) {
			t.Parallel()
			direct := newBucket(t, servers.Plain)
			after := map[string][]string{}
			for i := range many {
				key := fmt.Sprintf("imports/2024-%02d.csv", i)
				direct.put(t, key, "no,who\n1,C-1\n"+filler)
				after[key] = []string{"no,who\n" + filler}
			}
			x := &between{}
			b := direct.through(t, x)
			var err error
			if b.keep, err = spoolOf(connectors.Config{settingSpool: room}); err != nil {
				t.Fatal(err)
			}
			b.apply(t, many, remove(by(imports, "who", "C-1")))
			if read := x.said("GET"); read != want {
				t.Errorf("%d objects were read, want %d of %d", read, want, many)
			}
			if d := cmp.Diff(after, direct.contents(t)); d != "" {
				t.Error("what is left is not what was there")
			}
		})
	}
	if _, err := spoolOf(connectors.Config{settingSpool: "a lot"}); err == nil {
		t.Error("spool_mib: a lot was taken")
	}
}

// TestReadOnceForAll: however many treatments of a collection there are, each object is read once, and so it is for what is counted together.
func TestReadOnceForAll(t *testing.T) {
	t.Parallel()
	const many = 6
	direct := newBucket(t, servers.Plain)
	after := map[string][]string{}
	for i := range many {
		key, row := fmt.Sprintf("imports/2024-%02d.csv", i), fmt.Sprintf("1,C-%d\n", 1+i%3)
		direct.put(t, key, "no,who\n"+row+"2,C-9\n")
		if after[key] = []string{"no,who\n" + row + "2,C-9\n"}; i%3 < 2 {
			after[key] = []string{"no,who\n2,C-9\n"}
		}
	}
	var x between
	b := direct.through(t, &x)
	var do []connectors.Treatment
	var sels []connectors.Selection
	for i, c := range []connectors.Collection{imports, imports, letters, imports} {
		one := remove(by(c, "who", fmt.Sprint("C-", 1+i)))
		one.ID = fmt.Sprint("of ", 1+i)
		do, sels = append(do, one), append(sels, one.On)
	}
	n, err := b.Count(t.Context(), sels)
	if err != nil || n[0].Total != 2 || n[1].Total != 2 || n[3].Total != 0 {
		t.Errorf("counted: %v, %v", n, err)
	}
	if read := x.said("GET"); read != many {
		t.Errorf("to count, %d objects were read, want %d", read, many)
	}
	out, err := b.Apply(t.Context(), do, connectors.ApplyOptions{Confirm: yes})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int64{2, 2, 0, 0} {
		if out[i].ID != do[i].ID || out[i].Changed != want || out[i].ByPerson[0] != want {
			t.Errorf("%s changed %d rows, want %d", out[i].ID, out[i].Changed, want)
		}
	}
	if read := x.said("GET"); read != 2*many {
		t.Errorf("to delete, %d objects were read, want %d", read-many, many)
	}
	if d := cmp.Diff(after, direct.contents(t)); d != "" {
		t.Error(d)
	}
}

// TestTreatmentsTogether: what is looked for in one tour keeps the order of treatments that may concern the same objects; and of two of one collection, the later finds
// what the earlier leaves.
func TestTreatmentsTogether(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Plain)
	b.put(t, january, "no,who,said\n1,C-1,a\n2,C-2,b\n")
	set := func(id, to string, from ...any) connectors.Treatment {
		return connectors.Treatment{ID: id, Verb: connectors.Set, AtMost: 9, On: by(imports, "who", "C-1", "C-2"), Assign: []connectors.Assign{{Field: "said", To: to, From: from}}}
	}
	out, err := b.Apply(t.Context(), []connectors.Treatment{set("first", "x"), set("second", "y", "x"), remove(by(imports, "who", "C-2"))}, connectors.ApplyOptions{Confirm: yes})
	if err != nil || out[0].Changed != 2 || out[1].Changed != 2 || out[2].Changed != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	if d := cmp.Diff(map[string][]string{january: {"no,who,said\n1,C-1,y\n"}}, b.contents(t)); d != "" {
		t.Error(d)
	}
	places := func(verbs string) string {
		a := &application{store: b.store}
		for i, v := range strings.Fields(verbs) {
			w := work{Treatment: connectors.Treatment{ID: fmt.Sprint(i), Verb: connectors.Delete, On: connectors.Selection{Collection: imports}}}
			switch v {
			case "ensure":
				w.Verb = connectors.Ensure
			case "alike":
				w.On.Collection.Name = "others"
			case "letters":
				w.On.Collection = letters
			}
			var err error
			if w.from, err = b.limits.Understand(w.On.Collection); err != nil {
				t.Fatal(err)
			}
			a.works = append(a.works, w)
		}
		var groups []string
		for _, ws := range a.together() {
			var ids []string
			for _, w := range ws {
				ids = append(ids, w.ID)
			}
			groups = append(groups, strings.Join(ids, "+"))
		}
		return strings.Join(groups, " ")
	}
	for verbs, want := range map[string]string{"rows rows": "0+1", "rows letters rows": "0+2 1", "rows ensure rows": "0 1 2", "rows alike rows": "0 1 2", "alike alike": "0+1"} {
		if got := places(verbs); got != want {
			t.Errorf("%s: %s, want %s", verbs, got, want)
		}
	}
}
