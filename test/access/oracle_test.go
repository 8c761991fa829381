package access

import (
	"database/sql"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// expected is what a table of the package has to hold: the columns by name, and the rows, in no order.
type expected struct {
	columns []string
	rows    [][]cell
}

// oracle asks the cooperative's own stores what is held of one person, in its own words: no map, no plan, no connector.
type oracle struct {
	t        testing.TB
	h        *house
	who      sample.Person
	reg, led *sql.DB
}

func (h *house) oracle(t testing.TB, who sample.Person) *oracle {
	return &oracle{t, h, who, h.Register(t), h.Ledger(t)}
}

// query reads rows as texts.
func (o *oracle) query(db *sql.DB, columns, from string, args ...any) expected {
	o.t.Helper()
	names := strings.Split(columns, ",")
	ask := make([]string, len(names))
	for i, n := range names {
		ask[i] = "CAST(" + n + " AS TEXT)"
		names[i] = n[strings.LastIndexByte(n, '.')+1:]
	}
	rows, err := db.Query("SELECT "+strings.Join(ask, ",")+" FROM "+from, args...)
	if err != nil {
		o.t.Fatalf("%s: %v", from, err)
	}
	defer func() { _ = rows.Close() }()
	e := expected{columns: names}
	for rows.Next() {
		values := make([]sql.NullString, len(names))
		into := make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			o.t.Fatal(err)
		}
		row := make([]cell, len(names))
		for i, v := range values {
			row[i] = cell{null: !v.Valid, text: v.String}
		}
		e.rows = append(e.rows, row)
	}
	if err := rows.Err(); err != nil {
		o.t.Fatal(err)
	}
	return e
}

// access is all that an access holds, by the Polish title of the table.
func (o *oracle) access() map[string]expected {
	const mine = "member_id = ?"
	email := o.who.Email
	if email == "" {
		email = "nobody's"
	}
	return map[string]expected{
		"Członkowie": o.query(o.reg, "member_no,pesel,email,phone,first_name,last_name,born_on,died_on,joined_on,left_on,status,address_id,"+
			"representative_id,recommended_by,disability,risk_score,scored_on,statement", "members WHERE id = ?", o.who.ID),
		"Adresy":                   o.query(o.reg, "street,city", "addresses WHERE id = (SELECT address_id FROM members WHERE id = ?)", o.who.ID),
		"Umowy o lokal":            o.query(o.reg, "l.lease_no,flat_no,started_on,ended_on,deed_no,party_count", "leases l JOIN lease_parties p ON p.lease_no = l.lease_no WHERE p.member_id = ?", o.who.ID),
		"Udział w umowach o lokal": o.query(o.reg, "lease_no,member_id,share,left_on", "lease_parties WHERE "+mine, o.who.ID),
		"Pojazdy":                  o.query(o.reg, "member_id,plate", "vehicles WHERE "+mine, o.who.ID),
		"Lista biuletynu":          o.query(o.reg, "email,topics", "subscriptions WHERE email = ?", email),
		"Udostępnienia danych":     o.query(o.reg, "member_id,recipient,sent_on", "disclosures WHERE "+mine, o.who.ID),
		"Konta rozliczeniowe":      o.query(o.led, "account_no,member_no,holder,iban", "accounts WHERE member_no = ?", o.who.MemberNo),
		"Wpłaty i naliczenia":      o.entries("account_no,amount,booked_on,due_on,status"),
		"Odczyty liczników":        o.readings(),
		"Wezwania do zapłaty":      o.query(o.led, "account_no,sent_on,body", "arrears_letters WHERE account_no IN (SELECT account_no FROM accounts WHERE member_no = ?)", o.who.MemberNo),
		"Pisma":                    o.letters(),
		"Skany umów o lokal":       o.scans(),
		"Petycje":                  o.petitions("email", "name"),
	}
}

// entries are those of the person's accounts and, however far, those that correct them.
func (o *oracle) entries(columns string) expected {
	return o.query(o.led, columns, `entries WHERE (book, entry_no) IN (
		WITH RECURSIVE mine(book, entry_no) AS (
			SELECT e.book, e.entry_no FROM entries e JOIN accounts a ON a.account_no = e.account_no WHERE a.member_no = ?
			UNION SELECT e.book, e.entry_no FROM entries e JOIN mine m ON e.corrects_book = m.book AND e.corrects_no = m.entry_no)
		SELECT book, entry_no FROM mine)`, o.who.MemberNo)
}

// readings are those of a flat while the person's lease ran.
func (o *oracle) readings() expected {
	e := expected{columns: []string{"flat_no", "meter", "read_on", "value"}}
	leases := o.query(o.reg, "l.flat_no,l.started_on,l.ended_on", "leases l JOIN lease_parties p ON p.lease_no = l.lease_no WHERE p.member_id = ?", o.who.ID)
	for _, l := range leases.rows {
		to := "9999-12-31"
		if l[1].null {
			continue // a lease of unknown beginning: nobody can say that a reading falls into it
		}
		if !l[2].null {
			to = l[2].text
		}
		e.rows = append(e.rows, o.query(o.led, "flat_no,meter,read_on,value", "readings WHERE flat_no = ? AND read_on >= ? AND read_on <= ?", l[0].text, l[1].text, to).rows...)
	}
	return e
}

var letterName = regexp.MustCompile(`^(\d{4}-\d\d-\d\d)-([^.]+)\.pdf$`)

func (o *oracle) letters() expected {
	e := expected{columns: []string{"member_no", "sent_on", "letter_no"}}
	for _, name := range o.folder("letters", o.who.MemberNo) {
		m := letterName.FindStringSubmatch(name)
		if m == nil {
			o.t.Fatalf("a letter of another name")
		}
		e.rows = append(e.rows, []cell{{text: o.who.MemberNo}, {text: m[1]}, {text: m[2]}})
	}
	return e
}

func (o *oracle) scans() expected {
	e := expected{columns: []string{"lease_no", "page"}}
	for _, l := range o.query(o.reg, "lease_no", "lease_parties WHERE member_id = ?", o.who.ID).rows {
		if strings.ContainsAny(l[0].text, `/\`) || strings.Trim(l[0].text, ".") == "" {
			continue // no folder of its own
		}
		for _, name := range o.folder("leases", l[0].text) {
			page, _, _ := strings.Cut(name, ".")
			e.rows = append(e.rows, []cell{{text: l[0].text}, {text: page}})
		}
	}
	return e
}

func (o *oracle) folder(kind, name string) []string {
	files, err := os.ReadDir(filepath.Join(o.h.DocumentsDir, kind, name))
	if err != nil && !os.IsNotExist(err) {
		o.t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		out = append(out, f.Name())
	}
	return out
}

// petitions are the signatures under the person's e-mail.
func (o *oracle) petitions(columns ...string) expected {
	e := expected{columns: columns}
	for _, name := range o.folder("petitions", "") {
		b, err := os.ReadFile(filepath.Join(o.h.DocumentsDir, "petitions", name))
		if err != nil {
			o.t.Fatal(err)
		}
		var p struct{ Signatories []map[string]any }
		if err := json.Unmarshal(b, &p); err != nil {
			o.t.Fatal(err)
		}
		for _, s := range p.Signatories {
			if s["email"] != o.who.Email || o.who.Email == "" {
				continue
			}
			var row []cell
			for _, c := range columns {
				text, ok := s[c].(string)
				row = append(row, cell{null: !ok, text: text})
			}
			e.rows = append(e.rows, row)
		}
	}
	return e
}

// compare wants exactly the expected tables: none missing, none more, the same columns, the same rows, each as often.
func (p *parcel) compare(t testing.TB, want map[string]expected) {
	t.Helper()
	for title, e := range want {
		tab := p.tables[title]
		switch {
		case tab == nil && len(e.rows) > 0:
			t.Errorf("%s: %d rows are missing", title, len(e.rows))
		case tab != nil && len(e.rows) == 0:
			t.Errorf("%s: %d rows that are nobody's", title, len(tab.rows))
		case tab != nil:
			tab.compare(t, title, e)
		}
	}
	for title := range p.tables {
		if _, ok := want[title]; !ok {
			t.Errorf("%s is in the package, and nothing says that it should", title)
		}
	}
}

func (tab *table) compare(t testing.TB, title string, e expected) {
	t.Helper()
	if !slices.Equal(tab.names(), e.columns) {
		t.Errorf("%s has the columns %v, want %v", title, tab.names(), e.columns)
		return
	}
	left := map[string]int{}
	for _, row := range e.rows {
		left[key(row, tab.fields)]++
	}
	for _, row := range tab.rows {
		left[key(row, tab.fields)]--
	}
	missing, more := 0, 0
	for _, n := range left {
		missing += max(n, 0)
		more += max(-n, 0)
	}
	if missing+more > 0 {
		t.Errorf("%s: %d rows missing, %d rows that should not be there, of %d", title, missing, more, len(e.rows))
	}
}

// key is a row as one text; numbers in one form.
func key(row []cell, fields []field) string {
	var b strings.Builder
	for i, c := range row {
		text := c.text
		if !c.null && number(cell{typ: fields[i].Type}) {
			text = canonical(text)
		}
		if c.null {
			b.WriteString("\x00N")
		}
		b.WriteString(text + "\x00|")
	}
	return b.String()
}
