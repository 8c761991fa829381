package cooperative

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

func read(t *testing.T, w *World, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(w.DocumentsDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestPDFsOpen reads each PDF as a reader does: header, trailer, cross-reference table, every object where it says.
func TestPDFsOpen(t *testing.T) {
	w := shared(t, Small)
	n := 0
	for _, name := range files(t, w, "") {
		if filepath.Ext(name) == ".pdf" {
			n++
			checkPDF(t, name, read(t, w, name))
		}
	}
	if n < 100 {
		t.Errorf("only %d PDFs", n)
	}
}

var startxref = regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`)
var xrefEntry = regexp.MustCompile(`(?m)^(\d{10}) 00000 n $`)
var streamLength = regexp.MustCompile(`<< /Length (\d+) >>\nstream\n`)

func checkPDF(t *testing.T, name string, b []byte) {
	t.Helper()
	at := startxref.FindSubmatch(b)
	if !bytes.HasPrefix(b, []byte("%PDF-1.4\n")) || at == nil {
		t.Fatalf("%s: no header or no end", name)
	}
	start, _ := strconv.Atoi(string(at[1]))
	if start >= len(b) || !bytes.HasPrefix(b[start:], []byte("xref\n")) {
		t.Fatalf("%s: no cross-reference table where the end says", name)
	}
	for i, m := range xrefEntry.FindAllSubmatch(b[start:], -1) {
		offset, _ := strconv.Atoi(string(m[1]))
		if !bytes.HasPrefix(b[offset:], []byte(strconv.Itoa(i+1)+" 0 obj\n")) {
			t.Fatalf("%s: object %d is not where the table says", name, i+1)
		}
	}
	m := streamLength.FindSubmatchIndex(b)
	length, _ := strconv.Atoi(string(b[m[2]:m[3]]))
	if !bytes.HasPrefix(b[m[1]+length:], []byte("\nendstream")) {
		t.Fatalf("%s: the page is not as long as it says", name)
	}
}

func TestScansArePictures(t *testing.T) {
	w := shared(t, Small)
	formats := map[string]int{}
	for _, name := range files(t, w, "leases") {
		if filepath.Ext(name) == ".pdf" {
			continue
		}
		_, format, err := image.Decode(bytes.NewReader(read(t, w, name)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		formats[format]++
	}
	if formats["jpeg"] == 0 || formats["png"] == 0 {
		t.Errorf("pictures: %v", formats)
	}
	want(t, len(files(t, w, "leases/"+w.Persons.Demo.Leases[0])), 9, "pages of Demo's flat")
	want(t, len(files(t, w, "leases/"+w.Persons.Demo.Leases[1])), 14, "pages of Demo's garage")
}

// TestImportsAreReadings decodes every import and finds each of its lines again among the readings.
func TestImportsAreReadings(t *testing.T) {
	w := shared(t, Small)
	find, err := w.Ledger(t).Prepare("SELECT count(*) FROM readings WHERE flat_no = ? AND read_on = ? AND abs(value - ?) < 0.0001")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = find.Close() }()
	lines, quoted := 0, false
	for _, name := range files(t, w, "imports") {
		b := read(t, w, name)
		if !bytes.HasPrefix(b, []byte("flat_no;read_on;value\r\n")) || bytes.Count(b, []byte("\n")) != bytes.Count(b, []byte("\r\n")) {
			t.Fatalf("%s: no header, or lines end otherwise", name)
		}
		r := csv.NewReader(charmap.Windows1250.NewDecoder().Reader(bytes.NewReader(b)))
		r.Comma = ';'
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		month := strings.TrimSuffix(filepath.Base(name), ".csv")
		for _, row := range rows[1:] {
			lines++
			quoted = quoted || strings.ContainsAny(row[0], `;"`)
			value, err := strconv.ParseFloat(strings.Replace(row[2], ",", ".", 1), 64)
			if err != nil || row[1][:7] != month {
				t.Fatalf("%s: a line of another month, or %v", name, err)
			}
			var n int
			if err := find.QueryRow(row[0], row[1], value).Scan(&n); err != nil || n == 0 {
				t.Fatalf("%s: a line that is no reading of the ledger (%v)", name, err)
			}
		}
		if bytes.ContainsRune(b, 'Ł') || bytes.ContainsRune(b, 'ą') {
			t.Fatalf("%s is UTF-8", name)
		}
	}
	if lines < 1000 || !quoted {
		t.Errorf("%d lines, one with a flat that needs quoting: %v", lines, quoted)
	}
	flat := text(t, w.Register(t), "SELECT flat_no FROM leases WHERE lease_no = ?", w.Persons.Demo.Leases[0])
	coded, err := charmap.Windows1250.NewEncoder().String(flat)
	if err != nil {
		t.Fatal(err)
	}
	if b := read(t, w, "imports/2010-06.csv"); bytes.Count(b, []byte(coded)) != 2 {
		t.Error("June 2010 does not hold two readings of Demo's flat")
	}
}

func TestPetitionsHoldManySignatories(t *testing.T) {
	w := shared(t, sample.DefaultMembers)
	emails := map[any]int{}
	for _, name := range files(t, w, "petitions") {
		var p struct {
			No          string `json:"petition_no"`
			Signatories []map[string]any
		}
		if err := json.Unmarshal(read(t, w, name), &p); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if p.No+".json" != filepath.Base(name) || len(p.Signatories) == 0 {
			t.Errorf("%s: number %s, %d signatories", name, p.No, len(p.Signatories))
		}
		for i, s := range p.Signatories {
			if s["no"] != float64(i+1) {
				t.Errorf("%s: signatory %d has number %v", name, i+1, s["no"])
			}
			emails[s["email"]]++
		}
	}
	p := w.Persons
	for what, email := range map[string]any{"the couple's": p.Wife.Email, "NULL": nil, "empty": "", "the sentinel": sample.SentinelEmail, "Prolific's": p.Prolific.Email} {
		if emails[email] == 0 {
			t.Errorf("no signature whose e-mail is %s", what)
		}
	}
	want(t, emails[p.Demo.Email], 0, "signatures of Demo")
}
