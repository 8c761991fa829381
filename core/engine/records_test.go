package engine_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/reply"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// index is dossier.json as far as it is looked at.
type index struct {
	Restricted  []struct{ What, Since, Ground string }
	Collections []struct {
		Title, Restricted string
		Own               bool
		Data              []map[string]any
	}
}

// rows is how many rows of each collection are in the copy, but for the register's own.
func (x index) rows() map[string]int {
	out := map[string]int{}
	for _, c := range x.Collections {
		if !c.Own {
			out[c.Title] = len(c.Data)
		}
	}
	return out
}

func indexOf(t *testing.T, w *world.World, id string) (x index) {
	t.Helper()
	var out bytes.Buffer
	if _, err := w.Engine.Archive(t.Context(), id, &out, false); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("dossier.json")
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(f)
	if err == nil {
		err = json.Unmarshal(raw, &x)
	}
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestRestrictionInACopy: while data is restricted an access marks it, and shows what the register holds of the restriction: where, since
// when, on which ground, what was permitted; and never by which method of a store others are kept out.
func TestRestrictionInACopy(t *testing.T) {
	w := world.Open(t, sample.Options{Members: 60}, nil)
	id := w.Start(t, "restriction")
	finish(t, w, id)
	if _, err := w.Engine.Permit(t.Context(), id, state.Permit{Basis: "legal_claims", Law: "Kpc", Account: "prawnik", Until: "2026-12-31"}); err != nil {
		t.Fatal(err)
	}
	access := w.Start(t, "access")
	if err := w.Engine.Drain(t.Context(), access); err != nil {
		t.Fatal(err)
	}
	w.Release(t, access)
	x := indexOf(t, w, access)
	marked, own := 0, map[string][]map[string]any{}
	for _, c := range x.Collections {
		switch {
		case c.Own:
			own[c.Title] = c.Data
		case c.Restricted != "":
			if day := regexp.MustCompile(`^Od \d{1,2}\x{a0}\p{L}+\x{a0}\d{4}\x{a0}r\.: `); !day.MatchString(c.Restricted) {
				t.Errorf("since when is not said as other days are: %q", c.Restricted)
			}
			marked++
		}
	}
	if marked == 0 || len(x.Restricted) != marked {
		t.Errorf("%d tables are marked as restricted, %d are said to be", marked, len(x.Restricted))
	}
	held := own["Ograniczenia przetwarzania"]
	if len(held) == 0 {
		t.Fatal("the register's record of the restriction is not shown")
	}
	for _, row := range held {
		if row["request"] != id || row["since"] == nil || !strings.HasPrefix(row["ground"].(string), "art18_1_") || row["place"] == nil {
			t.Errorf("%v", row)
		}
		if m := row["method"]; m != "marked" && m != "blocked" && m != "by_hand" {
			t.Errorf("the method is told as %v", m)
		}
	}
	if p := own["Dozwolone użycia"]; len(p) != 1 || p[0]["basis"] != "legal_claims" || p[0]["permitted_until"] != "2026-12-31" {
		t.Errorf("what was permitted: %v", p)
	}
	_, text := letterOf(t, w, id, reply.Answer)
	says(t, text, "ograniczyliśmy przetwarzanie następujących danych", "art.\u00a018 ust.\u00a01 lit.\u00a0", "Zanim uchylimy ograniczenie, uprzedzimy")
}

// TestScansAreTold: a copy says of each scan of a lease which one it is, not only of which lease.
func TestScansAreTold(t *testing.T) {
	w := world.Open(t, sample.Options{Members: 60}, nil)
	id := w.Start(t, "access")
	if err := w.Engine.Drain(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	w.Release(t, id)
	met := map[string]bool{}
	for _, c := range indexOf(t, w, id).Collections {
		if c.Title != "Skany umów o lokal" {
			continue
		}
		for _, row := range c.Data {
			name := fmt.Sprint(row["lease_no"], " ", row["page"])
			if row["lease_no"] == nil || row["page"] == nil || met[name] {
				t.Errorf("a scan is not told from another: %s", name)
			}
			met[name] = true
		}
	}
	if len(met) == 0 {
		t.Error("no scan is in the copy")
	}
}
