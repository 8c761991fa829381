package request

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/subject"
)

func ready(right Right) *Request {
	at := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	r := &Request{ID: "1", Right: right, ReceivedAt: at.Add(-time.Hour), Identity: &Identity{VerifiedAt: &at, Method: "account"},
		Subject: Subject{[]subject.Identifier{{Kind: "pesel", Value: subject.Seal("44051401359"), Verified: true}}}}
	switch right {
	case Erasure, Restriction, Portability, Objection, Withdrawal:
		r.Scope = &Scope{All: true}
	case Rectification:
		r.Corrections = []Correction{{Category: "name", From: subject.Seal("a"), To: subject.Seal("b")}}
	case Lift:
		r.Restriction = &RestrictionTerms{Of: "0", NoticeSentAt: &at}
	}
	if g := Grounds[right]; g != nil {
		r.Ground = g[1]
	}
	return r
}

func TestWaitsFor(t *testing.T) {
	at := time.Date(2026, 11, 4, 12, 0, 0, 0, time.UTC)
	for _, right := range Rights {
		if code, why := WaitsFor(ready(right)); code != "" {
			t.Errorf("%s, nothing missing: waits for %s, %s", right, code, why)
		}
	}
	for name, c := range map[string]struct {
		right  Right
		change func(*Request)
		events []Event
		want   Wait
	}{
		"no identifier":             {Access, func(r *Request) { r.Subject.Identifiers = nil }, nil, ForIdentity},
		"no identity":               {Access, func(r *Request) { r.Identity = nil }, nil, ForIdentity},
		"identity given since":      {Access, func(r *Request) { r.Identity = nil }, []Event{{Type: IdentityGiven, At: at}}, ""},
		"identity by a controller":  {Access, func(r *Request) { r.Identity, r.Instruction = nil, &Instruction{} }, nil, ""},
		"nothing verified":          {Erasure, func(r *Request) { r.Subject.Identifiers[0].Verified = false }, nil, ForIdentity},
		"a proxy without authority": {Access, func(r *Request) { r.Requester = &Requester{Capacity: "proxy"} }, nil, ForIdentity},
		"a proxy for what": {Access, func(r *Request) { r.Requester = &Requester{Capacity: "proxy", Authority: &Authority{Document: "x"}} },
			nil, ForIdentity},
		"a parent":             {Access, func(r *Request) { r.Requester = &Requester{Capacity: "parent", Authority: &Authority{Document: "x"}} }, nil, ""},
		"access without scope": {Access, func(r *Request) { r.Scope = nil }, nil, ""},
		"no scope":             {Erasure, func(r *Request) { r.Scope = nil }, nil, ForScope},
		"an empty scope":       {Portability, func(r *Request) { r.Scope = &Scope{} }, nil, ForScope},
		"objection to what":    {Objection, func(r *Request) { r.Scope = &Scope{Categories: []string{"contact"}} }, nil, ForScope},
		"correct what":         {Rectification, func(r *Request) { r.Corrections = nil }, nil, ForScope},
		"no ground":            {Erasure, func(r *Request) { r.Ground = "" }, nil, ForClarification},
		"no consent":           {Portability, func(r *Request) { r.Transfer = &Transfer{} }, nil, ForClarification},
		"asked":                {Access, nil, []Event{{Type: ClarificationAsked, At: at}}, ForClarification},
		"asked and answered":   {Access, nil, []Event{{Type: ClarificationAsked, At: at}, {Type: ClarificationGiven, At: at.Add(1)}}, ""},
		"asked again":          {Access, nil, []Event{{Type: ClarificationGiven, At: at}, {Type: ClarificationAsked, At: at.Add(1)}}, ForClarification},
		"a fee":                {Access, nil, []Event{{Type: FeeTold, At: at}}, ForFee},
		"a fee waived":         {Access, nil, []Event{{Type: FeeTold, At: at}, {Type: FeeWaived, At: at.Add(1)}}, ""},
		"no notice":            {Lift, func(r *Request) { r.Restriction.NoticeSentAt = nil }, nil, ForNotice},
		"notice noted":         {Lift, func(r *Request) { r.Restriction.NoticeSentAt = nil }, []Event{{Type: NoticeSent, At: at}}, ""},
		"lift without subject": {Lift, func(r *Request) { r.Subject, r.Identity = Subject{}, nil }, nil, ""},
	} {
		r := ready(c.right)
		if c.change != nil {
			c.change(r)
		}
		if code, why := WaitsFor(r, c.events...); code != c.want || (code != "") != (why != "") {
			t.Errorf("%s: waits for %q, %q; want %q", name, code, why, c.want)
		}
	}
}

func TestAttention(t *testing.T) {
	now := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	const nobody = "10222912340" // its birthday would be 29 February 2010
	for name, c := range map[string]struct {
		right    Right
		pesel    string
		capacity string
		want     []string
	}{
		"grown up":               {Access, "44051401359", "", nil},
		"a minor alone":          {Access, "10222812347", "", []string{AttentionMinor, AttentionCheckDigit}},
		"a minor with a parent":  {Access, "10222812347", "parent", []string{AttentionCheckDigit}},
		"no such day":            {Access, nobody, "", []string{AttentionCheckDigit}},
		"an heir":                {Access, "44051401359", "heir", []string{AttentionDeceased}},
		"restriction, no review": {Restriction, "44051401359", "", nil},
	} {
		r := ready(c.right)
		r.Subject.Identifiers[0].Value = subject.Seal(c.pesel)
		if c.capacity != "" {
			r.Requester = &Requester{Capacity: c.capacity}
		}
		if got := Attention(r, now); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	r := ready(Restriction)
	r.Ground = "art18_1_a"
	if got := Attention(r, now); !slices.Equal(got, []string{AttentionNoReview}) {
		t.Errorf("accuracy contested, no review date: %v", got)
	}
}

func TestCheckAgainst(t *testing.T) {
	r := ready(Erasure)
	r.Scope = &Scope{Purposes: []string{"marketng"}, Systems: []string{"ledger"}, Categories: []string{"name"}}
	r.Subject.Identifiers = append(r.Subject.Identifiers, subject.Identifier{Kind: "emial", Value: subject.Seal("x@y.pl")},
		subject.Identifier{Kind: "email", Value: subject.Seal("brak@brak.pl")}, subject.Identifier{Kind: "email", Value: subject.Seal("secret-value")})
	got := r.CheckAgainst(Names{Kinds: map[string]subject.Kind{"pesel": {Name: "pesel", Normaliser: "pesel/1"}, "email": {Name: "email", Normaliser: "email/1", NotAValue: []string{"brak@brak.pl"}}},
		Systems: []string{"register"}, Purposes: []string{"marketing"}, Controllers: []string{"x"}, Now: r.ReceivedAt.Add(-time.Hour)})
	want := `/subject/identifiers/1/kind: is not in the data map (did you mean email?)
/subject/identifiers/2/value: names nobody (leave the identifier out)
/subject/identifiers/3/value: cannot be read: email/1: want one address, local@domain
/scope/systems/0: is not in the data map (there are register)
/scope/purposes/0: is not in the data map (did you mean marketing?)
/received_at: lies in the future
/identity/verified_at: lies in the future`
	if got.Error() != want {
		t.Errorf("got\n%s\nwant\n%s", got.Error(), want)
	}
	if strings.Contains(got.Error(), "secret-value") {
		t.Error("a problem holds a value")
	}
	if ps := ready(Erasure).CheckAgainst(Names{Now: r.ReceivedAt.Add(2 * time.Hour)}); ps.Err() != nil {
		t.Error(ps)
	}
}

// TestAddressed: a controller is named in full or by the map's short name, and is the same then; another one is told which there are.
func TestAddressed(t *testing.T) {
	n := Names{Controllers: []string{"Clinic Ltd", "Site Ltd"}, ShortNames: map[string]string{"clinic": "Clinic Ltd"}}
	for given, want := range map[string]string{"clinic": "Clinic Ltd", "Clinic Ltd": "Clinic Ltd", "Site Ltd": "Site Ltd", "": ""} {
		r := ready(Access)
		r.Controller = given
		r.Address(n)
		if ps := r.CheckAgainst(n); ps.Err() != nil || r.Controller != want {
			t.Errorf("%q is %q: %v", given, r.Controller, ps)
		}
	}
	r := ready(Access)
	r.Controller = "site"
	r.Address(n)
	if ps := r.CheckAgainst(n); len(ps) != 1 || ps[0].Hint != "there are clinic (Clinic Ltd), Site Ltd" {
		t.Errorf("%+v", ps)
	}
}
