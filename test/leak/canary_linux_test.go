package leak

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/cooperative"
	"github.com/dossier-dsr/dossier/test/product"
)

// token stands in every field that is no identifier, of everybody.
const token = "QZKANAREK"

// secret is a connector's, and of a recipient.
const secret = "tajne-QZSEKRET-7741"

// plant puts the token into every field that holds something about somebody, and gives the values to be looked for.
func plant(t *testing.T, w *cooperative.World) (canaries []string) {
	t.Helper()
	run := func(db *sql.DB, statements ...string) {
		for _, s := range statements {
			if _, err := db.Exec(s); err != nil {
				t.Fatalf("%s: %v", s, err)
			}
		}
	}
	run(w.Register(t),
		"UPDATE members SET first_name = first_name || '"+token+"', last_name = last_name || '"+token+"', emergency_name = '"+token+" A', disability = '"+token+" ł', notes = '"+token+" ' || notes, statement = '"+token+"'",
		"UPDATE addresses SET street = street || ' "+token+"', city = city || ' "+token+"'",
		"UPDATE vehicles SET plate = '"+token+"' || id", "UPDATE leases SET deed_no = '"+token+"' || lease_no", "UPDATE lease_parties SET share = '"+token+"'",
		"UPDATE subscriptions SET topics = '"+token+"'", "UPDATE member_search SET terms = terms || ' "+token+"'", "UPDATE staff SET name = '"+token+"'")
	run(w.Ledger(t),
		"UPDATE accounts SET holder = '"+token+" ' || holder, iban = 'PL"+token+"' || rowid",
		"UPDATE entries SET title = '"+token+" ' || title, payer = '"+token+" Z'", "UPDATE arrears_letters SET body = '"+token+" ' || body")
	err := filepath.WalkDir(w.DocumentsDir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) == ".csv" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if filepath.Ext(path) == ".json" {
			b = bytes.ReplaceAll(b, []byte(`"comment": "`), []byte(`"comment": "`+token+` `))
			b = bytes.ReplaceAll(b, []byte(`"name": "`), []byte(`"name": "`+token+` `))
		} else {
			b = append(b, "\n% "+token+"\n"...)
		}
		return os.WriteFile(path, b, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	p := w.Persons
	for _, who := range []sample.Person{p.Demo, p.Spouse, p.NextTenant, p.Stranger, p.Husband, p.Wife, p.UnknownDates, p.LeaseMates[3]} {
		for _, v := range []string{who.PESEL, who.Email, who.Phone, who.MemberNo, who.Account} {
			if v != "" {
				canaries = append(canaries, v)
			}
		}
	}
	return append(canaries, token, "QZSEKRET")
}

// heap is bytes by where they were found.
type heap map[string][]byte

// keep adds every file below dir.
func (h heap) keep(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		h["name of "+rel+" "+strconv.Itoa(len(h))] = []byte(rel)
		b, err := os.ReadFile(path)
		h[path+" "+strconv.Itoa(len(h))] = b
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// forms are the ways in which a value may stand in bytes, in lower case; exact those whose case counts.
func forms(v string) (lower, exact [][]byte) {
	wide := func(order binary.ByteOrder) []byte {
		var out []byte
		for _, u := range utf16.Encode([]rune(v)) {
			b := make([]byte, 2)
			order.PutUint16(b, u)
			out = append(out, b...)
		}
		return out
	}
	escaped := ""
	for _, u := range utf16.Encode([]rune(v)) {
		escaped += `\u00` + hex.EncodeToString([]byte{byte(u)})
	}
	quoted, _ := json.Marshal(v)
	for _, b := range [][]byte{[]byte(v), []byte(hex.EncodeToString([]byte(v))), wide(binary.LittleEndian), wide(binary.BigEndian),
		[]byte(url.QueryEscape(v)), []byte(escaped), quoted[1 : len(quoted)-1], []byte(strings.TrimPrefix(v, "+48"))} {
		lower = append(lower, bytes.ToLower(b))
	}
	for shift := range 3 { // what stands before it decides how base64 cuts it
		enc := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + v))
		from, to := (shift*8+5)/6, (shift+len(v))*8/6
		exact = append(exact, []byte(enc[from:to]), []byte(strings.NewReplacer("+", "-", "/", "_").Replace(enc[from:to])))
	}
	return lower, exact
}

// search reports every canary found, by where.
func (h heap) search(t *testing.T, canaries []string) {
	t.Helper()
	total := 0
	for where, b := range h {
		total += len(b)
		low := bytes.ToLower(b)
		for _, v := range canaries {
			lower, exact := forms(v)
			for _, f := range lower {
				if i := bytes.Index(low, f); i >= 0 {
					t.Errorf("%s: %q at %d: %q", where, v, i, around(b, i))
					break
				}
			}
			for _, f := range exact {
				if i := bytes.Index(b, f); i >= 0 {
					t.Errorf("%s: %q in base64 at %d: %q", where, v, i, around(b, i))
					break
				}
			}
		}
	}
	if total == 0 {
		t.Error("nothing was read")
	}
}

func around(b []byte, i int) string { return string(b[max(i-60, 0):min(i+60, len(b))]) }

// ear keeps all that is said.
type ear struct {
	*product.House
	heard heap
	said  int
}

// run runs dossier as loud as it can, and keeps what it says; it must end with one of the codes.
func (e *ear) run(t *testing.T, codes []int, operator, stdin string, args ...string) product.Result {
	t.Helper()
	r := e.RunAs(t, operator, stdin, append([]string{"-v"}, args...)...)
	e.said++
	e.heard[strconv.Itoa(e.said)+" stdout of "+strings.Join(args, " ")] = []byte(r.Stdout)
	e.heard[strconv.Itoa(e.said)+" stderr of "+strings.Join(args, " ")] = []byte(r.Stderr)
	ok := false
	for _, c := range codes {
		ok = ok || c == r.Code
	}
	if !ok {
		t.Errorf("dossier %s ended with %d, want %v\n%s%s", strings.Join(args, " "), r.Code, codes, r.Stdout, r.Stderr)
	}
	return r
}

// both runs a command that only reads for people and for programs.
func (e *ear) both(t *testing.T, args ...string) {
	t.Helper()
	e.run(t, fine, "anna", "", args...)
	e.run(t, fine, "anna", "", append([]string{"--json"}, args...)...)
}

var (
	fine    = []int{0, 4}
	refused = []int{1, 2, 3}
)

// newEar is a house full of canaries, and the values to look for.
func newEar(t *testing.T) (*ear, []string) {
	t.Helper()
	w := cooperative.LayWithPaper(t, sample.Options{Members: 60})
	canaries := append(plant(t, w), scanned)
	e := &ear{House: built.House(t, w), heard: heap{}}
	e.Extra = map[string]string{"BILANS_WEBHOOK_SECRET": secret}
	return e, canaries
}

// done looks through everything that was said and written.
func (e *ear) done(t *testing.T, canaries []string) {
	t.Helper()
	e.heard.keep(t, e.Root)
	e.heard.search(t, canaries)
	for where := range e.heard {
		if strings.HasPrefix(where, e.State()+" ") {
			return
		}
	}
	t.Error("the state was not read")
}
