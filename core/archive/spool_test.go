package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/dossier-dsr/dossier/core/request"
)

// visible keeps its files in the folder, so that a test can look into them.
func visible(dir string) (spoolFile, error) { return os.CreateTemp(dir, spoolPattern) }

func plenty(string) (int64, error) { return 1 << 50, nil }

// noise is text that does not get smaller; another one for each seed.
func noise(seed, n int) string {
	r := rand.New(rand.NewPCG(uint64(seed), 2))
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, "%x", r.Uint64())
	}
	return b.String()
}

var marked = TableInfo{System: "S", Label: "Marked", Fields: []Field{{Name: "a"}, {Name: "b"}}}

func TestSpoolsAreSealedAndRemoved(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	b, err := newBuilder(&out, Config{Spool: dir}, info("pl", request.Access), visible, plenty)
	if err != nil {
		t.Fatal(err)
	}
	tab, err := b.Table(marked)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2000 { // in a file that is not sealed noise would stand nearly in clear
		if err := tab.Row(t.Context(), "PESEL-80051712345", noise(i, 300)); err != nil {
			t.Fatal(err)
		}
	}
	tab.stop()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 2 {
		t.Fatalf("%d temporary files, %v", len(files), err)
	}
	piece := []byte(noise(0, 300)[40:72])
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if len(raw) == 0 || len(raw)%(chunkSize+16) != 0 {
			t.Errorf("%d bytes are no sealed chunks", len(raw))
		}
		if bytes.Contains(raw, []byte("PESEL")) || bytes.Contains(raw, piece) {
			t.Error("a temporary file can be read")
		}
	}
	tab.closed = false // so that Abort finds it open, its encoders ended above
	tab.toCSV, tab.toJSON = make(chan [][]any, 2), make(chan [][]any, 2)
	b.Abort()
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 0 {
		t.Errorf("after Abort %d temporary files are left", len(files))
	}
	if _, err := b.Table(marked); err == nil {
		t.Error("a package given up takes tables")
	}
}

// What a spool writes tells nothing, not even that two of them hold the same; and any part of it comes back.
func TestSpoolHidesAndGivesBack(t *testing.T) {
	aead, err := newKey()
	if err != nil {
		t.Fatal(err)
	}
	plain := bytes.Repeat([]byte("PESEL-80051712345,"), 20_000)
	raw := map[int][]byte{}
	for id := range 2 {
		dir := t.TempDir()
		s := &spool{dir: dir, aead: aead, id: uint32(id), open: visible}
		for at := 0; at < len(plain); at += 7001 {
			if _, err := s.Write(plain[at:min(len(plain), at+7001)]); err != nil {
				t.Fatal(err)
			}
		}
		if raw[id], err = os.ReadFile(s.file.Name()); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(raw[id], []byte("80051712345")) {
			t.Error("the file can be read")
		}
		for _, part := range []span{{0, int64(len(plain))}, {1, 1}, {chunkSize - 1, 2}, {chunkSize, chunkSize}, {3*chunkSize + 17, 2*chunkSize + 1}, {int64(len(plain)) - 5, 5}} {
			got, err := io.ReadAll(s.section(part.off, part.n))
			if err != nil || !bytes.Equal(got, plain[part.off:part.off+part.n]) {
				t.Errorf("%+v comes back wrong: %d bytes, %v", part, len(got), err)
			}
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}
	if bytes.Equal(raw[0][:1000], raw[1][:1000]) {
		t.Error("two files of the same content are the same")
	}
}

func TestNothingIsLeftInTheFolder(t *testing.T) {
	dir := t.TempDir()
	left := filepath.Join(dir, strings.Replace(spoolPattern, "*", "123", 1))
	if err := os.WriteFile(left, []byte("of a run that was killed"), 0o600); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(dir, "not-ours.txt")
	if err := os.WriteFile(mine, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	b, err := New(&out, Config{Spool: dir}, info("pl", request.Access))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Error("the next run does not remove what was left")
	}
	tab, err := b.Table(marked)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2000 {
		if err := tab.Row(t.Context(), "x", noise(i, 300)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tab.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Close(told()); err != nil {
		t.Fatal(err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 1 || files[0] != mine {
		t.Errorf("in the folder is left: %d files", len(files))
	}
}

// A process that is killed while it writes leaves nothing that can be read; here: no file at all.
func TestKilledWhileWriting(t *testing.T) {
	if dir := os.Getenv("ARCHIVE_TEST_KILLED"); dir != "" {
		b, err := New(io.Discard, Config{Spool: dir}, info("pl", request.Access))
		if err != nil {
			t.Fatal(err)
		}
		tab, err := b.Table(marked)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; ; i++ {
			if err := tab.Row(t.Context(), "PESEL-80051712345", noise(i, 300)); err != nil {
				t.Fatal(err)
			}
			if i == 3000 {
				fmt.Println("written") // and then killed
			}
		}
	}
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWhileWriting$", "-test.v")
	cmd.Env = append(os.Environ(), "ARCHIVE_TEST_KILLED="+dir)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	buf, seen := make([]byte, 1<<12), ""
	for !strings.Contains(seen, "written") {
		n, err := pipe.Read(buf)
		if err != nil {
			t.Fatalf("the other process ended: %v %s", err, seen)
		}
		seen += string(buf[:n])
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil || bytes.Contains(raw, []byte("PESEL")) {
			t.Errorf("%s can be read: %v", f, err)
		}
	}
	if err := sweep(dir); err != nil {
		t.Fatal(err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "*")); len(files) != 0 {
		t.Errorf("%d files are left", len(files))
	}
}

// changed gives back a byte other than was written.
type changed struct{ spoolFile }

func (c changed) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.spoolFile.ReadAt(p, off)
	if n > 0 {
		p[n/2] ^= 1
	}
	return n, err
}

func TestAChangedTemporaryFileIsNoticed(t *testing.T) {
	open := func(dir string) (spoolFile, error) {
		f, err := openSpoolFile(dir)
		return changed{f}, err
	}
	b, err := newBuilder(io.Discard, Config{Spool: t.TempDir()}, info("pl", request.Access), open, plenty)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Abort()
	tab, err := b.Table(marked)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1000 {
		if err := tab.Row(t.Context(), "x", noise(i, 300)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tab.Close(); err == nil || !strings.Contains(err.Error(), "changed") {
		t.Errorf("closing says %v", err)
	}
	if _, err := b.Close(told()); err == nil {
		t.Error("the package is said to be made")
	}
}

// full is a file on a disk without room.
type full struct{ spoolFile }

func (full) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "/secret/folder/of/a/host", Err: syscall.ENOSPC}
}

func TestAFullDisk(t *testing.T) {
	fill := func(b *Builder) error {
		tab, err := b.Table(marked)
		if err != nil {
			return err
		}
		for i := range 3000 {
			if err := tab.Row(t.Context(), "PESEL-80051712345", noise(i, 300)); err != nil {
				return err
			}
		}
		if err := tab.Close(); err != nil {
			return err
		}
		_, err = b.Close(told())
		return err
	}
	check := func(where string, err error) {
		t.Helper()
		if !errors.Is(err, ErrNoSpace) {
			t.Errorf("%s: %v", where, err)
		}
		if err != nil && (strings.Contains(err.Error(), "/") || strings.Contains(err.Error(), "PESEL")) {
			t.Errorf("%s: the error tells a path or a value: %v", where, err)
		}
	}
	_, err := newBuilder(io.Discard, Config{Spool: t.TempDir(), Expect: 1 << 30}, info("pl", request.Access), visible,
		func(string) (int64, error) { return 1 << 29, nil })
	check("before it begins", err)

	dir := t.TempDir()
	b, err := newBuilder(io.Discard, Config{Spool: dir}, info("pl", request.Access), func(dir string) (spoolFile, error) {
		f, err := openSpoolFile(dir)
		return full{f}, err
	}, plenty)
	if err != nil {
		t.Fatal(err)
	}
	check("in the spool folder", fill(b))
	check("and ever after", func() error { _, err := b.Close(told()); return err }())
	b.Abort()

	dev, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatalf("no /dev/full: %v", err)
	}
	defer func() { _ = dev.Close() }()
	b, err = newBuilder(dev, Config{Spool: t.TempDir()}, info("pl", request.Access), openSpoolFile, plenty)
	if err != nil {
		t.Fatal(err)
	}
	check("where the package goes", fill(b))
	b.Abort()

	if n, err := freeSpace(t.TempDir()); err != nil || n == 0 {
		t.Errorf("free space %d, %v", n, err)
	}
}
