package host_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/host"
	"github.com/dossier-dsr/dossier/plugins/plugintest"
)

func TestEnvironmentStaysHere(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "of the host")
	s := open(t, plugintest.Start(t, "stub", host.Options{Env: []string{"GIVEN=on purpose"}}), nil)
	got, err := read(t, s, "environment")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range got {
		name, _, _ := strings.Cut(v.(string), "=")
		if !strings.HasPrefix(name, "PLUGIN_") && !slices.Contains([]string{"DOSSIER_CONNECTOR_COOKIE", "DOSSIER_TEST_ROLE", "GIVEN", "GOTRACEBACK", "TMPDIR"}, name) {
			t.Errorf("%s reached the connector", name)
		}
	}
	if !slices.Contains(got, any("GIVEN=on purpose")) {
		t.Error("what was given on purpose did not arrive")
	}
	if in, err := read(t, s, "stdin"); err != nil || len(in) != 1 || in[0] != "" {
		t.Errorf("standard input: %v, %v", in, err)
	}
}

func TestCancelledLocateEndsOnBothSides(t *testing.T) {
	for _, at := range []string{"forever", "silent"} {
		line := plugintest.NewLine(t)
		s := open(t, plugintest.Start(t, "stub", host.Options{}), connectors.Config{"line": line.Path})
		ctx, cancel := context.WithCancel(t.Context())
		sel := connectors.Selection{Collection: connectors.Collection{At: at}, All: true, Fields: []string{"f"}}
		if at == "silent" {
			go func() {
				line.Expect("locating")
				cancel()
			}()
		}
		err := connectors.Each(ctx, s, sel, func(int, []any) error {
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", at, err)
		}
		line.Expect("locate ended")
		cancel()
	}
}

func TestReaderThatLeavesEndsTheWork(t *testing.T) {
	line := plugintest.NewLine(t)
	s := open(t, plugintest.Start(t, "stub", host.Options{}), connectors.Config{"line": line.Path})
	enough := errors.New("enough")
	err := connectors.Each(t.Context(), s, at("forever"), func(int, []any) error { return enough })
	if !errors.Is(err, enough) {
		t.Fatal(err)
	}
	line.Expect("locate ended")
}

func TestTenMegabytesPass(t *testing.T) {
	l := newLedger(t, host.Options{})
	large := strings.Repeat("å", 5<<20)
	do := on("large")
	do[0].On.Any = []connectors.Match{{Fields: []string{"k"}, Values: []connectors.Tuple{{Values: []any{large}}}}}
	got, err := l.Apply(t.Context(), do, connectors.ApplyOptions{Confirm: yes})
	if err != nil || got[0].LinkKeys.Tuples[0].Values[0] != large {
		t.Fatalf("there and back: %v", err)
	}
	s := open(t, plugintest.Start(t, "stub", host.Options{}), nil)
	rows, err := read(t, s, "large")
	if err != nil || len(rows) != 1 || rows[0] != large {
		t.Fatalf("a row: %d, %v", len(rows), err)
	}
	if _, err := read(t, s, "too large"); err == nil || !strings.Contains(err.Error(), "blob") {
		t.Fatalf("a row beyond the limit: %v", err)
	}
	if rows, err = read(t, s, "row"); err != nil || len(rows) != 1 {
		t.Fatalf("afterwards: %v", err)
	}
}

// A million rows of 50 bytes are 60 MB on the wire; neither side may hold a tenth of it.
func TestMemoryStaysFlat(t *testing.T) {
	p := plugintest.Start(t, "stub", host.Options{})
	s := open(t, p, nil)
	before := peak(t, p.PID())
	n, most := 0, uint64(0)
	var kept [][]any // a thousand of them: a row kept must not keep its batch
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	start := m.HeapAlloc
	err := connectors.Each(t.Context(), s, at("million"), func(_ int, values []any) error {
		if n%1000 == 0 {
			kept = append(kept, values)
		}
		if n++; n%100_000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
		return nil
	})
	if err != nil || n != 1_000_000 || len(kept) != 1000 {
		t.Fatalf("%d rows, %v", n, err)
	}
	if most > start+16<<20 {
		t.Errorf("the host's heap grew from %d to %d KiB", start>>10, most>>10)
	}
	if after := peak(t, p.PID()); after > before+32<<10 {
		t.Errorf("the connector's memory grew from %d to %d KiB", before, after)
	}
}

// peak is the most memory a process has had, in KiB.
func peak(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A grandchild may hold the connector's output open; the host does not wait for it.
func TestGrandchildKeepsNobodyWaiting(t *testing.T) {
	line := plugintest.NewLine(t)
	p := plugintest.Start(t, "stub", host.Options{})
	s := open(t, p, connectors.Config{"line": line.Path})
	if _, err := read(t, s, "grandchild"); err != nil {
		t.Fatal(err)
	}
	word, _ := line.Next()
	pid, err := strconv.Atoi(word)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Kill(pid, syscall.SIGKILL)
	if err := syscall.Kill(p.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.Gone():
	case <-time.After(time.Minute): // the grandchild lives for an hour
		t.Fatal("the host waits for a grandchild")
	}
	if err := syscall.Kill(pid, 0); err != nil {
		t.Fatalf("the grandchild was to outlive its parent: %v", err)
	}
}

func TestBlobs(t *testing.T) {
	line := plugintest.NewLine(t)
	s := open(t, plugintest.Start(t, "stub", host.Options{}), connectors.Config{"line": line.Path})
	blobs := as[connectors.BlobOpener](t, s)
	for _, size := range []int64{0, 1, 256 << 10, 3<<20 + 1} {
		b, err := blobs.OpenBlob(t.Context(), connectors.Blob{ID: "b", Size: size})
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, b)
		if err != nil || n != size {
			t.Errorf("%d bytes of %d, %v", n, size, err)
		}
		b.Close()
		line.Expect("blob closed")
	}
	b, err := blobs.OpenBlob(t.Context(), connectors.Blob{ID: "b", Size: 1 << 40})
	if err != nil {
		t.Fatal(err)
	}
	b.Close() // unread
	line.Expect("blob closed")
	if _, err := blobs.OpenBlob(t.Context(), connectors.Blob{ID: "missing"}); !errors.Is(err, connectors.ErrNoCollection) {
		t.Errorf("missing: %v", err)
	}
	b, err = blobs.OpenBlob(t.Context(), connectors.Blob{ID: "breaks", Size: 10})
	if err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(b); err == nil || len(data) != 10 || !strings.Contains(err.Error(), "the disk broke") {
		t.Errorf("a blob that breaks: %d bytes, %v", len(data), err)
	}
	b.Close()
}

func TestManyAtOnce(t *testing.T) {
	p := plugintest.Start(t, "stub", host.Options{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			s, err := p.Open(t.Context(), nil)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			for range 20 {
				if rows, err := read(t, s, "row"); err != nil || len(rows) != 1 {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// TestProgress: who looks hears how far it is, and a connector nobody looks at is told so.
func TestProgress(t *testing.T) {
	s := open(t, plugintest.Start(t, "stub", host.Options{}), nil)
	if got, err := read(t, s, "counting"); err != nil || len(got) != 1 || got[0] != "nobody looks" {
		t.Errorf("%v, %v", got, err)
	}
	var heard [][2]int64
	ctx := connectors.WithProgress(t.Context(), func(done, total int64) { heard = append(heard, [2]int64{done, total}) })
	sel := connectors.Selection{Collection: connectors.Collection{At: "counting"}, All: true, Fields: []string{"f"}}
	err := connectors.Each(ctx, s, sel, func(_ int, row []any) error {
		if row[0] != "told" {
			t.Errorf("%v", row)
		}
		return nil
	})
	if err != nil || !slices.Equal(heard, [][2]int64{{1, 3}, {2, 3}, {3, 3}}) {
		t.Errorf("heard %v, %v", heard, err)
	}
}

// TestProgressOfWork: who looks hears how far a count, a probe and a change are, and what is told while the host is asked is no answer to it.
func TestProgressOfWork(t *testing.T) {
	s := open(t, plugintest.Start(t, "stub", host.Options{}), map[string]string{"file": filepath.Join(t.TempDir(), "done")})
	heard := make(chan [2]int64, 10)
	ctx := connectors.WithProgress(t.Context(), func(done, total int64) {
		select {
		case heard <- [2]int64{done, total}:
		default:
		}
	})
	sel := connectors.Selection{Collection: connectors.Collection{At: "counting"}, All: true}
	counter, _ := connectors.As[connectors.Counter](s)
	prober, _ := connectors.As[connectors.Prober](s)
	writer, _ := connectors.As[connectors.Writer](s)
	for _, ctx := range []context.Context{t.Context(), ctx} {
		if n, err := counter.Count(ctx, []connectors.Selection{sel}); err != nil || n[0].Total != 1 {
			t.Errorf("%v, %v", n, err)
		}
		if r, w, err := prober.Probe(ctx, sel); err != nil || r != 1 || w != 0 {
			t.Errorf("%d, %d, %v", r, w, err)
		}
	}
	if len(heard) != 2 || <-heard != [2]int64{1, 1} || <-heard != [2]int64{2, 2} {
		t.Error("what was told of a count and of a probe was not heard, once each")
	}
	do := []connectors.Treatment{{ID: "t1", Verb: connectors.Delete, On: sel, AtMost: 9}}
	if _, err := writer.Apply(t.Context(), do, connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return nil }}); err == nil {
		t.Error("nobody looks, and it was told somebody does")
	}
	out, err := writer.Apply(ctx, do, connectors.ApplyOptions{Confirm: func(ctx context.Context, _ []connectors.Outcome) error {
		if a, b := <-heard, <-heard; a != [2]int64{1, 3} || b != [2]int64{2, 3} {
			t.Errorf("heard %v and %v", a, b)
		}
		return ctx.Err()
	}})
	if err != nil || out[0].Changed != 1 {
		t.Errorf("%+v, %v", out, err)
	}
}
