package engine

import (
	"context"
	"fmt"
	"slices"

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
		if n.Event == recipient.Rectification && x.content != nil {
			for _, c := range x.content.Corrections {
				in.Values = append(in.Values, t.category(c.Category)+": "+c.To.Reveal())
			}
		}
		return reply.ToRecipient(in)
	})
}
