package faults

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/test/product"
	"github.com/dossier-dsr/dossier/test/servers"
)

// request writes a request about the second member and gives its file.
func (l *lake) request(t *testing.T, id, right string, more map[string]any) string {
	t.Helper()
	r := map[string]any{"id": id, "right": right, "received_at": l.Now.Add(-48 * time.Hour),
		"subject": map[string]any{"identifiers": []any{map[string]any{"kind": "member_no", "value": "C-2", "verified": true}}}}
	if right != "lift" {
		r["identity"], r["scope"] = map[string]any{"verified_at": l.Now.Add(-24 * time.Hour), "method": "document_seen"}, map[string]any{"all": true}
	}
	for k, v := range more {
		r[k] = v
	}
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), id+".json")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// works plans a request and carries it out as far as it goes.
func (l *lake) works(t *testing.T, file string) *plan.Plan {
	t.Helper()
	p := l.Plan(t, file)
	if !p.Applicable {
		t.Fatal(p.Blockers)
	}
	l.applied(t, p)
	return p
}

// reads is what an application without an account is answered that asks for an object.
func (l *lake) reads(t *testing.T, key string, want int) {
	t.Helper()
	in, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.Endpoint+"/"+l.Name+"/"+key, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.DefaultClient.Do(in)
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Body.Close()
	if r.StatusCode != want {
		t.Errorf("an application that reads %s is answered %d, want %d", key, r.StatusCode, want)
	}
}

// letters are the versions and entity tags of the second member's letters.
func (l *lake) letters(t *testing.T) (out []string) {
	t.Helper()
	o, err := l.Client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &l.Name, Prefix: aws.String("letters/C-2/")})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range o.Versions {
		out = append(out, aws.ToString(v.Key)+" "+aws.ToString(v.VersionId)+" "+aws.ToString(v.ETag))
	}
	return out
}

// TestRestrictedByATag: where the bucket's owner has installed what `connector install` prints, letters are restricted where they stand, and rows in shared objects are moved; what an
// application writes meanwhile falls under it; the lift leaves everything as it was. Where nothing is installed, a live check says so, nothing is changed, and somebody is asked.
func TestRestrictedByATag(t *testing.T) {
	t.Parallel()
	l := lakeOf(t, servers.S3(t, servers.Versioned), lakeAtFirst(), "restrict: { block: move }", "restrict: { block: tag }",
		"    rows: csv\n", "    rows: csv\n    restrict: { block: move }\n", "approval: { erasure: anybody }", "approval: { erasure: anybody, restriction: anybody, lift: nobody }")
	const first, second, hers = "letters/C-2/2001-02-03-a.txt", "letters/C-2/2001-03-03-b.txt", "letters/C-20/2001-02-03-a.txt"
	l.Policy(t, servers.Everybody)
	before := l.letters(t)
	if r := l.Run(t, "manifest", "check", "--live"); !strings.Contains(r.Stdout+r.Stderr, "no policy is known that keeps objects of letters") {
		t.Errorf("%+v", r)
	}
	p := l.works(t, l.request(t, "R-1", "restriction", map[string]any{"ground": "art18_1_c"}))
	if y := product.System(t, l.Standing(t, p.Request), "lake"); y.State != "attention" || !strings.Contains(y.Why, "by tag") || !strings.Contains(y.Why, "DossierTagged") || strings.Contains(y.Why, "C-2") {
		t.Errorf("nothing is installed: %s %v %s", y.State, y.Codes, y.Why)
	}
	l.reads(t, first, http.StatusOK)

	var said struct{ Statements []string }
	if err := json.Unmarshal([]byte(l.Must(t, "--json", "connector", "install", "lake")), &said); err != nil || len(said.Statements) != 4 {
		t.Fatalf("%q, %v", said.Statements, err)
	}
	l.Policy(t, append(l.ForMinIO(said.Statements), servers.Everybody)...)
	if r := l.Run(t, "manifest", "check", "--live"); strings.Contains(r.Stdout+r.Stderr, "no policy is known") || strings.Contains(r.Stdout+r.Stderr, "earlier versions") {
		t.Errorf("%+v", r)
	}
	l.Must(t, "--json", "request", "resume", "R-1")
	product.Until(func() bool {
		if l.Standing(t, "R-1").State == "done" {
			return true
		}
		l.Later(25 * time.Hour)
		l.Run(t, "--json", "request", "resume", "R-1")
		return false
	})
	if st := l.Standing(t, "R-1"); st.State != "done" || st.Outcome != "fulfilled" {
		t.Fatalf("%+v", *st)
	}
	for key, want := range map[string]int{first: 403, second: 403, hers: 200, march + ".csv": 200} {
		l.reads(t, key, want)
	}
	if after := l.letters(t); strings.Join(after, "\n") != strings.Join(before, "\n") {
		t.Errorf("it moved: %q, was %q", after, before)
	}
	if text := l.get(t, march+".csv", ""); text != withoutTheSecond(lakeAtFirst()[march+".csv"]) {
		t.Errorf("rows of his are not restricted: %q", text)
	}
	const late = "letters/C-2/2001-04-04-c.txt"
	l.put(t, late, "written since")
	if r := l.Run(t, "--json", "request", "resume", "R-1"); r.Code != 0 {
		t.Errorf("%+v", r)
	}
	asked := l.Standing(t, "R-1").Tasks // a row that names the person and came after the plan is asked about
	if len(asked) != 1 || asked[0].Collection != "letters" || asked[0].Items != 1 {
		t.Fatalf("%+v", asked)
	}
	if r := l.RunAs(t, "ewa", "", "--json", "task", "done", strconv.FormatInt(asked[0].ID, 10)); r.Code != 0 && r.Code != 4 {
		t.Fatalf("%+v", r)
	}
	l.Run(t, "--json", "request", "resume", "R-1")
	l.reads(t, late, http.StatusForbidden)

	told := l.Now
	l.Later(9 * 24 * time.Hour)
	l.works(t, l.request(t, "L-1", "lift", map[string]any{"restriction": map[string]any{"of": "R-1", "notice_sent_at": told}, "received_at": told}))
	if st := l.Standing(t, "L-1"); st.State != "done" {
		t.Fatalf("%+v", *st)
	}
	for _, key := range []string{first, second, late} {
		l.reads(t, key, http.StatusOK)
	}
	now, _ := l.everything(t)
	for key, text := range lakeAtFirst() {
		if now[key] != text {
			t.Errorf("%s is %q", key, now[key])
		}
	}
}
