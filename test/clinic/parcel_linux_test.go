package clinic_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// parcel is what a person receives, unpacked.
type parcel struct {
	files  map[string][]byte
	tables map[string][]string // by title: its rows, sorted, each as its columns that are not NULL, in their order
	index  struct {
		Collections []struct {
			Title, JSON      string
			Restricted, Kept string
			Own              bool
			Fields           []struct{ Name string }
		}
		LeftOut []struct {
			What, Why, Law string
			Count          int64
		} `json:"left_out"`
		Files []struct{ Path, Collection string }
	}
	told struct {
		Recipients []struct {
			Name, Since, Last string
			FromRecord        bool `json:"from_record"`
		}
		Purposes []struct {
			Name string
			Kept struct {
				To   string `json:"latest_end"`
				Over string `json:"ended"`
				Text string
			}
		}
	}
}

// parcel fetches the package of a request.
func (h *house) parcel(t *testing.T, id string) *parcel {
	t.Helper()
	file := filepath.Join(t.TempDir(), "copy.zip")
	h.Must(t, "archive", id, "-o", file)
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	p := &parcel{files: map[string][]byte{}, tables: map[string][]string{}}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if p.files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	p.read(t, "dossier.json", &p.index)
	if p.files["article15.json"] != nil {
		p.read(t, "article15.json", &p.told)
	}
	for _, c := range p.index.Collections {
		var rows []map[string]any
		p.read(t, c.JSON, &rows)
		if c.Own { // the executor's own records
			continue
		}
		for _, row := range rows {
			if file, ok := row["document"].(string); ok { // where it lies in the package is its own affair
				row["document"] = sum(p.files[file])
			}
			p.tables[c.Title] = append(p.tables[c.Title], line(row))
		}
		slices.Sort(p.tables[c.Title])
	}
	return p
}

func (p *parcel) read(t *testing.T, name string, into any) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(p.files[name]))
	dec.UseNumber()
	if err := dec.Decode(into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// line is a row as one text.
func line(row map[string]any) string {
	var out []string
	for name, v := range row {
		if v != nil {
			out = append(out, fmt.Sprintf("%s=%v", name, v))
		}
	}
	slices.Sort(out)
	return strings.Join(out, " | ")
}

func (p *parcel) bodies() (out [][]byte) {
	for _, b := range p.files {
		out = append(out, b)
	}
	return out
}
