package people

import (
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/subject"
)

// TestPESEL checks the number against vectors worked out by hand, one a century.
func TestPESEL(t *testing.T) {
	for _, c := range []struct {
		born   string
		serial int
		want   string
	}{
		{"1944-05-14", 135, "44051401359"}, // the usual example of the statute's commentary
		{"2002-07-08", 362, "02270803624"},
		{"1899-12-31", 1, "99923100014"},
		{"2100-01-01", 0, "00410100000"},
		{"1900-01-01", 9999, "00010199998"},
	} {
		born, err := time.Parse(time.DateOnly, c.born)
		if err != nil {
			t.Fatal(err)
		}
		got := PESEL(born, c.serial)
		if got != c.want || !subject.PESELValid(got) {
			t.Errorf("born %s, serial %d: %s, want %s", c.born, c.serial, got, c.want)
		}
	}
}

// TestIBAN checks every remainder there can be: the check digits are 02 to 98.
func TestIBAN(t *testing.T) {
	seen := map[string]bool{}
	for n := range int64(2000) {
		no := IBAN(n)
		if _, err := subject.Normalise("iban/1", no); err != nil || len(no) != 28 {
			t.Fatalf("account %d: %d characters, %v", n, len(no), err)
		}
		seen[no[2:4]] = true
	}
	if len(seen) != 97 {
		t.Errorf("%d check numbers, want 97", len(seen))
	}
}

func TestPhonesDiffer(t *testing.T) {
	seen := map[string]bool{}
	for n := range 20_000 {
		e164, err := subject.Normalise("phone/1:PL", Phone(n))
		if err != nil || seen[e164] {
			t.Fatalf("number %d: a second time, or %v", n, err)
		}
		seen[e164] = true
	}
}
