package files

import (
	"context"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// Grants says what the account that runs the connector has to be allowed by the file system, as remarks.
func (s *store) Grants(_ context.Context, uses []connectors.Use) ([]string, error) {
	does := func(verbs ...connectors.Verb) bool {
		return slices.ContainsFunc(uses, func(u connectors.Use) bool { return slices.ContainsFunc(verbs, u.Does) })
	}
	out := []string{"-- the account that runs dossier reads " + s.root + " and everything below it"}
	if does(connectors.Delete, connectors.Set, connectors.Ensure, connectors.Recount, connectors.Block, connectors.Release) {
		out = []string{"-- the account that runs dossier reads and writes " + s.root + ", its folders and every file below it: a file is changed by one that takes its place"}
	}
	if does(connectors.Block, connectors.Release) {
		out = append(out, "-- what is restricted lies in a folder of that account's own, on the same file system and closed to others (mode 0700): the setting held, or "+heldFolder+" in the root")
	}
	return out, nil
}

var _ connectors.Granter = (*store)(nil)
