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
