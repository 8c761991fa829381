package cooperative

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// TestDemoHasSomethingOfEachFate counts Demo's rows by what the map's periods say of them on the day of the sample,
// here written down by hand: what an erasure deletes, makes anonymous and keeps.
func TestDemoHasSomethingOfEachFate(t *testing.T) {
	w := shared(t, Small)
	d, reg, led := w.Persons.Demo, w.Register(t), w.Ledger(t)
	lease, claims, books := w.cutoff(6), w.cutoff(6), w.cutoff(5)
	flat := text(t, reg, "SELECT flat_no FROM leases WHERE lease_no = ?", d.Leases[0])
	for _, c := range []struct {
		what string
		got  int
		want int
	}{
		{"left, membership over", Count(t, reg, "SELECT count(*) FROM members WHERE id = ? AND left_on < ?", d.ID, w.AsOf.AddDate(-10, 0, 0).Format("2006-01-02")), 1},
		{"subscriptions", Count(t, reg, "SELECT count(*) FROM subscriptions WHERE email = ?", d.Email), 1},
		{"others with her e-mail", Count(t, reg, "SELECT count(*) FROM members WHERE email = ? AND id <> ?", d.Email, d.ID), 0},
		{"vehicles", Count(t, reg, "SELECT count(*) FROM vehicles WHERE member_id = ?", d.ID), 2},
		{"lease over, hers alone", Count(t, reg, "SELECT count(*) FROM leases WHERE lease_no = ? AND ended_on < ? AND party_count = 1", d.Leases[0], lease), 1},
		{"lease that goes on, shared", Count(t, reg, "SELECT count(*) FROM leases WHERE lease_no = ? AND ended_on IS NULL AND party_count = 2", d.Leases[1]), 1},
		{"her parts in leases, over", Count(t, reg, "SELECT count(*) FROM lease_parties WHERE member_id = ? AND left_on < ?", d.ID, lease), 2},
		{"disclosures lapsed", Count(t, reg, "SELECT count(*) FROM disclosures WHERE member_id = ? AND sent_on < ?", d.ID, claims), 1},
		{"disclosures kept", Count(t, reg, "SELECT count(*) FROM disclosures WHERE member_id = ? AND sent_on >= ?", d.ID, claims), 1},
		{"readings lapsed", Count(t, led, "SELECT count(*) FROM readings WHERE flat_no = ? AND read_on < '2013-07-01' AND read_on < ?", flat, lease), 206},
		{"readings of the next tenant", Count(t, led, "SELECT min(count(*), 1) FROM readings WHERE flat_no = ? AND read_on > '2013-07-01'", flat), 1},
		{"entries lapsed", Count(t, led, "SELECT count(*) FROM entries WHERE account_no = ? AND booked_on < ? AND NOT (status = 'unpaid' AND due_on >= ?)", d.Account, books, claims), 118},
		{"entries kept", Count(t, led, "SELECT count(*) FROM entries WHERE account_no = ? AND booked_on >= ?", d.Account, books), 9},
		{"of which unpaid", Count(t, led, "SELECT count(*) FROM entries WHERE account_no = ? AND due_on >= ? AND status = 'unpaid'", d.Account, claims), 3},
		{"corrections", Count(t, led, "SELECT count(*) FROM entries WHERE account_no = ? AND corrects_no IS NOT NULL", d.Account), 2},
		{"arrears letters kept", Count(t, led, "SELECT count(*) FROM arrears_letters WHERE account_no = ? AND sent_on >= ?", d.Account, claims), 2},
	} {
		want(t, c.got, c.want, c.what)
	}
	old := 0
	letters := files(t, w, "letters/"+d.MemberNo)
	for _, name := range letters {
		if filepath.Base(name)[:10] < claims {
			old++
		}
	}
	if old != 3 || len(letters) != 4 {
		t.Errorf("%d letters, %d of them lapsed; want 4 and 3", len(letters), old)
	}
}

// cutoff is the first day not yet over for a period of years after year end.
func (w *World) cutoff(years int) string { return fmt.Sprintf("%d-01-01", w.AsOf.Year()-years) }

// TestDemoPassesTheGuards: a plan stops where one person has more than one in a hundred of the rows of a collection of
// more than ten thousand. In a sample of the default size none of the ordinary persons does.
func TestDemoPassesTheGuards(t *testing.T) {
	led := shared(t, sample.DefaultMembers).Ledger(t)
	for table, owner := range map[string]string{"readings": "flat_no", "entries": "account_no"} {
		all := Count(t, led, "SELECT count(*) FROM "+table)
		most := Count(t, led, "SELECT max(n) FROM (SELECT count(*) AS n FROM "+table+" GROUP BY "+owner+")")
		if all < 20_000 || most*100 > all {
			t.Errorf("%s: %d of %d are one person's", table, most, all)
		}
	}
}
