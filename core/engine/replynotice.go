package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/recipient"
	"github.com/dossier-dsr/dossier/core/reply"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// confirmDays is how long a processor has to confirm that it did the same.
const confirmDays = 14

// NoticeTo writes what a recipient of a request's art. 19 list is told. It names the person by what the recipient already has; where that is not
// known the notice says that it comes separately. Whoever is no recipient, or exempt, is written nothing.
func (e *Engine) NoticeTo(ctx context.Context, id, name, language string) (*reply.Letter, error) {
	return read(ctx, e, func(tx *state.Tx) (*reply.Letter, error) {
		x, err := e.recorded(tx, id)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(x.notices, func(n state.Notice) bool { return n.Recipient == name })
		if i < 0 {
			return nil, hint(fmt.Errorf("request %s has no recipient %s: %w", id, name, state.ErrNotFound), "dossier recipients %s", id)
		}
		n := x.notices[i]
		if n.NotOne != "" || n.State == recipient.Exempt {
			return nil, hint(fmt.Errorf("recipient %s is not told: %w", name, ErrState), "dossier recipients %s", id)
		}
		m := e.Planner.Graph.Map
		if language == "" {
			language = m.Languages[0]
		}
		t := teller{m: m, lang: language, right: request.Right(x.Right)}
		var f reply.Facts
		t.controllers(&f, x.Controller)
		if len(f.Controllers) == 0 {
			return nil, fmt.Errorf("the map does not name the controller of %s any more", id)
		}
		reference, err := recipient.Reference(e.Ring, n)
		if err != nil {
			return nil, err
		}
		in := reply.Notice{Language: language, Today: t.day(e.Now()), Request: id, Controller: f.Controllers[0], Recipient: n.Name, Processor: n.Role == "processor",
			Reference: reference.Reveal(), Event: n.Event, On: t.day(e.Now()), ConfirmBy: t.day(e.Now().AddDate(0, 0, confirmDays))}
		for _, c := range n.Categories {
			in.Categories = append(in.Categories, t.category(c))
		}
		if in.Values, err = t.rightNow(tx, x, n); err != nil {
			return nil, err
		}
		return reply.ToRecipient(in)
	})
}

// rightNow is what a recipient of a rectification is told to be right: of what it was given, what the plan corrects or completes; nothing of
// what stayed as it was.
func (t teller) rightNow(tx *state.Tx, x recorded, n state.Notice) (out []string, err error) {
	if n.Event != recipient.Rectification && n.Event != recipient.Completion || x.content == nil {
		return nil, nil
	}
	stored, err := tx.CurrentPlan(x.ID)
	if err != nil {
		return nil, err
	}
	var p plan.Plan
	if err := json.Unmarshal(stored.Document, &p); err != nil {
		return nil, err
	}
	for _, c := range x.content.Corrections {
		if given(n, c.Category) && t.changesCategory(&p, c.Category) {
			out = append(out, t.category(c.Category)+": "+c.To.Reveal())
		}
	}
	if s := x.content.Statement; s != nil && given(n, s.Category) && t.changesCategory(&p, s.Category) {
		out = append(out, t.category(s.Category)+": "+s.Text.Reveal())
	}
	return out, nil
}

// given says whether a recipient was given data of a category, or of one it is part of: a full name of which the family name changes.
func given(n state.Notice, category string) bool {
	return slices.ContainsFunc(n.Categories, func(c string) bool { return c == category || strings.HasPrefix(category, c+".") })
}

// changesCategory says whether a rectification changes something of a category, by the executor or by a person.
func (t teller) changesCategory(p *plan.Plan, category string) bool {
	for _, sys := range p.Systems {
		for _, c := range sys.Collections {
			for _, a := range c.Actions {
				changes := a.Action == plan.Correct || a.Action == plan.Supplement || a.Action == plan.Manual
				if changes && a.Rows > 0 && (strings.HasPrefix(a.Reason.Explain, category+":") || strings.HasPrefix(a.Reason.Explain, category+",")) {
					return true // what a rectification does is explained by its category first
				}
			}
		}
	}
	return false
}
