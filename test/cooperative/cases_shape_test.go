package cooperative

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

func TestSharedAndRepresented(t *testing.T) {
	w := shared(t, Small)
	p, reg := w.Persons, w.Register(t)
	want(t, Count(t, reg, "SELECT count(*) FROM lease_parties WHERE lease_no = ?", p.LeaseMates[0].Leases[0]), 4, "members on one lease")
	want(t, Count(t, reg, "SELECT count(*) FROM lease_parties WHERE lease_no = ? AND left_on IS NOT NULL", p.LeaseMates[0].Leases[0]), 1, "of whom left")
	want(t, Count(t, reg, "SELECT count(*) FROM members WHERE representative_id = ?", p.Representative.ID), 2, "represented by one")
	want(t, Count(t, reg, "SELECT count(*) FROM members WHERE id = ? AND died_on IS NOT NULL", p.Dead.ID), 1, "Dead")
	want(t, Count(t, reg, `SELECT count(*) FROM lease_parties d JOIN lease_parties v ON d.lease_no = v.lease_no JOIN leases l ON l.lease_no = d.lease_no
		WHERE d.member_id = ? AND v.member_id = ? AND d.left_on IS NOT NULL AND v.left_on IS NULL AND l.ended_on IS NULL`, p.Dead.ID, p.Widow.ID), 1, "the widow's lease")
	want(t, Count(t, reg, "SELECT count(*) FROM members WHERE recommended_by = id"), 1, "recommended by themselves")
	want(t, Count(t, reg, "SELECT count(*) FROM members a JOIN members b ON a.recommended_by = b.id AND b.recommended_by = a.id AND a.id < b.id"), 1, "recommended by each other")
	want(t, Count(t, reg, "SELECT count(*) FROM members WHERE recommended_by = ?", p.Demo.ID), 1, "recommended by Demo")
	want(t, Count(t, reg, "SELECT count(*) FROM members WHERE address_id = (SELECT address_id FROM members WHERE id = ?)", p.Demo.ID), 2, "at Demo's address")
	want(t, Count(t, reg, "SELECT count(DISTINCT member_id) FROM lease_parties JOIN leases USING (lease_no) WHERE flat_no = 'Łąkowa 7/12'"), 2, "tenants of one flat, one after the other")
}

func TestCorrectionsReferToEntries(t *testing.T) {
	w := shared(t, Small)
	led := w.Ledger(t)
	chain := Count(t, led, `WITH RECURSIVE c(book, no, depth) AS (
		SELECT book, entry_no, 1 FROM entries WHERE account_no = ? AND corrects_no IS NULL
		UNION ALL SELECT e.book, e.entry_no, depth + 1 FROM entries e JOIN c ON e.corrects_book = c.book AND e.corrects_no = c.no)
		SELECT max(depth) FROM c`, w.Persons.Corrections.Account)
	want(t, chain, 4, "the longest chain of corrections")
	want(t, Count(t, led, "SELECT count(*) FROM entries WHERE corrects_book = book AND corrects_no = entry_no"), 1, "entries that correct themselves")
	want(t, Count(t, led, `SELECT count(*) FROM entries a JOIN entries b ON a.corrects_no = b.entry_no AND b.corrects_no = a.entry_no
		AND a.corrects_book = b.book AND b.corrects_book = a.book AND a.entry_no < b.entry_no`), 1, "pairs that correct each other")
	want(t, Count(t, led, `SELECT count(*) FROM entries c JOIN entries e ON c.corrects_book = e.book AND c.corrects_no = e.entry_no
		WHERE e.account_no = ? AND c.account_no = ?`, w.Persons.Corrections.Account, w.Persons.Misbooked.Account), 1, "corrections across accounts")
	if Count(t, led, "SELECT count(*) FROM entries a JOIN entries b ON a.entry_no = b.entry_no AND a.book < b.book") == 0 {
		t.Error("no number stands in both books: half a key would do")
	}
}

func TestPathsThatMayBeNull(t *testing.T) {
	w := shared(t, Small)
	p, reg := w.Persons, w.Register(t)
	want(t, Count(t, reg, `SELECT count(*) FROM members WHERE id = ? AND address_id IS NULL AND representative_id IS NULL AND recommended_by IS NULL
		AND registered_by IS NULL AND email IS NULL AND phone IS NULL AND born_on IS NULL AND status IS NULL`, p.NullPaths.ID), 1, "NullPaths")
	want(t, Count(t, reg, "SELECT count(*) FROM leases l WHERE NOT EXISTS (SELECT 1 FROM lease_parties p WHERE p.lease_no = l.lease_no)"), 1, "leases without a party")
	want(t, Count(t, reg, "SELECT count(*) FROM leases WHERE lease_no = ? AND started_on IS NULL", p.NullPaths.Leases[0]), 1, "leases without a beginning")
	want(t, Count(t, reg, "SELECT count(*) FROM addresses a WHERE NOT EXISTS (SELECT 1 FROM members m WHERE m.address_id = a.id)"), 1, "addresses of nobody")
	want(t, Count(t, w.Ledger(t), "SELECT count(*) FROM pragma_table_info('entries') WHERE name = 'account_no' AND \"notnull\""), 1, "references that may not be NULL")
	want(t, Count(t, reg, "SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')"), 0, "triggers and views")
}

func TestLeaseNumbersThatClimb(t *testing.T) {
	w := shared(t, Small)
	for _, no := range []string{"..", ".", "../letters", "7*"} {
		if !slices.Contains(w.Persons.Climber.Leases, no) {
			t.Errorf("no lease %s", no)
		}
	}
	for _, alike := range []string{"7", "70", "1", "10", "100"} {
		if info, err := os.Stat(filepath.Join(w.DocumentsDir, "leases", alike)); err != nil || !info.IsDir() {
			t.Errorf("no scans of lease %s, whose number begins another's", alike)
		}
	}
}

func TestEveryAwkwardTextIsThere(t *testing.T) {
	w := shared(t, Small)
	p := w.Persons.Awkward
	rows, err := w.Ledger(t).Query("SELECT title FROM entries WHERE account_no = ? ORDER BY book, entry_no", p.Account)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	notes := text(t, w.Register(t), "SELECT notes FROM members WHERE id = ?", p.ID)
	texts := sample.AwkwardTexts()
	i := 0
	for rows.Next() {
		var title string
		if err := rows.Scan(&title); err != nil {
			t.Fatal(err)
		}
		if i >= len(texts) || title != texts[i].Text || !strings.Contains(notes, title) {
			t.Errorf("entry %d is not the awkward text of its place", i)
		}
		i++
	}
	if err := rows.Err(); err != nil || i != len(texts) {
		t.Errorf("%d of %d texts, %v", i, len(texts), err)
	}
	all := strings.Builder{}
	for _, a := range texts {
		all.WriteString(a.Text)
	}
	for _, c := range "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ\"';,\t\r\n\\%_<>&{}=+-@|/?$`\u2028\u200b\ufeff\u202e\u0301\u0007\u001b\u007f\ufffd\u00a0👩𐍈שم" {
		if !strings.ContainsRune(all.String(), c) {
			t.Errorf("%U is in no text", c)
		}
	}
}
