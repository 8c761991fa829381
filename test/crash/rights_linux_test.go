package crash

import (
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/test/product"
)

// TestKillARectification kills dossier at every point a rectification passes; an identifier is among what changes. What is left once it was
// taken up again is what an undisturbed run leaves: each value new, none old, none twice.
func TestKillARectification(t *testing.T) {
	t.Parallel()
	s := rewritten(t, "rectification", numbered)
	s.killAt(t, some(s.points)...)
}

// TestKillAnObjection kills dossier where an objection to marketing differs from an erasure: around the do-not-contact entry, and where rows go.
func TestKillAnObjection(t *testing.T) {
	t.Parallel()
	s := rewritten(t, "rectification", objecting)
	if s.end.contacts != 1 {
		t.Fatalf("an undisturbed run leaves %d do-not-contact entries of the e-mail", s.end.contacts)
	}
	s.killAt(t, "begin", "begun", "apply/stored/register", "close/closed")
}

// numbered lets the sample's rectification change the member number too, which letters, accounts and the register are found by.
func numbered(h *product.House, text string) string {
	p := h.Persons.Demo
	return strings.Replace(text, `"corrections": [`, `"corrections": [{"category": "`+memberNumber+`", "from": "`+p.MemberNo+`", "to": "C-99999"},`, 1)
}

// memberNumber is the category of the member number where the map says none.
const memberNumber = "identifier.other"

// objecting makes an objection to the newsletter of it.
func objecting(_ *product.House, text string) string {
	head, rest, _ := strings.Cut(text, `"corrections": [`)
	_, tail, _ := strings.Cut(rest, `"reply":`)
	head = strings.Replace(head, `"right": "rectification"`, `"right": "objection", "ground": "art21_2", "scope": {"purposes": ["newsletter"]}`, 1)
	return head + `"reply":` + tail
}

// contacts counts the do-not-contact entries of the person's e-mail.
func contacts(t *testing.T, h *product.House) int {
	t.Helper()
	return strings.Count(h.RunAs(t, "anna", h.Persons.Demo.Email+"\n", "--json", "tombstone", "check", "email", "-").Stdout, `"no_contact"`)
}
