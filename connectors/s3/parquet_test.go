package s3

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/servers"
)

// lakes are rows of many members in Parquet objects, a month each.
var lakes = connectors.Collection{Name: "lake", At: "lake/{month}.parquet", Key: []string{"who", "at"}, Rows: &connectors.RowFormat{Format: "parquet"}}

type taken struct {
	Who string   `parquet:"who,dict,zstd"`
	At  int64    `parquet:"at,timestamp(microsecond:utc),delta"`
	Val *float64 `parquet:"val,optional"`
	Of  []string `parquet:"of,list"`
}

// measurements are rows of persons from C-0 on, of whom each has one in every row group but the last.
func measurements(persons, groups int) (rows []taken) {
	for g := range groups {
		for p := range persons {
			v := float64(p) / 4
			m := taken{Who: fmt.Sprintf("C-%d", p), At: int64(g*1000+p) * 1_000_000}
			if p%3 > 0 {
				m.Val, m.Of = &v, []string{"a", fmt.Sprint("of ", p)}
			}
			rows = append(rows, m)
		}
	}
	return rows
}

func asParquet(t *testing.T, rows []taken, each int) string {
	t.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[taken](&b, parquet.MaxRowsPerRowGroup(int64(each)), parquet.PageBufferSize(2000))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func fromParquet(t *testing.T, content string) []taken {
	t.Helper()
	rows, err := parquet.Read[taken](strings.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		if len(rows[i].Of) == 0 { // the library reads no list where there is an empty one
			rows[i].Of = nil
		}
	}
	return rows
}

func others(rows []taken, who string) []taken {
	return slices.DeleteFunc(slices.Clone(rows), func(m taken) bool { return m.Who == who })
}

// TestParquetVersions: a person's rows go from Parquet objects whatever version they stand in, others' rows stay as they are, and an object in which the
// person has none is not written at all.
func TestParquetVersions(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Versioned)
	early, late := measurements(40, 5), measurements(60, 5)
	b.put(t, "lake/2024-01.parquet", asParquet(t, early, 40))
	b.put(t, "lake/2024-01.parquet", asParquet(t, late, 60))
	foreign := asParquet(t, others(early, "C-7"), 40)
	b.put(t, "lake/2024-02.parquet", foreign)
	b.count(t, 5, by(lakes, "who", "C-7"))
	b.apply(t, 5, remove(by(lakes, "who", "C-7")))
	got := b.contents(t)
	if n := len(got["lake/2024-01.parquet"]); n != 1 {
		t.Fatalf("%d versions are left of an object, want 1", n)
	}
	if d := cmp.Diff(others(late, "C-7"), fromParquet(t, got["lake/2024-01.parquet"][0])); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]string{foreign}, got["lake/2024-02.parquet"]); d != "" {
		t.Error("an object without rows of the person was written")
	}
	b.count(t, 0, by(lakes, "who", "C-7"))
	b.apply(t, 0, remove(by(lakes, "who", "C-7")))
}

// TestParquetMeanwhile: an object that is replaced after its rows were found is not written over.
func TestParquetMeanwhile(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Plain)
	rows := measurements(20, 2)
	b.put(t, "lake/2024-01.parquet", asParquet(t, rows, 20))
	theirs := asParquet(t, append(rows, taken{Who: "C-3", At: 99}), 20)
	once := false
	b.at = func(step string) {
		if step == "filled" && !once {
			once = true
			b.put(t, "lake/2024-01.parquet", theirs)
		}
	}
	_, err := b.Apply(t.Context(), []connectors.Treatment{remove(by(lakes, "who", "C-3"))}, connectors.ApplyOptions{Confirm: yes})
	if !errors.Is(err, connectors.ErrTryLater) || !once {
		t.Errorf("an object that was replaced meanwhile: %v", err)
	}
	if d := cmp.Diff([]string{theirs}, b.contents(t)["lake/2024-01.parquet"]); d != "" {
		t.Error("what the other writer wrote is gone")
	}
	b.apply(t, 3, remove(by(lakes, "who", "C-3")))
	if d := cmp.Diff(others(rows, "C-3"), fromParquet(t, b.contents(t)["lake/2024-01.parquet"][0])); d != "" {
		t.Error(d)
	}
}

// TestParquetKilled kills the process in the middle of a change of a Parquet object; the same call again ends where an undisturbed one does, and what was
// restricted comes back row for row.
func TestParquetKilled(t *testing.T) {
	t.Parallel()
	rows := measurements(30, 3)
	for _, c := range []struct{ script, step string }{{"erase lake", "filled"}, {"erase lake", "replaced"}, {"block lake", "kept"}, {"block lake", "replaced"}, {"lift lake", "replaced"}} {
		t.Run(c.script+" "+c.step, func(t *testing.T) {
			t.Parallel()
			b := newBucket(t, servers.Versioned)
			const key = "lake/2024-01.parquet"
			b.put(t, key, asParquet(t, rows, 30))
			want := others(rows, "C-9")
			if c.script == "lift lake" {
				b.apply(t, 3, scripts["block lake"]...)
				want = rows
			}
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), "S3_TEST_STEP="+c.step, "S3_TEST_SCRIPT="+c.script)
			for name, value := range b.Settings() {
				child.Env = append(child.Env, "S3_TEST_"+name+"="+value)
			}
			if err := child.Run(); child.ProcessState.ExitCode() != -1 {
				t.Fatalf("the process was not killed at this step: %v", err)
			}
			for _, content := range b.contents(t)[key] {
				if n := len(fromParquet(t, content)); n != len(rows) && n != len(rows)-3 {
					t.Errorf("applications see %d rows", n)
				}
			}
			if _, err := b.Apply(t.Context(), scripts[c.script], connectors.ApplyOptions{Confirm: yes}); err != nil {
				t.Fatal(err)
			}
			got := b.contents(t)[key]
			if len(got) != 1 {
				t.Fatalf("%d versions are left, want 1", len(got))
			}
			if d := cmp.Diff(want, fromParquet(t, got[0])); d != "" {
				t.Error(d)
			}
			if c.script == "block lake" {
				b.count(t, 3, by(lakes, "who", "C-9"))
				b.apply(t, 3, scripts["lift lake"]...)
				if d := cmp.Diff(rows, fromParquet(t, b.contents(t)[key][0])); d != "" {
					t.Error(d)
				}
			}
		})
	}
}
