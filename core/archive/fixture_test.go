package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/request"
)

var (
	warsaw = mustZone("Europe/Warsaw")
	asOf   = time.Date(2026, 11, 3, 12, 0, 0, 0, warsaw)
	made   = time.Date(2026, 11, 4, 8, 30, 0, 0, warsaw)
)

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

func fixedConfig(t testing.TB) Config {
	return Config{Spool: t.TempDir(), Clock: func() time.Time { return made }}
}

func info(lang string, right request.Right) Info {
	return Info{Request: "2026-000123", Right: right, Language: lang, AsOf: asOf, Zone: warsaw}
}

// told is the least that is told beside data.
func told() *Article15 {
	return &Article15{Language: "pl", Request: "2026-000123", AsOf: asOf,
		Controllers: []Party{{Name: "Spółdzielnia „Pod Lipami”", Address: "ul. Lipowa 1, 00-950 Warszawa", Email: "biuro@podlipami.example"}},
		Searched:    []Place{{Label: "Rejestr członków"}}, Found: []Place{}, FoundBy: []string{"PESEL"},
		Purposes: []Purpose{}, Categories: []Category{}, Recipients: []Recipient{}, Rights: []Right{},
		Authority: Authority{Name: "Prezes Urzędu Ochrony Danych Osobowych"}}
}

// pack makes a package of tables given with their rows.
type rowsOf struct {
	TableInfo
	rows [][]any
}

func pack(t testing.TB, in Info, say *Article15, tables ...rowsOf) []byte {
	t.Helper()
	var out bytes.Buffer
	b, err := New(&out, fixedConfig(t), in)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range tables {
		tab, err := b.Table(x.TableInfo)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range x.rows {
			if err := tab.Row(context.Background(), append([]any(nil), r...)...); err != nil {
				t.Fatal(err)
			}
		}
		if err := tab.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := b.Close(say); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// unpack reads every file of a package.
func unpack(t testing.TB, raw []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		if files[f.Name] != nil {
			t.Fatalf("%s is in the package twice", f.Name)
		}
		if strings.Contains(f.Name, "..") || strings.HasPrefix(f.Name, "/") {
			t.Fatalf("path %q leads out of the package", f.Name)
		}
		files[f.Name] = body
	}
	return files
}

func blobOf(name, media, body string) Blob {
	return Blob{Name: name, MediaType: media, Size: int64(len(body)), Open: func(context.Context) (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(body)), nil
	}}
}
