package access

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
)

// parcel is an unpacked package.
type parcel struct {
	files  map[string][]byte
	index  index
	told   told
	tables map[string]*table // by title: of the cooperative's systems
	own    map[string]*table // of the executor's own records
}

// index is dossier.json as far as it is looked at.
type index struct {
	Language    string
	Collections []struct {
		Name, Title, System, CSV, JSON, Description string
		Restricted, Kept                            string
		Own                                         bool
		Rows                                        int64
	}
	Searched, Found, NotYet []struct{ Label string }
	LeftOut                 []struct {
		What, Why, Law, Later string
		Count                 int64
	} `json:"left_out"`
	Files []struct {
		Path, Title, Collection, SHA256, MediaType string
		Bytes                                      int64
	}
}

// told is article15.json as far as it is looked at.
type told struct {
	Language   string
	Processed  bool
	Purposes   []told15
	Recipients []struct {
		Name, Since, Last string
		FromRecord        bool `json:"from_record"`
	}
	Own    []struct{ What, System, Purpose, Basis, Until, End, Why string }
	Erased []struct {
		Request, On string
		Done        bool
	}
}

type told15 struct {
	Name string
	Kept struct {
		From string `json:"earliest_end"`
		To   string `json:"latest_end"`
		Over string `json:"ended"`
		Text string
	}
}

// open unpacks a ZIP and checks it against its own sums and descriptor.
func open(t testing.TB, file string) *parcel {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	p := &parcel{files: map[string][]byte{}, tables: map[string]*table{}, own: map[string]*table{}}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r) // checks the CRC too
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		p.files[f.Name] = b
	}
	p.checkSums(t)
	p.decode(t, "dossier.json", &p.index)
	if p.files["article15.json"] != nil {
		p.decode(t, "article15.json", &p.told)
	}
	var d descriptor
	p.decode(t, "datapackage.json", &d)
	for _, r := range d.Resources {
		if r.Schema.Fields == nil {
			continue
		}
		tab, err := readTable(p.files[r.Path], r)
		if err != nil {
			t.Fatalf("%s: %v", r.Path, err)
		}
		if p.tables[r.Title] != nil {
			t.Errorf("two tables are called %q", r.Title)
		}
		p.tables[r.Title] = tab
	}
	p.twins(t)
	for _, c := range p.index.Collections {
		if c.Own {
			p.own[c.Title] = p.tables[c.Title]
			delete(p.tables, c.Title)
		}
	}
	return p
}

func (p *parcel) decode(t testing.TB, name string, into any) {
	t.Helper()
	if err := json.Unmarshal(p.files[name], into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// checkSums wants a right sum for every file but the sums.
func (p *parcel) checkSums(t testing.TB) {
	t.Helper()
	summed := 0
	for line := range strings.Lines(string(p.files["SHA256SUMS"])) {
		want, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		sum := sha256.Sum256(p.files[name])
		if !ok || hex.EncodeToString(sum[:]) != want {
			t.Errorf("SHA256SUMS does not fit %s", name)
		}
		summed++
	}
	if summed != len(p.files)-1 {
		t.Errorf("%d sums for %d files", summed, len(p.files))
	}
}

// twins compares the JSON of every collection with its CSV, and both with the number of rows the index names.
func (p *parcel) twins(t testing.TB) {
	t.Helper()
	for _, c := range p.index.Collections {
		dec := json.NewDecoder(bytes.NewReader(p.files[c.JSON]))
		dec.UseNumber()
		var rows []map[string]any
		if err := dec.Decode(&rows); err != nil {
			t.Fatalf("%s: %v", c.JSON, err)
		}
		tab := p.tables[c.Title]
		if tab == nil || int64(len(rows)) != c.Rows || len(tab.rows) != len(rows) {
			t.Fatalf("%s: %d rows of %d as JSON", c.Title, len(rows), c.Rows)
		}
		for i, row := range rows {
			for j, f := range tab.fields {
				cell := tab.rows[i][j]
				v, there := row[f.Name]
				if eq := there && (cell.null && v == nil || !cell.null && v != nil && fmt.Sprint(v) == cell.text || number(cell) && same(cell.text, fmt.Sprint(v))); !eq {
					t.Errorf("%s: row %d, %s differs from its twin", c.Title, i+1, f.Name)
				}
			}
		}
	}
}

// leftOut is the line of what the package leaves out; its zero value where there is none.
func (p *parcel) leftOut(what string) (count int64, why, later string) {
	for _, l := range p.index.LeftOut {
		if l.What == what {
			return l.Count, l.Why, l.Later
		}
	}
	return 0, "", ""
}

// purpose finds a purpose by its label.
func (p *parcel) purpose(name string) (told15, bool) {
	i := slices.IndexFunc(p.told.Purposes, func(x told15) bool { return x.Name == name })
	if i < 0 {
		return told15{}, false
	}
	return p.told.Purposes[i], true
}
