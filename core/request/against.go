package request

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/subject"
)

// Names is what a data map knows, as far as a request speaks of it. A nil list is not checked.
type Names struct {
	Kinds       map[string]subject.Kind
	Controllers []string          // by their full names, which a request keeps
	ShortNames  map[string]string // of controllers, where the map gives them any: the full name by it
	Systems     []string
	Purposes    []string
	Categories  []string
	Values      map[string][]subject.Kind // kinds of identifiers by the category of their values
	Now         time.Time                 // zero: dates are not checked
}

// CheckAgainst says what of a request the data map does not know, and which instants lie in the future.
func (r *Request) CheckAgainst(n Names) Problems {
	var ps Problems
	if n.Kinds != nil {
		r.checkKinds(n.Kinds, &ps)
	}
	known := func(at, v string, list []string) {
		if v != "" && list != nil && !slices.Contains(list, v) {
			ps.add(at, "is not in the data map", near(v, list))
		}
	}
	r.checkController(n, &ps)
	if r.Scope != nil {
		for i, x := range r.Scope.Systems {
			known("/scope/systems/"+strconv.Itoa(i), x, n.Systems)
		}
		for i, x := range r.Scope.Purposes {
			known("/scope/purposes/"+strconv.Itoa(i), x, n.Purposes)
		}
		for i, x := range r.Scope.Categories {
			known("/scope/categories/"+strconv.Itoa(i), x, n.Categories)
		}
	}
	for i, k := range r.Keep {
		known("/keep/"+strconv.Itoa(i)+"/purpose", k.Purpose, n.Purposes)
	}
	for i, c := range r.Corrections {
		known("/corrections/"+strconv.Itoa(i)+"/category", c.Category, n.Categories)
		checkValue("/corrections/"+strconv.Itoa(i)+"/to", c.To, n.Values[c.Category], &ps)
	}
	if r.Statement != nil {
		known("/statement/category", r.Statement.Category, n.Categories)
	}
	if !n.Now.IsZero() {
		r.checkTimes(n.Now, &ps)
	}
	return ps
}

// Address names the controller a request is addressed to in full, where it was named by the map's short name.
func (r *Request) Address(n Names) {
	if full, ok := n.ShortNames[r.Controller]; ok {
		r.Controller = full
	}
}

func (r *Request) checkController(n Names, ps *Problems) {
	if r.Controller == "" || n.Controllers == nil || slices.Contains(n.Controllers, r.Controller) || n.ShortNames[r.Controller] != "" {
		return
	}
	there := slices.Clone(n.Controllers)
	for short, full := range n.ShortNames {
		if i := slices.Index(there, full); i >= 0 {
			there[i] = short + " (" + full + ")"
		}
	}
	ps.add("/controller", "is not in the data map", "there are "+strings.Join(there, ", "))
}

func (r *Request) checkKinds(kinds map[string]subject.Kind, ps *Problems) {
	var names []string
	for k := range kinds {
		names = append(names, k)
	}
	slices.Sort(names)
	for i, id := range r.Subject.Identifiers {
		at := "/subject/identifiers/" + strconv.Itoa(i)
		k, ok := kinds[id.Kind]
		if !ok {
			ps.add(at+"/kind", "is not in the data map", near(id.Kind, names))
			continue
		}
		switch _, err := k.Normalise(id.Value.Reveal()); {
		case errors.Is(err, subject.ErrNotAValue):
			ps.add(at+"/value", "names nobody", "leave the identifier out")
		case err != nil:
			ps.add(at+"/value", "cannot be read: "+err.Error(), "")
		}
	}
}

// checkValue wants a new value of an identifier's category to read as one of its kinds.
func checkValue(at string, v subject.Secret, kinds []subject.Kind, ps *Problems) {
	var why error
	for _, k := range kinds {
		_, err := k.Normalise(v.Reveal())
		if err == nil {
			return
		}
		why = err
	}
	switch {
	case v.Empty() || why == nil:
	case errors.Is(why, subject.ErrNotAValue):
		ps.add(at, "names nobody", "the right value; what shall go altogether is an erasure")
	default:
		ps.add(at, "cannot be read: "+why.Error(), "")
	}
}

// slack allows for clocks that differ a little.
const slack = 5 * time.Minute

func (r *Request) checkTimes(now time.Time, ps *Problems) {
	past := func(at string, t *time.Time) {
		if t != nil && t.After(now.Add(slack)) {
			ps.add(at, "lies in the future", "")
		}
	}
	past("/received_at", &r.ReceivedAt)
	if r.Identity != nil {
		past("/identity/verified_at", r.Identity.VerifiedAt)
	}
	if r.Restriction != nil {
		past("/restriction/notice_sent_at", r.Restriction.NoticeSentAt)
	}
	if r.Transfer != nil {
		past("/transfer/consent_at", r.Transfer.ConsentAt)
	}
	if r.Instruction != nil {
		past("/instruction/at", r.Instruction.At)
	}
	if q := r.Requester; q != nil && q.Authority != nil {
		past("/requester/authority/seen_at", q.Authority.SeenAt)
	}
}
