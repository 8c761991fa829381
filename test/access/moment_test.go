package access

import (
	"database/sql"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/product"
)

// meanwhile is a folder with the program, and in place of the connector for SQLite one beside which an application writes.
func meanwhile(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"dossier", "dossier-connector-files"} {
		if err := os.Link(filepath.Join(bin, name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := product.Compile("", filepath.Join(dir, "dossier-connector-sqlite"), "./test/access/meanwhile"); err != nil {
		t.Fatal(err)
	}
	return dir
}

// only is the one value a column of a table of the package holds.
func (p *parcel) only(t *testing.T, title, column string) string {
	t.Helper()
	table := p.tables[title]
	if table == nil || len(table.rows) == 0 {
		t.Fatalf("no rows of %q in the package", title)
	}
	at := slices.Index(table.names(), column)
	if at < 0 {
		t.Fatalf("%q has no column %q but %q", title, column, table.names())
	}
	first := table.rows[0][at].text
	for _, row := range table.rows {
		if row[at].text != first {
			t.Errorf("%q holds %s and %s, which were never there together", title, first, row[at].text)
		}
	}
	return first
}

// TestCopyIsOfOneMoment: the application writes between two tables, both at once; the copy holds what both were before.
func TestCopyIsOfOneMoment(t *testing.T) {
	h := newHouse(t, sample.Options{Members: 60}, nil)
	db, err := sql.Open("sqlite", h.RegisterFile)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Exec("UPDATE addresses SET city = 1000; UPDATE leases SET deed_no = 1000"); err != nil {
		t.Fatal(err)
	}
	h.bin = meanwhile(t)
	pack := h.fetch(t, "access", "2026-60", nil)
	city, deed := pack.only(t, "Adresy", "city"), pack.only(t, "Umowy o lokal", "deed_no")
	if city != deed {
		t.Errorf("the address is of the moment %s, the lease of %s", city, deed)
	}
	var now string
	if err := db.QueryRow("SELECT max(city) FROM addresses").Scan(&now); err != nil {
		t.Fatal(err)
	}
	if now <= city {
		t.Errorf("the application is at %s, the copy at %s: nothing was written after it was read", now, city)
	}
}
