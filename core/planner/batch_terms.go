package planner

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/request"
)

// ErrUnlike says that requests cannot be planned together because their terms differ.
var ErrUnlike = errors.New("these requests cannot be planned together")

// Terms are what requests of one batch have in common; those of equal terms may be planned together.
type Terms struct {
	Right, Controller, Ground string
	Scope, Keep, Instruction  any
	AsOf                      time.Time
	Without                   []string
	Supplements               []string // the systems of requests that run which are taken up again
}

// TermsOf are the terms of one request, to be compared with [Terms.Differs].
func TermsOf(in Input) Terms {
	r := in.Request
	var again []string
	if in.Supplement != nil {
		again = append([]string{}, in.Supplement.Systems...)
	}
	return Terms{Supplements: again, Right: string(r.Right), Controller: r.Controller, Ground: r.Ground, Scope: r.Scope, Keep: r.Keep, Instruction: r.Instruction != nil, AsOf: in.AsOf, Without: in.Without}
}

// Differs names the first term in which two differ; "" none.
func (t Terms) Differs(o Terms) string {
	switch {
	case t.Right != o.Right:
		return "the right"
	case t.Controller != o.Controller:
		return "the controller"
	case t.Ground != o.Ground:
		return "the ground"
	case !reflect.DeepEqual(t.Scope, o.Scope):
		return "the scope"
	case !reflect.DeepEqual(t.Keep, o.Keep):
		return "what is kept by name (keep)"
	case t.Instruction != o.Instruction:
		return "the instruction"
	case !t.AsOf.Equal(o.AsOf):
		return "the instant they are judged by (as_of)"
	case (t.Supplements == nil) != (o.Supplements == nil) || !slices.Equal(t.Supplements, o.Supplements):
		return "the systems taken up again"
	case !slices.Equal(t.Without, o.Without):
		return "the systems left out"
	}
	return ""
}

// sameDay is what the cut-offs of two plans have in common where their terms do: every one of them is counted from the day.
func (t Terms) sameDay(zone *time.Location) string {
	y, m, d := t.AsOf.In(zone).Date()
	t.AsOf = time.Date(y, m, d, 0, 0, 0, 0, zone)
	b, _ := json.Marshal(t) // values only
	return string(b)
}

// together refuses members whose terms differ, and rights whose work is not done together.
func together(members []Member) error {
	if err := mayMeet(members); err != nil {
		return err
	}
	return unlike(members)
}

// mayMeet refuses rights whose work is not done together, and a request that is named twice.
func mayMeet(members []Member) error {
	for i, m := range members {
		switch m.Request.Right {
		case request.Erasure, request.Objection, request.Withdrawal:
		default:
			return fmt.Errorf("%w: a batch is of erasures, objections or withdrawals, and %s asks for %s", ErrUnlike, m.Request.ID, m.Request.Right)
		}
		if m.Lift != nil {
			return fmt.Errorf("%w: %s is being carried out already", ErrUnlike, m.Request.ID)
		}
		for _, o := range members[:i] {
			if o.Request.ID == m.Request.ID {
				return fmt.Errorf("%w: %s is named twice", ErrUnlike, m.Request.ID)
			}
		}
	}
	return nil
}

// unlike refuses members of different terms. It names all who go together, so that one refusal is enough to sort them by.
func unlike(members []Member) error {
	var terms []Terms
	var groups [][]string
	for _, m := range members {
		t := TermsOf(m.Input)
		i := slices.IndexFunc(terms, func(x Terms) bool { return x.Differs(t) == "" })
		if i < 0 {
			i, terms, groups = len(terms), append(terms, t), append(groups, nil)
		}
		groups[i] = append(groups[i], m.Request.ID)
	}
	if len(terms) < 2 {
		return nil
	}
	var said []string
	for _, ids := range groups {
		some := strings.Join(ids[:min(len(ids), mostNamed)], " ")
		if more := len(ids) - mostNamed; more > 0 {
			some += fmt.Sprintf(" and %d more", more)
		}
		said = append(said, some)
	}
	return fmt.Errorf("%w: %s and %s differ in %s; what goes together: %s", ErrUnlike, groups[0][0], groups[1][0], terms[0].Differs(terms[1]), strings.Join(said, "; "))
}

// mostNamed is how many requests of a kind an error names.
const mostNamed = 12

// Alike says before anything is searched whether requests may be planned together: [ErrUnlike] names two that differ, in what, and all who go together.
func Alike(requests []*request.Request) error {
	members := make([]Member, len(requests))
	for i, r := range requests {
		members[i].Request = r
	}
	return together(members)
}
