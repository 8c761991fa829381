package leak

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// renewed stands in every new value of the requests here: what somebody is called from now on is personal data too.
const renewed = "QZNOWANAZWA"

// TestCorrections: neither old nor new values of a rectification, nor what an objection is known by, are in anything that was written or said.
func TestCorrections(t *testing.T) {
	t.Parallel()
	e, canaries := newEar(t)
	p := e.Persons.Demo
	text, err := os.ReadFile(e.Requests["rectification"])
	if err != nil {
		t.Fatal(err)
	}
	send := func(name, id string, changes ...string) string {
		r := strings.NewReplacer(append([]string{"2026-000121", id}, changes...)...).Replace(string(text))
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(r), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	renew := []string{`"from": "` + p.LastName + `"`, `"from": "` + p.LastName + token + `"`, p.LastName + "-Brzęk", renewed, "+48600100299", "+48600107741",
		"Wykluczenie zaskarżono", renewed + " zaskarżono"}
	file := send("fix.json", "2026-000521", renew...)
	e.run(t, fine, "anna", "", "plan", file, "--rehearse")
	e.run(t, fine, "anna", "", "--json", "plan", file)
	e.run(t, fine, "anna", "", "--json", "run", file, "--yes")
	for _, words := range [][]string{{"request", "show", "2026-000521"}, {"plan", "show", "2026-000521"}, {"recipients", "list", "2026-000521"}, {"task", "list"}, {"journal", "verify"}} {
		e.both(t, words...)
	}
	if got := e.Standing(t, "2026-000521"); len(got.Systems) == 0 || got.Systems[0].Corrected == 0 {
		t.Fatalf("nothing was corrected: nothing was tested: %+v", got.Systems)
	}
	// A conflict, a value that cannot be read, one that stands on another person's row.
	e.run(t, fine, "anna", "", "plan", send("other.json", "2026-000522", p.Phone, "+48600107742", "+48600100299", "+48600107743"))
	e.run(t, refused, "anna", "", "plan", send("bad.json", "2026-000523", "+48600100299", renewed))
	e.run(t, fine, "anna", "", "plan", send("taken.json", "2026-000524", "+48600100299", e.Persons.Spouse.Phone))
	head, rest, _ := strings.Cut(string(text), `"corrections"`)
	_, tail, _ := strings.Cut(rest, `"reply"`)
	for _, right := range []string{`"objection", "ground": "art21_2", "scope": {"purposes": ["newsletter"]}`, `"withdrawal", "scope": {"purposes": ["adaptations"]}`} {
		name, _, _ := strings.Cut(strings.Trim(right, `"`), `"`)
		body := strings.NewReplacer("2026-000121", "2026-"+name, `"rectification"`, right).Replace(head + `"reply"` + tail)
		file := filepath.Join(t.TempDir(), name+".json")
		if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		e.run(t, fine, "anna", "", "run", file, "--yes")
		e.both(t, "request", "show", "2026-"+name)
	}
	e.run(t, fine, "anna", p.Email+"\n", "--json", "tombstone", "check", "email", "-")
	e.done(t, append(canaries, renewed, "48600107741", "48600107742", "48600107743"))
}
