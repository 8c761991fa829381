package postgres

import (
	"context"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/needs"
)

// Grants gives what the executor's account needs for these uses and no more: columns where columns will do. They are given whether or not the account
// has them: to grant twice is to grant once, and who wants to take away what is too much needs the whole list.
func (s *store) Grants(ctx context.Context, uses []connectors.Use) ([]string, error) {
	var out []string
	err := with(ctx, s.pool, func(l *line) error {
		v := s.catalog.view(ctx, l)
		login, err := v.login()
		if err != nil {
			return err
		}
		all, err := v.needs(uses)
		for _, n := range all {
			out = append(out, granting(n, login))
		}
		return err
	})
	return out, err
}

func (v *view) needs(uses []connectors.Use) (needs.Needs, error) {
	var all needs.Needs
	for _, u := range uses {
		if err := v.of(u, &all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

var _ connectors.Granter = (*store)(nil)
