package cooperative

import (
	"testing"

	"github.com/dossier-dsr/dossier/core/subject"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// want compares the number a query gives.
func want(t *testing.T, got, want int, what string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %d, want %d", what, got, want)
	}
}

func TestEveryPESELIsRight(t *testing.T) {
	w := shared(t, sample.DefaultMembers)
	rows, err := w.Register(t).Query("SELECT pesel, CAST(born_on AS TEXT), id FROM members")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	seen := map[string]bool{}
	for rows.Next() {
		var pesel string
		var born *string
		var id int
		if err := rows.Scan(&pesel, &born, &id); err != nil {
			t.Fatal(err)
		}
		if !subject.PESELValid(pesel) || seen[pesel] {
			t.Errorf("member %d: the PESEL is wrong or stands twice", id)
		}
		seen[pesel] = true
		if day, ok := subject.PESELBorn(pesel); born != nil && (!ok || day.Format("2006-01-02") != *born) {
			t.Errorf("member %d: the PESEL tells another birth date", id)
		}
	}
	if err := rows.Err(); err != nil || len(seen) != sample.DefaultMembers {
		t.Errorf("%d numbers, %v", len(seen), err)
	}
	nobody := w.Persons.NothingHeld
	if !subject.PESELValid(nobody.PESEL) || seen[nobody.PESEL] {
		t.Error("NothingHeld has a wrong PESEL, or is a member")
	}
	if minor, known := subject.Minor(w.Persons.Minor.PESEL, w.AsOf); !minor || !known {
		t.Error("Minor is no minor by the PESEL")
	}
	if minor, _ := subject.Minor(w.Persons.Demo.PESEL, w.AsOf); minor {
		t.Error("Demo is a minor by the PESEL")
	}
}

// TestNamedPersonsAreWhoTheySay looks every named person up by what a request would name them by.
func TestNamedPersonsAreWhoTheySay(t *testing.T) {
	w := shared(t, Small)
	db := w.Register(t)
	named := 0
	for name, p := range w.Persons.All {
		named++
		if p.About == "" {
			t.Errorf("%s: nothing says why", name)
		}
		if name == "NothingHeld" {
			want(t, Count(t, db, "SELECT count(*) FROM members WHERE pesel = ? OR email = ?", p.PESEL, p.Email), 0, name)
			continue
		}
		want(t, Count(t, db, `SELECT count(*) FROM members WHERE id = ? AND pesel = ? AND coalesce(member_no, '') = ? AND coalesce(email, '') = ?
			AND coalesce(phone, '') = ? AND first_name = ? AND last_name = ?`, p.ID, p.PESEL, p.MemberNo, p.Email, p.Phone, p.FirstName, p.LastName), 1, name)
		if p.Account != "" {
			want(t, Count(t, w.Ledger(t), "SELECT count(*) FROM accounts WHERE account_no = ? AND coalesce(member_no, '') = ? AND holder = ?",
				p.Account, p.MemberNo, p.LastName+" "+p.FirstName), 1, name+"'s account")
		}
		for _, no := range p.Leases {
			want(t, Count(t, db, "SELECT count(*) FROM lease_parties WHERE lease_no = ? AND member_id = ?", no, p.ID), 1, name+"'s lease")
		}
	}
	if named < 40 {
		t.Errorf("only %d named persons", named)
	}
}

func TestIdentifiersThatDoNotDecide(t *testing.T) {
	w := shared(t, sample.DefaultMembers)
	p, reg := w.Persons, w.Register(t)
	want(t, Count(t, reg, "SELECT count(*) FROM members WHERE email = ? AND phone = ?", p.Wife.Email, p.Husband.Phone), 2, "couple of one e-mail and phone")
	want(t, Count(t, reg, "SELECT count(*) FROM subscriptions WHERE email = ?", p.Wife.Email), 1, "the couple's newsletter")
	want(t, Count(t, reg, "SELECT count(*) FROM members WHERE phone = ?", p.Demo.Phone), 2, "phone re-issued to Stranger")
	if p.Stranger.Phone != p.Demo.Phone || p.Stranger.PESEL == p.Demo.PESEL {
		t.Error("Stranger does not have Demo's phone, or is Demo")
	}
	want(t, Count(t, reg, `SELECT count(*) FROM members a JOIN members b ON a.first_name = b.first_name AND a.last_name = b.last_name
		AND a.address_id = b.address_id AND a.id < b.id WHERE a.id = ? AND b.id = ?`, p.Namesakes[0].ID, p.Namesakes[1].ID), 1, "namesakes at one address")
	want(t, Count(t, reg, "SELECT count(*) FROM members WHERE email = ?", sample.SentinelEmail), 200, "members with the sentinel e-mail")
	if Count(t, reg, "SELECT count(*) FROM subscriptions WHERE email = ?", sample.SentinelEmail) == 0 {
		t.Error("no subscription has the sentinel e-mail")
	}
	want(t, Count(t, reg, "SELECT count(*) FROM members WHERE member_no = ''"), 1, "members with an empty number")
	want(t, Count(t, reg, "SELECT count(*) FROM members WHERE member_no IS NULL"), 1, "members without a number")
	want(t, Count(t, w.Ledger(t), "SELECT count(*) FROM accounts WHERE member_no = ''"), 2, "accounts with an empty number")
	want(t, Count(t, w.Ledger(t), "SELECT count(*) FROM accounts WHERE member_no IS NULL"), 2, "accounts without a number")
	want(t, Count(t, reg, "SELECT count(*) FROM subscriptions WHERE email = ''"), 1, "subscriptions with an empty e-mail")
	want(t, Count(t, reg, "SELECT count(*) FROM members WHERE id = ? AND emergency_phone = ?", p.Demo.ID, p.Spouse.Phone), 1, "Spouse is Demo's contact")
	if Count(t, reg, `SELECT count(*) FROM members a JOIN members b ON a.email = b.email AND a.id < b.id
		WHERE a.email <> ? AND a.id > ?`, sample.SentinelEmail, p.Heavy.ID) < 50 {
		t.Error("hardly a couple in the crowd shares an e-mail")
	}
}

// TestPhonesAreWrittenAsPeopleDo: one number has many spellings, and all can be read.
func TestPhonesAreWrittenAsPeopleDo(t *testing.T) {
	w := shared(t, sample.DefaultMembers)
	kind := subject.Kind{Name: "phone", Country: "PL", Normaliser: "phone/1"}
	rows, err := w.Register(t).Query("SELECT phone FROM members WHERE phone <> ''")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	spelled := 0
	for rows.Next() {
		var phone string
		if err := rows.Scan(&phone); err != nil {
			t.Fatal(err)
		}
		e164, err := kind.Normalise(phone)
		if err != nil {
			t.Fatal(err)
		}
		if e164 != phone {
			spelled++
		}
	}
	if err := rows.Err(); err != nil || spelled < 50 {
		t.Errorf("%d numbers are spelled in another way, %v", spelled, err)
	}
}
