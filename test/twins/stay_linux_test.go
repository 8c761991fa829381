package twins

import (
	"archive/zip"
	"encoding/json"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-dsr/dossier/core/plan"
)

// TestRestrictedWhereTheyStand restricts a member of the sample on PostgreSQL, whose rows stay where they are in both databases, beside some
// that are moved; gives her a copy meanwhile, corrects her name, and lifts the restriction. An application sees nothing of her from the first
// to the last of it, and everything of everybody else.
func TestRestrictedWhereTheyStand(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "PostgreSQL", map[string]*strings.Replacer{
		"register": strings.NewReplacer("restrict: { mark: restricted_at }", "restrict: { block: row_security, mark: restricted_at }", "  vehicles:\n", "  vehicles:\n    restrict: { block: row_security }\n",
			"    label: { pl: Lista biuletynu", "    restrict: { block: row_security }\n    label: { pl: Lista biuletynu"),
		"ledger": strings.NewReplacer("restrict: { block: move }", "restrict: { block: row_security }"),
	})
	app := map[string]*pgx.Conn{"register": onPostgres(t, h.url["register"].Ordinary), "ledger": onPostgres(t, h.url["ledger"].Ordinary)}
	demo := h.Persons.Demo
	id := strconv.FormatInt(demo.ID, 10)
	hers := []struct{ system, from string }{{"register", "members WHERE id = " + id}, {"register", "vehicles WHERE member_id = " + id}, {"register", "disclosures WHERE member_id = " + id},
		{"register", "subscriptions WHERE email = '" + demo.Email + "'"}, {"ledger", "accounts WHERE account_no = '" + demo.Account + "'"}, {"ledger", "entries WHERE account_no = '" + demo.Account + "'"},
		{"ledger", "balances WHERE account_no = '" + demo.Account + "'"}, {"ledger", "arrears_letters WHERE account_no = '" + demo.Account + "'"}}
	count := func(conn *pgx.Conn, from string) (n int) {
		t.Helper()
		if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM "+from).Scan(&n); err != nil {
			t.Fatalf("%s: %v", from, err)
		}
		return n
	}
	had, all := map[string]int{}, map[string]int{}
	for _, x := range hers {
		if had[x.from] = count(app[x.system], x.from); had[x.from] == 0 {
			t.Fatalf("there is nothing in %s", x.from)
		}
		table, _, _ := strings.Cut(x.from, " ")
		all[x.from] = count(app[x.system], table)
	}
	unseen := func(when string) {
		t.Helper()
		for _, x := range hers {
			table, where, _ := strings.Cut(x.from, " ")
			if n := count(app[x.system], x.from); n != 0 {
				t.Errorf("%s: an application reads %d of %s", when, n, x.from)
			}
			if n := count(app[x.system], table); n != all[x.from]-had[x.from] {
				t.Errorf("%s: an application reads %d rows of %s, want those of all others, %d", when, n, table, all[x.from]-had[x.from])
			}
			if tag, err := app[x.system].Exec(t.Context(), "DELETE FROM "+table+" "+where); err != nil || tag.RowsAffected() != 0 {
				t.Errorf("%s: an application deletes from %s: %v, %v", when, x.from, tag, err)
			}
		}
	}
	done := func(request string) *plan.Plan {
		t.Helper()
		p := h.Plan(t, h.Requests[request])
		if state := h.through(t, p); state != "done" {
			t.Fatalf("%s is %s: %v", request, state, p.Blockers)
		}
		return p
	}
	before := rows(t, h)

	p := done("restriction")
	for where, act := range map[string]plan.Act{"register/members": plan.Block, "register/vehicles": plan.Block, "register/disclosures": plan.Move, "ledger/entries": plan.Block, "ledger/accounts": plan.Block, "documents/letters": plan.Move} {
		if !slices.ContainsFunc(actions(p, where), func(a plan.Action) bool { return a.Action == act && a.Rows > 0 }) {
			t.Errorf("%s is not put out of reach by %s", where, act)
		}
	}
	unseen("restricted")
	if n := h.read["ledger"](t, "SELECT 1 FROM entries WHERE account_no = '"+demo.Account+"'"); len(n) != had["entries WHERE account_no = '"+demo.Account+"'"] {
		t.Errorf("%d entries stand in their table", len(n))
	}

	p = done("access")
	for _, where := range []string{"register/vehicles", "ledger/accounts"} {
		for _, a := range actions(p, where) {
			if a.Rows > 0 && !strings.Contains(a.Reason.Explain, "restricted since") {
				t.Errorf("the plan of the copy does not say that %s is restricted: %+v", where, a)
			}
		}
	}
	told := h.index(t, p.Request)
	if len(told.Restricted) == 0 {
		t.Error("the copy does not say what is restricted")
	}
	if !slices.ContainsFunc(told.Collections, func(c collection) bool { return c.Restricted != "" && c.Rows == 2 }) {
		t.Errorf("no table of the copy is marked as restricted: %+v", told)
	}
	unseen("copied")

	done("rectification")
	if n := h.read["register"](t, "SELECT 1 FROM members WHERE id = "+id+" AND last_name LIKE '%-Brzęk'"); len(n) != 1 {
		t.Error("her name is not corrected where it stands")
	}
	unseen("corrected")

	done("lift")
	for _, x := range hers {
		if n := count(app[x.system], x.from); n != had[x.from] {
			t.Errorf("lifted: an application reads %d of %s, want %d", n, x.from, had[x.from])
		}
	}
	after := rows(t, h)
	for _, row := range after {
		if !slices.Contains(before, row) && !strings.Contains(row, demo.LastName+"-Brzęk") {
			t.Errorf("a row is another than before, and was not corrected: %s", row)
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d rows, %d before", len(after), len(before))
	}
	for system, run := range h.run {
		if err := run(t.Context(), h.Must(t, "connector", "install", system, "--undo")); err != nil {
			t.Errorf("%s: %v", system, err)
		}
	}
}

// actions are what a plan does with a collection.
func actions(p *plan.Plan, where string) []plan.Action {
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			if s.Name+"/"+c.Name == where {
				return c.Actions
			}
		}
	}
	return nil
}

// index is what the copy of an access says of restrictions.
type index struct {
	Restricted  []json.RawMessage `json:"restricted"`
	Collections []collection      `json:"collections"`
}

type collection struct {
	Name       string `json:"name"`
	Restricted string `json:"restricted"`
	Rows       int64  `json:"rows"`
}

// index fetches the copy of a request and reads what it says of itself.
func (h *house) index(t *testing.T, request string) (out index) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "copy.zip")
	h.Must(t, "archive", request, "-o", file)
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open("dossier.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := json.NewDecoder(f).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}
