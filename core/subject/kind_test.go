package subject

import (
	"errors"
	"testing"
	"time"
)

func TestKindMatches(t *testing.T) {
	email := Kind{Name: "email", Normaliser: "email/1", NotAValue: []string{"brak@brak.pl", "-"}}
	member := Kind{Name: "member_no", Unique: true, Pattern: `C-\d{5}`}
	phone := Kind{Name: "phone", Normaliser: "phone/1", Country: "PL", NotAValue: []string{"000 000 000"}}
	for _, c := range []struct {
		k    Kind
		a, b string
		want bool
	}{
		{email, "Anna@Example.pl", " anna@example.PL", true},
		{email, "brak@brak.pl", "brak@brak.pl", false},
		{email, "BRAK@brak.PL ", "BRAK@brak.PL ", false},
		{email, "-", "-", false},
		{email, "", "", false},
		{email, "not an address", "not an address", false},
		{member, "C-00001", "C-00001", true},
		{member, "C-00001", "C-000010", false},
		{member, "C-000010", "C-000010", false}, // the pattern is anchored
		{phone, "501 234 567", "+48501234567", true},
		{phone, "000000000", "000-000-000", false},
	} {
		if got := c.k.Matches(c.a, c.b); got != c.want {
			t.Errorf("%s: Matches(%q, %q) = %v", c.k.Name, c.a, c.b, got)
		}
	}
	if _, err := email.Normalise("Brak@Brak.pl"); !errors.Is(err, ErrNotAValue) {
		t.Errorf("a sentinel names somebody: %v", err)
	}
	if !phone.NamesNobody(" 000-000-000 ") || phone.NamesNobody("501234567") {
		t.Error("NamesNobody of a telephone")
	}
}

func TestPESEL(t *testing.T) {
	for _, c := range []struct {
		pesel, born string
		valid       bool
	}{
		{"44051401359", "1944-05-14", true},
		{"02070803628", "1902-07-08", true},
		{"44051401358", "1944-05-14", false},
		{"00000000000", "", false}, // its check digit fits, its date does not exist
		{"00222912349", "2000-02-29", true},
		{"01222912345", "", false}, // 29 February 2001
	} {
		born, ok := PESELBorn(c.pesel)
		if ok != (c.born != "") || ok && born.Format("2006-01-02") != c.born {
			t.Errorf("%s: born %v, %v", c.pesel, born, ok)
		}
		if got := PESELValid(c.pesel); got != c.valid {
			t.Errorf("%s: valid %v", c.pesel, got)
		}
	}
}

func TestMinor(t *testing.T) {
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time {
		x, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	const leap = "08222912345" // born 2008-02-29
	for _, c := range []struct {
		pesel string
		at    time.Time
		want  bool
	}{
		{leap, at("2026-02-27T12:00:00+01:00"), true},
		{leap, at("2026-02-28T00:00:00+01:00"), false},
		{"08312412342", at("2026-11-23T22:59:00Z").In(warsaw), true},
		{"08312412342", at("2026-11-23T23:00:00Z").In(warsaw), false}, // midnight of 24 November in Warsaw
	} {
		got, known := Minor(c.pesel, c.at)
		if !known || got != c.want {
			t.Errorf("%s at %v: minor %v, known %v", c.pesel, c.at, got, known)
		}
	}
	if _, known := Minor("no pesel", time.Now()); known {
		t.Error("a date out of nothing")
	}
}
