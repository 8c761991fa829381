package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/state"
)

// leftOut are the systems of a plan that were left for a plan of their own.
func leftOut(p *plan.Plan) []string {
	var out []string
	for _, s := range p.Systems {
		if s.LeftOut {
			out = append(out, s.Name)
		}
	}
	return out
}

// answer is what a person said for a system that does not answer itself.
type answer struct {
	Because string   `json:"because"`
	By      string   `json:"by"`
	Files   []string `json:"files,omitempty"` // what proves it, by keyed hashes
}

func answerFact(system string) string { return "answered/" + system }

// answerFor reads what a person said for a system; ok is false where nobody did.
func answerFor(tx *state.Tx, id, system string) (a answer, ok bool, err error) {
	ok, err = tx.Fact(id, answerFact(system), &a)
	return a, ok, err
}

// awaitLeftOut holds a request open while a system it was planned without was neither worked nor answered for: nobody has looked there,
// so nothing may say that all is done. The captured keys stay sealed as long.
func awaitLeftOut(tx *state.Tx, id string, p *plan.Plan) error {
	covered, err := supplemented(tx, id)
	if err != nil {
		return err
	}
	var open []string
	for _, system := range leftOut(p) {
		if slices.Contains(covered, system) {
			continue // a plan of its own was carried out
		}
		_, ok, err := answerFor(tx, id, system)
		if err != nil {
			return err
		}
		if !ok {
			open = append(open, system)
		}
	}
	if len(open) == 0 {
		return nil
	}
	return later{code: "person", why: fmt.Sprintf("%s was left out, and nobody has looked there for this request; plan it now that it answers, or a person answers for it", strings.Join(open, " and "))}
}
