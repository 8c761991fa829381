package leak

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/plan"
)

// TestFormsAreFound: the search finds a value in each form it may have; it is no test of nothing.
func TestFormsAreFound(t *testing.T) {
	const v = "61031400427"
	lower, exact := forms(v)
	for _, b := range append(lower, exact...) {
		if len(b) < 9 {
			t.Errorf("a form of %d bytes is found by chance: %q", len(b), b)
		}
	}
	for shift := range 3 {
		h := []byte(fmt.Sprintf("%s%s and more", "abcdef"[:3+shift], v))
		b := encode(h)
		found := false
		for _, f := range exact {
			found = found || bytes.Contains(b, f)
		}
		if !found {
			t.Errorf("not found in %s", b)
		}
	}
}

// TestRights exercises the rights on one house, from end to end.
func TestRights(t *testing.T) {
	t.Parallel()
	e, canaries := newEar(t)
	out := t.TempDir() // what the subject receives; not the executor's
	for _, right := range []string{"access", "portability"} {
		e.run(t, fine, "anna", "", "plan", e.Requests[right])
		r := e.run(t, fine, "anna", "", "--json", "run", e.Requests[right])
		var st struct{ ID string }
		if json.Unmarshal([]byte(r.Stdout), &st) != nil || st.ID == "" {
			t.Fatalf("%s", r.Stdout)
		}
		e.tasks(t, st.ID, out)
		e.run(t, fine, "anna", "", "archive", st.ID, "-o", filepath.Join(out, right+".zip"))
		e.both(t, "request", "show", st.ID)
		e.both(t, "plan", "show", st.ID)
	}
	file := filepath.Join(e.Root, "plan.json")
	e.run(t, fine, "anna", "", "plan", e.Requests["erasure"], "--rehearse", "-o", file)
	r := e.run(t, fine, "anna", "", "--json", "plan", e.Requests["erasure"], "--rehearse")
	var p plan.Plan
	if err := json.Unmarshal([]byte(r.Stdout), &p); err != nil {
		t.Fatal(err)
	}
	e.run(t, fine, "anna", "", "plan", "diff", file, p.Request)
	e.run(t, fine, "jan", "", "apply", p.Request, "--approve", p.Digest)
	e.both(t, "recipients", "list", p.Request)
	e.Told(t, p.Request)
	e.tasks(t, p.Request, t.TempDir())
	e.Later(25 * time.Hour)
	e.run(t, fine, "anna", "", "request", "resume", p.Request)
	if st := e.Standing(t, p.Request); st.State != "done" {
		t.Fatalf("%s %s %v", st.State, st.Why, st.Attention)
	}
	for _, words := range [][]string{{"request", "show", p.Request}, {"request", "list"}, {"receipt", "show", p.Request}, {"journal", "verify"}, {"journal", "checkpoint"},
		{"journal", "key"}, {"tombstone", "list"}, {"due", "list"}, {"manifest", "check"}} {
		e.both(t, words...)
	}
	e.run(t, fine, "anna", e.Persons.Demo.PESEL+"\n", "tombstone", "check", "pesel", "-")
	e.run(t, fine, "anna", e.Persons.Spouse.Email+"\n", "--json", "tombstone", "check", "email", "-")
	// The letter is the person's; what is kept of it, and an archive that is revoked, tell nothing. A second access shows the register itself.
	for _, form := range []string{"html", "md", "json"} {
		letter := e.RunAs(t, "anna", "", "-v", "reply", p.Request, "--format", form)
		e.heard["stderr of reply as "+form] = []byte(letter.Stderr)
		if letter.Code != 0 || !strings.Contains(letter.Stdout, e.Persons.Demo.Email) {
			t.Errorf("the letter as %s is not addressed: %d %s", form, letter.Code, letter.Stderr)
		}
	}
	e.run(t, fine, "anna", "", "request", "note", p.Request, "reply_sent")
	e.run(t, fine, "anna", "", "archive", "revoke", "2026-000119")
	e.run(t, refused, "anna", "", "archive", "2026-000119", "-o", filepath.Join(out, "revoked.zip"))
	again := filepath.Join(out, "again.json")
	text, err := os.ReadFile(e.Requests["access"])
	if err == nil {
		err = os.WriteFile(again, bytes.ReplaceAll(text, []byte("2026-000119"), []byte("2026-000319")), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	e.run(t, fine, "anna", "", "run", again)
	e.Answer(t, "2026-000319", scan(t))
	e.run(t, fine, "anna", "", "archive", "2026-000319", "-o", filepath.Join(out, "again.zip"))
	if !packed(t, filepath.Join(out, "again.zip"), e.Persons.Demo.PESEL) || !packed(t, filepath.Join(out, "again.zip"), "E/1") {
		t.Error("the second access shows neither what requests said nor the letter that was sent: nothing was tested")
	}
	e.both(t, "request", "show", "2026-000319")
	// An erasure that is refused, one with candidates, one of many unknown dates.
	e.run(t, fine, "anna", "", "plan", e.Requests["lease-mate-erasure"])
	e.run(t, fine, "anna", "", "--json", "plan", e.Requests["wife-erasure"])
	e.decides(t)
	r = e.run(t, fine, "anna", "", "--json", "plan", e.Requests["unknown-dates-erasure"])
	if err := json.Unmarshal([]byte(r.Stdout), &p); err != nil {
		t.Fatal(err)
	}
	e.run(t, fine, "anna", "", "request", "reject", p.Request, "--reason", "manifestly_unfounded")
	e.both(t, "request", "show", p.Request)
	e.done(t, canaries)
	if !packed(t, filepath.Join(out, "access.zip"), token) {
		t.Error("the canaries are not in the subject's own package: nothing was tested")
	}
}

// decides answers whose the candidates of a plan are.
func (e *ear) decides(t *testing.T) {
	t.Helper()
	var list struct{ Tasks []engine.TaskStanding }
	r := e.run(t, fine, "anna", "", "--json", "task", "list", "--kind", "candidate")
	if err := json.Unmarshal([]byte(r.Stdout), &list); err != nil || len(list.Tasks) != 1 {
		t.Fatalf("asked about candidates: %+v (%v)", list.Tasks, err)
	}
	task, id := strconv.FormatInt(list.Tasks[0].ID, 10), list.Tasks[0].Request
	e.both(t, "task", "show", task)
	e.run(t, refused, "ewa", "", "task", "done", task, "--except", "1")
	e.run(t, fine, "ewa", "", "--json", "task", "done", task, "--except", "1", "--because", "not hers")
	e.run(t, refused, "jan", "", "task", "refuse", task, "--because", "neither")
	e.both(t, "plan", "show", id)
	e.both(t, "request", "show", id)
}

// packed says whether a file of a ZIP holds a text.
func packed(t *testing.T, file, text string) bool {
	t.Helper()
	z, err := zip.OpenReader(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = z.Close() }()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(text)) {
			return true
		}
	}
	return false
}

// tasks shows and answers what people have to do for a request. What to look for goes into files of theirs.
func (e *ear) tasks(t *testing.T, id, out string) {
	t.Helper()
	e.both(t, "task", "list", "--request", id)
	r := e.run(t, fine, "anna", "", "--json", "task", "list", "--request", id)
	var list struct{ Tasks []engine.TaskStanding }
	if err := json.Unmarshal([]byte(r.Stdout), &list); err != nil {
		t.Fatal(err)
	}
	for _, x := range list.Tasks {
		n := strconv.FormatInt(x.ID, 10)
		e.both(t, "task", "show", n)
		e.run(t, fine, "anna", "", "task", "show", n, "-o", filepath.Join(out, n+".txt"), "--files", filepath.Join(out, n))
		e.run(t, refused, "anna", "", "task", "done", n, "--except", "999999", "--because", "no such item")
		e.run(t, refused, "anna", "", "task", "done", n, "--attach", filepath.Join(out, "none.pdf"))
		args := []string{"task", "done", n}
		if x.Act == "copy" {
			args = append(args, "--attach", scan(t))
		}
		e.run(t, fine, "ewa", "", args...)
		e.run(t, refused, "anna", "", "task", "refuse", n, "--because", "answered already")
		e.both(t, "task", "show", n)
	}
	e.both(t, "task", "list", "--all")
}

// scan is a copy of something on paper.
func scan(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "scan.pdf")
	if err := os.WriteFile(file, []byte("%PDF-1.4 "+scanned), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// scanned stands in it.
const scanned = "Zaświadczenie lekarskie 77/2019"

// TestKilledInTheMiddle: what a killed process leaves in the write-ahead log, in temporary files and half-written archives tells nothing either.
func TestKilledInTheMiddle(t *testing.T) {
	for _, c := range []struct{ request, point string }{
		{"access", "collect/spooled"}, {"access", "task/answering"}, {"access", "collect/packed"}, {"access", "collect/placed"}, {"erasure", "begun"}, {"erasure", "apply/asked/register"}, {"erasure", "apply/prepared/documents#2"},
		{"erasure", "verify/looked/ledger"},
	} {
		t.Run(filepath.Base(c.point), func(t *testing.T) {
			t.Parallel()
			e, canaries := newEar(t)
			r := e.run(t, fine, "anna", "", "--json", "plan", e.Requests[c.request])
			var p plan.Plan
			if err := json.Unmarshal([]byte(r.Stdout), &p); err != nil {
				t.Fatal(err)
			}
			e.Extra["DOSSIER_FAILPOINT"] = c.point
			r = e.run(t, append(fine, -1), "jan", "", "apply", p.Request, "--approve", p.Digest)
			if !r.Killed && !e.Answer(t, p.Request, scan(t)) {
				t.Fatal("it lives")
			}
			e.done(t, canaries)
		})
	}
}
