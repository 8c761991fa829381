package engine

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// PermitBases are the uses of restricted data that art. 18(2) allows beside its storage. A duty set by law is important public interest,
// with the provision that commands it.
var PermitBases = []string{"consent", "legal_claims", "rights_of_another", "public_interest"}

// Permit records that restricted data may be used for a time: on which basis, by whom, until the last day. It opens nothing by
// itself; what is opened under it is recorded as a use ([Engine.OpenHeld], [Engine.Use]).
func (e *Engine) Permit(ctx context.Context, id string, p state.Permit) (int64, error) {
	if !slices.Contains(PermitBases, p.Basis) {
		return 0, hint(unfit("%q is no basis of art. 18(2)", p.Basis), "one of: %s", strings.Join(PermitBases, ", "))
	}
	if p.Basis == "public_interest" && strings.TrimSpace(p.Law) == "" {
		return 0, hint(unfit("important public interest needs the provision that commands the use; a recommendation is not enough"), "--law \"ustawa …, art. …\"")
	}
	if strings.TrimSpace(p.Account) == "" {
		return 0, hint(unfit("it is not said who may use the data"), "--account NAME, an account or an office")
	}
	if err := e.neverPast(p.Until); err != nil {
		return 0, err
	}
	for _, text := range []string{p.Law, p.Account} {
		if err := plainWords(text); err != nil {
			return 0, err
		}
	}
	now := e.Now()
	p.Request, p.By, p.At = id, e.Operator, now
	var n int64
	return n, e.DB.Write(ctx, func(tx *state.Tx) error {
		if err := e.mustStand(tx, id); err != nil {
			return err
		}
		var err error
		if n, err = tx.AddPermit(p); err != nil {
			return err
		}
		return note(tx, "restriction.permitted", id, map[string]string{"permit": strconv.FormatInt(n, 10), "basis": p.Basis, "until": p.Until}, now)
	})
}

// neverPast refuses a last day that cannot be read or is over.
func (e *Engine) neverPast(until string) error {
	if _, err := time.Parse(time.DateOnly, until); err != nil {
		return hint(unfit("the last day of the permit cannot be read"), "--until 2026-12-31")
	}
	if until < e.today() {
		return hint(unfit("the last day of the permit, %s, is over", until), "--until a day to come")
	}
	return nil
}

func (e *Engine) today() string {
	return e.Now().In(e.Planner.Graph.Map.Zone).Format(time.DateOnly)
}

// named is what looks like somebody's identifier: it has no place in words the register keeps in clear.
var named = regexp.MustCompile(`[0-9]{11}|@`)

func plainWords(text string) error {
	if named.MatchString(text) || len(text) > 500 {
		return hint(unfit("this text may not hold a person's number or e-mail address, nor be longer than 500 characters: it is kept in clear"), "say what for, and name nobody")
	}
	return nil
}

// mustStand refuses what is no restriction in force.
func (e *Engine) mustStand(tx *state.Tx, id string) error {
	x, err := tx.Request(id)
	if err != nil {
		return err
	}
	if x.Right != string(request.Restriction) {
		return hint(unfit("request %s is no restriction", id), "dossier restriction list")
	}
	if _, ok, err := standsSince(tx, id); err != nil || ok {
		return err
	}
	return hint(fmt.Errorf("restriction %s is not in force: %w", id, ErrState), "dossier restriction list --all")
}

// permits says why a permit opens nothing now; nil where it does.
func (e *Engine) permits(p state.Permit) error {
	switch {
	case !p.RevokedAt.IsZero():
		return unfit("permit %d was revoked on %s", p.ID, p.RevokedAt.In(e.Planner.Graph.Map.Zone).Format("2 Jan 2006"))
	case p.Until < e.today():
		return unfit("permit %d ended on %s", p.ID, p.Until)
	}
	return nil
}

// Use records a use made of restricted data under a permit that is open now; the same again is the same.
func (e *Engine) Use(ctx context.Context, id string, permit int64, what string) error {
	if strings.TrimSpace(what) == "" {
		return hint(unfit("it is not said what the data was used for"), "--for TEXT")
	}
	if err := plainWords(what); err != nil {
		return err
	}
	now := e.Now()
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		if err := e.mustStand(tx, id); err != nil {
			return err
		}
		p, err := permitOf(tx, id, permit)
		if err != nil {
			return err
		}
		if err := e.permits(p); err != nil {
			return hint(err, "dossier restriction permit %s --basis … --account … --until …", id)
		}
		if err := tx.AddPermitUse(state.PermitUse{Permit: permit, At: now, By: e.Operator, What: what}); err != nil {
			return err
		}
		return note(tx, "restriction.used", id, map[string]string{"permit": strconv.FormatInt(permit, 10)}, now)
	})
}

func permitOf(tx *state.Tx, id string, permit int64) (state.Permit, error) {
	all, err := tx.Permits(id)
	if err != nil {
		return state.Permit{}, err
	}
	i := slices.IndexFunc(all, func(p state.Permit) bool { return p.ID == permit })
	if i < 0 {
		return state.Permit{}, hint(fmt.Errorf("restriction %s has no permit %d: %w", id, permit, state.ErrNotFound), "dossier restriction uses %s", id)
	}
	return all[i], nil
}

// RevokePermit ends a permit before its day.
func (e *Engine) RevokePermit(ctx context.Context, id string, permit int64) error {
	now := e.Now()
	return e.DB.Write(ctx, func(tx *state.Tx) error {
		if _, err := permitOf(tx, id, permit); err != nil {
			return err
		}
		if err := tx.RevokePermit(permit, now); err != nil {
			return err
		}
		return note(tx, "restriction.permit_revoked", id, map[string]string{"permit": strconv.FormatInt(permit, 10)}, now)
	})
}

// Permitted is a permit with the uses made of it.
type Permitted struct {
	state.Permit
	Open bool // now
	Uses []state.PermitUse
}

// Uses lists a restriction's permits, each with its uses; of a lifted one too.
func (e *Engine) Uses(ctx context.Context, id string) ([]Permitted, error) {
	return read(ctx, e, func(tx *state.Tx) ([]Permitted, error) {
		x, err := tx.Request(id)
		if err != nil {
			return nil, err
		}
		if x.Right != string(request.Restriction) {
			return nil, hint(unfit("request %s is no restriction", id), "dossier restriction list")
		}
		permits, err := tx.Permits(id)
		if err != nil {
			return nil, err
		}
		uses, err := tx.PermitUses(id)
		if err != nil {
			return nil, err
		}
		_, stands, err := standsSince(tx, id)
		out := []Permitted{}
		for _, p := range permits {
			one := Permitted{Permit: p, Open: stands && e.permits(p) == nil}
			for _, u := range uses {
				if u.Permit == p.ID {
					one.Uses = append(one.Uses, u)
				}
			}
			out = append(out, one)
		}
		return out, err
	})
}
