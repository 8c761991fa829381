package leak

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
)

func encode(b []byte) []byte { return []byte(base64.StdEncoding.EncodeToString(b)) }

// planned plans a request and gives the plan.
func (e *ear) planned(t *testing.T, file string) *plan.Plan {
	t.Helper()
	r := e.run(t, fine, "anna", "", "--json", "plan", file)
	var p plan.Plan
	if err := json.Unmarshal([]byte(r.Stdout), &p); err != nil {
		t.Fatal(err)
	}
	return &p
}

// TestErrorsOfStores: a store that refuses, and says why with the row in its words; one that is not there, or is no database.
func TestErrorsOfStores(t *testing.T) {
	const row = "OLD.pesel || ' ' || OLD.email || ' ' || OLD.notes"
	for name, spoil := range map[string]func(t *testing.T, e *ear){
		"trigger": func(t *testing.T, e *ear) {
			for _, table := range []string{"members"} {
				if _, err := e.Register(t).Exec("CREATE TRIGGER no BEFORE UPDATE ON " + table + " BEGIN SELECT RAISE(ABORT, 'no " + token + " changes'); END"); err != nil {
					t.Fatal(err)
				}
			}
		},
		"check": func(t *testing.T, e *ear) {
			if _, err := e.Register(t).Exec(`CREATE TABLE log (what TEXT CHECK (what = '')); CREATE TRIGGER no BEFORE UPDATE ON members BEGIN INSERT INTO log VALUES (` + row + `); END`); err != nil {
				t.Fatal(err)
			}
		},
		"down": func(t *testing.T, e *ear) {
			if err := os.Remove(e.LedgerFile); err != nil {
				t.Fatal(err)
			}
		},
		"no database": func(t *testing.T, e *ear) {
			if err := os.WriteFile(e.LedgerFile, []byte(strings.Repeat(token+" ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"no folder": func(t *testing.T, e *ear) {
			if err := os.RemoveAll(e.DocumentsDir); err != nil {
				t.Fatal(err)
			}
		},
		"unreadable file": func(t *testing.T, e *ear) {
			files, _ := filepath.Glob(filepath.Join(e.DocumentsDir, "imports", "*.csv"))
			if len(files) == 0 {
				t.Fatal("no imports")
			}
			if err := os.WriteFile(files[0], []byte("flat_no;read_on\n\""+token+";;;\n"+e.Persons.Demo.PESEL+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			e, canaries := newEar(t)
			p := e.planned(t, e.Requests["erasure"])
			spoil(t, e)
			e.run(t, append(fine, refused...), "anna", "", "plan", e.Requests["access"])
			e.run(t, append(fine, refused...), "jan", "", "apply", p.Request, "--approve", p.Digest)
			e.run(t, append(fine, refused...), "jan", "", "request", "resume", p.Request)
			e.both(t, "request", "show", p.Request)
			e.run(t, append(fine, refused...), "anna", "", "manifest", "check", "--live")
			e.done(t, canaries)
		})
	}
}

// TestMoreRows: too many rows, in the transaction and late.
func TestMoreRows(t *testing.T) {
	t.Parallel()
	e, canaries := newEar(t)
	p := e.planned(t, e.Requests["erasure"])
	e.Extra["DOSSIER_FAILPOINT"] = "apply/claimed/register"
	e.run(t, []int{-1}, "jan", "", "apply", p.Request, "--approve", p.Digest)
	delete(e.Extra, "DOSSIER_FAILPOINT")
	for i := range 15 {
		if _, err := e.Register(t).Exec("INSERT INTO vehicles (member_id, plate) VALUES (?, ?)", e.Persons.Demo.ID, fmt.Sprint(token, i)); err != nil {
			t.Fatal(err)
		}
	}
	e.Later(time.Minute)
	e.run(t, fine, "jan", "", "request", "resume", p.Request)
	e.both(t, "request", "show", p.Request)
	if st := e.Standing(t, p.Request); len(st.Attention) == 0 {
		t.Errorf("nothing was in the way: %s", st.State)
	}
	e.done(t, canaries)
}

// TestConflict: a row that holds an identifier of this person and one of somebody else.
func TestConflict(t *testing.T) {
	t.Parallel()
	e, canaries := newEar(t)
	if _, err := e.Register(t).Exec("UPDATE members SET pesel = NULL WHERE id = ?; UPDATE members SET member_no = 'C-09999', pesel = ? WHERE id = ?", e.Persons.Demo.ID, e.Persons.Demo.PESEL, e.Persons.Spouse.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Ledger(t).Exec("UPDATE accounts SET member_no = ? WHERE account_no = ?", e.Persons.Spouse.MemberNo, e.Persons.Demo.Account); err != nil {
		t.Fatal(err)
	}
	p := e.planned(t, e.Requests["erasure"])
	e.run(t, fine, "anna", "", "plan", "show", p.Request)
	e.run(t, append(fine, refused...), "jan", "", "apply", p.Request, "--approve", p.Digest)
	e.both(t, "request", "show", p.Request)
	e.done(t, canaries)
}

// TestBadRequests: what is wrong with a request is said without the request's words.
func TestBadRequests(t *testing.T) {
	t.Parallel()
	e, canaries := newEar(t)
	good, err := os.ReadFile(e.Requests["erasure"])
	if err != nil {
		t.Fatal(err)
	}
	demo := e.Persons.Demo
	for name, change := range map[string]func(string) string{
		"id":      func(s string) string { return strings.Replace(s, "2026-000123", demo.PESEL, 1) },
		"mail id": func(s string) string { return strings.Replace(s, "2026-000123", demo.Email, 1) },
		"cut":     func(s string) string { return s[:len(s)/3] + demo.PESEL },
		"unknown": func(s string) string {
			return strings.Replace(s, `"right"`, `"nazwisko": "`+demo.PESEL+`", "right"`, 1)
		},
		"kind":  func(s string) string { return strings.Replace(s, `"kind": "pesel"`, `"kind": "`+token+`"`, 1) },
		"value": func(s string) string { return strings.Replace(s, demo.PESEL, demo.PESEL+token, 1) },
		"right": func(s string) string { return strings.Replace(s, `"erasure"`, `"`+token+`"`, 1) },
		"type":  func(s string) string { return strings.Replace(s, `"`+demo.PESEL+`"`, demo.PESEL, 1) },
		"verified": func(s string) string {
			return strings.Replace(s, `"verified": true`, `"verified": "`+demo.Phone+`"`, 1)
		},
		"date":      func(s string) string { return strings.Replace(s, `"received_at": "`, `"received_at": "`+token, 1) },
		"ground":    func(s string) string { return strings.Replace(s, `"art17_1_b"`, `"`+demo.Email+`"`, 1) },
		"two":       func(s string) string { return s + s },
		"not json":  func(string) string { return token + demo.PESEL },
		"language":  func(s string) string { return strings.Replace(s, `"language": "pl"`, `"language": "`+token+`"`, 1) },
		"no json 2": func(s string) string { return strings.Replace(s, "{", "{"+demo.PESEL, 1) },
	} {
		text := change(string(good))
		if text == string(good) {
			t.Errorf("%s: nothing is wrong with it", name)
		}
		file := filepath.Join(t.TempDir(), "request.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		e.run(t, refused, "anna", "", "plan", file)
		e.run(t, refused, "anna", text, "--json", "plan", "-")
	}
	e.run(t, refused, "anna", demo.PESEL+"x"+token+"\n", "tombstone", "check", "pesel", "-")
	e.run(t, refused, "anna", token+"\n", "tombstone", "check", "pesel", "-")
	e.done(t, canaries)
}
