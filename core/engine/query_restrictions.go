package engine

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// AttentionReview is the code of a restriction whose review date has passed: somebody decides; it never ends by itself (Code B.VI.4).
const AttentionReview = "review_due"

// Restraint is a restriction as the register knows it; no personal data.
type Restraint struct {
	ID        string      `json:"id"`
	Ground    string      `json:"ground,omitempty"`
	State     string      `json:"state"` // in force, lifted
	Since     time.Time   `json:"since"`
	ReviewBy  *time.Time  `json:"review_by,omitempty"`
	ReviewDue bool        `json:"review_due,omitempty"`
	LiftedAt  *time.Time  `json:"lifted_at,omitempty"`
	EndedBy   string      `json:"ended_by,omitempty"` // the lift, or the erasure it was given up for
	Places    []HeldPlace `json:"places"`
	Permits   int         `json:"permits"` // that are open now
	Uses      int         `json:"uses"`
}

// HeldPlace is one collection it holds rows in.
type HeldPlace struct {
	System     string     `json:"system"`
	Collection string     `json:"collection"`
	Method     string     `json:"method"` // of the connector; mark: others own the rows too; task: by hand
	Rows       int64      `json:"rows"`
	LiftedAt   *time.Time `json:"lifted_at,omitempty"`
}

// Restrictions lists those in force, with all the lifted ones too, by id.
func (e *Engine) Restrictions(ctx context.Context, all bool) ([]Restraint, error) {
	return read(ctx, e, func(tx *state.Tx) ([]Restraint, error) {
		xs, err := tx.Requests(state.RequestFilter{Right: string(request.Restriction)})
		if err != nil {
			return nil, err
		}
		out := []Restraint{}
		for _, x := range xs {
			r, ok, err := e.restraint(tx, x)
			if err != nil {
				return nil, err
			}
			if ok && (all || r.LiftedAt == nil) {
				out = append(out, r)
			}
		}
		slices.SortFunc(out, func(a, b Restraint) int { return a.Since.Compare(b.Since) })
		return out, nil
	})
}

// restraint reads one; ok is false where it never came into force.
func (e *Engine) restraint(tx *state.Tx, x state.Request) (r Restraint, ok bool, err error) {
	held, err := tx.HeldBy(x.ID)
	if err != nil || len(held) == 0 {
		return r, false, err
	}
	var fact review
	if _, err := tx.Fact(x.ID, restrictionFact, &fact); err != nil {
		return r, false, err
	}
	r = Restraint{ID: x.ID, Ground: x.Ground, State: "lifted", Since: held[0].Since, ReviewBy: fact.By, EndedBy: fact.Ended}
	var last time.Time
	for _, h := range held {
		if h.Since.Before(r.Since) {
			r.Since = h.Since
		}
		if h.LiftedAt.IsZero() {
			r.State = "in force"
		} else if h.LiftedAt.After(last) {
			last = h.LiftedAt
		}
		r.Places = append(r.Places, HeldPlace{h.System, h.Collection, h.Method, h.Count, at(h.LiftedAt)})
	}
	if r.State == "lifted" {
		r.LiftedAt = at(last)
	} else {
		r.ReviewDue = fact.By != nil && e.Now().After(*fact.By)
	}
	permits, err := tx.Permits(x.ID)
	if err != nil {
		return r, false, err
	}
	for _, p := range permits {
		if e.permits(p) == nil {
			r.Permits++
		}
	}
	uses, err := tx.PermitUses(x.ID)
	r.Uses = len(uses)
	return r, true, err
}

// withReviews says of the restrictions among requests that their review date has passed, which nobody writes down: it comes by itself. A
// list of what needs a person has these too.
func (e *Engine) withReviews(tx *state.Tx, f state.RequestFilter, list []state.Request) ([]state.Request, error) {
	if f.Attention && (f.Right == "" || f.Right == string(request.Restriction)) {
		f.Attention, f.Right = false, string(request.Restriction)
		more, err := tx.Requests(f)
		if err != nil {
			return nil, err
		}
		for _, x := range more {
			if slices.ContainsFunc(list, func(y state.Request) bool { return y.ID == x.ID }) {
				continue
			}
			if r, ok, err := e.restraint(tx, x); err != nil {
				return nil, err
			} else if ok && r.ReviewDue {
				list = append(list, x)
			}
		}
		slices.SortStableFunc(list, func(a, b state.Request) int {
			return cmp.Or(cmp.Compare(a.DueStrict, b.DueStrict), cmp.Compare(a.ID, b.ID))
		})
	}
	for i, x := range list {
		if x.Right != string(request.Restriction) {
			continue
		}
		if r, ok, err := e.restraint(tx, x); err != nil {
			return nil, err
		} else if ok && r.ReviewDue {
			list[i].Attention = append(slices.Clip(x.Attention), AttentionReview)
		}
	}
	return list, nil
}
