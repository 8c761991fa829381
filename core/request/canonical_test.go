package request

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/core/subject"
)

// What is parsed, written canonically and parsed again is the same request.
func TestCanonicalRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := draw(rt)
		b, err := r.Canonical()
		if err != nil {
			rt.Fatal(err)
		}
		again, ps := Parse(bytes.NewReader(b))
		if len(ps) > 0 {
			rt.Fatalf("%v in %s", ps, b)
		}
		if d := cmp.Diff(r, again, reveal_); d != "" {
			rt.Fatal(d)
		}
		c, err := again.Canonical()
		if err != nil || !bytes.Equal(b, c) || !Same(r, again) {
			rt.Fatalf("%s\n%s\n%v", b, c, err)
		}
	})
}

func draw(rt *rapid.T) *Request {
	text := func(name string) string {
		return rapid.StringMatching(`[a-zżółć<>&" ]{0,6}[a-zżółć]`).Draw(rt, name)
	}
	instant := time.Unix(rapid.Int64Range(1e9, 2e9).Draw(rt, "at"), rapid.Int64Range(0, 999999999).Draw(rt, "ns")).In(time.FixedZone("", 60*rapid.IntRange(-300, 300).Draw(rt, "zone")))
	r := &Request{ID: rapid.StringMatching(`x[A-Za-z._-]{1,20}`).Draw(rt, "id"), Right: rapid.SampledFrom(Rights[:3]).Draw(rt, "right"), ReceivedAt: instant}
	for i := range rapid.IntRange(0, 3).Draw(rt, "n") {
		r.Subject.Identifiers = append(r.Subject.Identifiers, subject.Identifier{Kind: "k", Value: subject.Seal(fmt.Sprint(i, "§", text("value"))), Verified: rapid.Bool().Draw(rt, "verified")})
	}
	if rapid.Bool().Draw(rt, "scope") {
		r.Scope = &Scope{All: rapid.Bool().Draw(rt, "all")}
	}
	if rapid.Bool().Draw(rt, "requester") {
		r.Requester = &Requester{Capacity: "parent", Name: subject.Seal(text("name")), Authority: &Authority{Document: text("document"), SeenAt: &instant}}
	}
	if r.Right == Rectification {
		r.Corrections = []Correction{{Category: text("category"), From: subject.Seal("1" + text("from")), To: subject.Seal("2" + text("to"))}}
	}
	if rapid.Bool().Draw(rt, "reply") {
		r.Reply = &Reply{Language: "pl", Address: subject.Seal(text("address"))}
	}
	return r
}

func TestSame(t *testing.T) {
	a, b := ready(Erasure), ready(Erasure)
	if !Same(a, b) {
		t.Error("the same request is another")
	}
	b.Subject.Identifiers[0].Value = subject.Seal("44051401358")
	if Same(a, b) {
		t.Error("another person is the same request")
	}
}

// However a request is printed, but by Canonical, its values do not show.
func TestRequestPrintsMasked(t *testing.T) {
	r := ready(Rectification)
	r.Corrections[0].To = subject.Seal("nowak-secret")
	r.Reply = &Reply{Address: subject.Seal("street-secret")}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "r", r)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "r", *r)
	j, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	out := log.String() + string(j) + fmt.Sprintf("%v %+v %#v", r, *r, r)
	for _, secret := range []string{"44051401359", "nowak-secret", "street-secret"} {
		if strings.Contains(out, secret) {
			t.Errorf("%s shows in %s", secret, out)
		}
	}
	c, _ := r.Canonical()
	if !bytes.Contains(c, []byte("44051401359")) {
		t.Error("Canonical hides")
	}
}

func TestTemplate(t *testing.T) {
	for _, right := range Rights {
		b, err := Template(right, "2026-1", time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC))
		if err != nil || !json.Valid(b) {
			t.Fatal(string(b), err)
		}
		_, ps := Parse(bytes.NewReader(b))
		if len(ps) == 0 {
			t.Errorf("%s: the empty template parses", right)
		}
		for _, p := range ps {
			if !strings.HasPrefix(p.Message, "is missing") && !strings.HasPrefix(p.Message, "is empty") {
				t.Errorf("%s: the template has another fault than what is left to fill in: %v", right, p)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, r := range Rights {
		b, _ := ready(r).Canonical()
		f.Add(b)
	}
	f.Add([]byte(`{"id":{"id":[[[[]]]]},"":null}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		r, ps := Parse(bytes.NewReader(in))
		if (r == nil) == (len(ps) == 0) {
			t.Fatal("neither a request nor a problem, or both")
		}
		if r == nil {
			return
		}
		b, err := r.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		again, ps := Parse(bytes.NewReader(b))
		if len(ps) > 0 || !Same(r, again) {
			t.Fatalf("%s: %v", b, ps)
		}
	})
}
