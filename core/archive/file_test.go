package archive

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/request"
)

func TestFileNamesAreNeutral(t *testing.T) {
	for _, c := range []struct{ name, media, want string }{
		{"Umowa najmu.PDF", "", "files/f/umowa-najmu.pdf"},
		{"../../etc/passwd", "", "files/f/passwd.bin"},
		{`C:\Users\anna\skan.jpg`, "", "files/f/skan.jpg"},
		{"", "application/pdf", "files/f/000007.pdf"},
		{"…", "image/jpeg; q=1", "files/f/000007.jpg"},
		{".htaccess", "", "files/f/000007.htaccess"},
		{"a\x00b.tar.gz", "", "files/f/a-b-tar.gz"},
		{strings.Repeat("ż", 500) + ".pdf", "", "files/f/" + strings.Repeat("z", 60) + ".pdf"},
		{"CON", "nonsense", "files/f/con.bin"},
	} {
		if got := fileName("f", c.name, c.media, 7); got != c.want {
			t.Errorf("%q: %s, want %s", c.name, got, c.want)
		}
	}
	for label, want := range map[string]string{"Członkowie": "czlonkowie", "Wpłaty i naliczenia": "wplaty-i-naliczenia", "!!!": "data", "İstanbul ŁÓDŹ": "istanbul-lodz"} {
		if got := slug(label, '-', 50, "data"); got != want {
			t.Errorf("%q: %s, want %s", label, got, want)
		}
	}
}

func TestDocumentsAndLargeBytes(t *testing.T) {
	large := bytes.Repeat([]byte{1, 2, 3}, 5000)
	raw := pack(t, info("en", request.Access), told(), rowsOf{
		TableInfo{System: "S", Label: "Letters", Fields: []Field{{Name: "scan", Type: Document}, {Name: "photo", Type: Binary}}},
		[][]any{{blobOf("a.pdf", "application/pdf", "one"), []byte("small")}, {blobOf("a.pdf", "application/pdf", "two"), large}, {nil, nil}},
	}, rowsOf{TableInfo{System: "T", Label: "Letters", Fields: []Field{{Name: "Scan!"}, {Name: "scan"}}}, [][]any{{"x", "y"}}})
	files := unpack(t, raw)
	validate(t, files)
	validateSums(t, files)
	got := readTable(t, files, "letters")
	if fmt.Sprint(got.fields[0]["name"], got.fields[1]["name"], got.fields[2]["name"]) != "scan photo photo_file" && len(got.fields) != 3 {
		t.Errorf("fields %v", got.fields)
	}
	for i, want := range []string{"one", "two"} {
		if string(files[got.records[i][0]]) != want {
			t.Errorf("document %d is %q", i, files[got.records[i][0]])
		}
	}
	if got.records[0][1] != "c21hbGw=" || got.records[0][2] != `\N` {
		t.Errorf("small bytes: %q", got.records[0])
	}
	if got.records[1][1] != `\N` || !bytes.Equal(files[got.records[1][2]], large) {
		t.Errorf("large bytes: %q", got.records[1])
	}
	if files["data/letters-2.csv"] == nil || !strings.HasPrefix(string(files["data/letters-2.csv"]), "scan,scan_2\r\n") {
		t.Errorf("a second table of that label: %q", files["data/letters-2.csv"])
	}
}

func TestDocumentsThatCannotBeRead(t *testing.T) {
	lost := errors.New("gone from the store")
	for what, v := range map[string]Blob{
		"cannot be opened": {Open: func(context.Context) (io.ReadCloser, error) { return nil, lost }},
		"breaks off": {Size: -1, Open: func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader("half"), failing{lost})), nil
		}},
		"is shorter than announced": {Size: 10, Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("half")), nil }},
		"has no way to open":        {},
	} {
		b, err := New(io.Discard, fixedConfig(t), info("en", request.Access))
		if err != nil {
			t.Fatal(err)
		}
		tab, err := b.Table(TableInfo{System: "S", Label: "L", Fields: []Field{{Name: "a", Type: Document}}})
		if err != nil {
			t.Fatal(err)
		}
		err = tab.Row(t.Context(), v)
		if err == nil || v.Open != nil && v.Size != 10 && !errors.Is(err, lost) {
			t.Errorf("%s: %v", what, err)
		}
		if _, err := b.Close(told()); err == nil {
			t.Errorf("%s: the package is said to be made", what)
		}
		b.Abort()
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestWrongUseIsToldWithoutValues(t *testing.T) {
	b, err := New(io.Discard, fixedConfig(t), info("en", request.Access))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Abort()
	if _, err := b.Table(TableInfo{Label: "L"}); err == nil {
		t.Error("a table without fields")
	}
	for _, row := range [][]any{{"PESEL-80051712345", "x"}, {struct{ s string }{"PESEL-80051712345"}}, {int32(8005)}} {
		b, err := New(io.Discard, fixedConfig(t), info("en", request.Access))
		if err != nil {
			t.Fatal(err)
		}
		tab, err := b.Table(TableInfo{System: "S", Label: "L", Fields: []Field{{Name: "a"}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := tab.Row(t.Context(), row...); err == nil || strings.Contains(err.Error(), "8005") {
			t.Errorf("%T: %v", row[0], err)
		}
		b.Abort()
		b.Abort() // harmless
	}
	tab, err := b.Table(TableInfo{System: "S", Label: "L", Fields: []Field{{Name: "a"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Close(told()); err == nil || !strings.Contains(err.Error(), "still open") {
		t.Errorf("closing over an open table: %v", err)
	}
	if err := tab.Close(); err == nil {
		t.Error("a spoilt package goes on")
	}
	if s := fmt.Sprintf("%v %s %d %+v %#v %q", Decimal("8005.17"), JSON(`{"pesel":8005}`), Decimal("8005"), Blob{Name: "8005"}, JSON("8005"), []any{JSON("8005")}); strings.Contains(s, "8005") {
		t.Errorf("values print as %s", s)
	}
	if _, err := New(io.Discard, fixedConfig(t), info("en", request.Erasure)); err == nil {
		t.Error("a package for an erasure")
	}
	if _, err := New(io.Discard, fixedConfig(t), info("de", request.Access)); err == nil {
		t.Error("a package in a language without texts")
	}
	if _, err := New(io.Discard, Config{Spool: t.TempDir() + "/none"}, info("en", request.Access)); err == nil || strings.Contains(err.Error(), "none") {
		t.Errorf("a folder that is not there: %v", err)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	b2, err := New(io.Discard, fixedConfig(t), info("en", request.Access))
	if err != nil {
		t.Fatal(err)
	}
	defer b2.Abort()
	if err := b2.File(stopped, FileInfo{Name: "x"}, strings.NewReader("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped context: %v", err)
	}
}

func TestTablesSideBySide(t *testing.T) {
	var out bytes.Buffer
	b, err := New(&out, fixedConfig(t), info("en", request.Access))
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	const tables, rows = 6, 3000
	for i := range tables {
		tab, err := b.Table(TableInfo{System: fmt.Sprintf("S%d", i%2), Label: fmt.Sprintf("Table %d", i), Fields: []Field{{Name: "n", Category: "c"}, {Name: "doc", Type: Document}}})
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			for n := range rows {
				var doc any
				if n%1000 == 0 {
					doc = blobOf("d.txt", "text/plain", fmt.Sprint(i, n))
				}
				if err := tab.Row(context.Background(), int64(n), doc); err != nil {
					done <- err
					return
				}
			}
			done <- tab.Close()
		}()
	}
	for range tables {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	tally := b.Tally()
	r, err := b.Close(told())
	if err != nil {
		t.Fatal(err)
	}
	if r.Rows != tables*rows || r.Files != tables*3 || r.Collections != tables || r.Bytes != int64(out.Len()) {
		t.Errorf("result %+v", r)
	}
	if len(tally) != 1 || tally[0].Count != tables*rows || len(tally[0].Places) != 2 {
		t.Errorf("tally %+v", tally)
	}
	files := unpack(t, out.Bytes())
	validate(t, files)
	validateSums(t, files)
	for i := range tables {
		if got := readTable(t, files, fmt.Sprintf("table-%d", i)); len(got.records) != rows || got.records[rows-1][0] != fmt.Sprint(rows-1) {
			t.Errorf("table %d: %d rows", i, len(got.records))
		}
	}
}
