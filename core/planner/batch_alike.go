package planner

import "github.com/dossier-dsr/dossier/core/request"

// Alike says before anything is searched whether requests may be planned together: [ErrUnlike] names the first two that differ, and in what.
func Alike(requests []*request.Request) error {
	members := make([]Member, len(requests))
	for i, r := range requests {
		members[i].Request = r
	}
	return together(members)
}
