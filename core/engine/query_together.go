package engine

import (
	"context"
	"fmt"

	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
)

// MayGoTogether says whether requests may be planned together, before any is registered or searched for: those that were read, and those
// the register has by their ids. [planner.ErrUnlike] where their terms differ, one is named twice, or two name the same person by a
// verified unique identifier: a person has one request at a time that changes data.
func (e *Engine) MayGoTogether(ctx context.Context, read []*request.Request, ids []string) error {
	all := append([]*request.Request(nil), read...)
	for _, id := range ids {
		o, err := e.openRequest(ctx, id)
		if err != nil {
			return err
		}
		o.Key.Wipe()
		all = append(all, o.Content)
	}
	if err := planner.Alike(all); err != nil {
		return hint(err, "a plan for each: dossier plan REQUEST …")
	}
	persons := map[string]string{}
	for _, r := range all {
		marks, err := e.personMarks(r.Subject.Identifiers)
		if err != nil {
			return fmt.Errorf("request %s: %w", r.ID, err)
		}
		for _, m := range marks {
			k := m.Kind + "\x00" + string(m.Sum)
			if other, met := persons[k]; met && other != r.ID {
				return hint(fmt.Errorf("%w: %s and %s name the same person by %s, who has one request at a time", planner.ErrUnlike, other, r.ID, m.Kind),
					"leave one of them out; it is planned after the other")
			}
			persons[k] = r.ID
		}
	}
	return nil
}
