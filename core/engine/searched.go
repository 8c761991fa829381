package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// searchHolds is for how long after a planning the start of what changes nothing in any store goes by what it found. It is by the engine's clock.
const searchHolds = 2 * time.Minute

// searched is what the planning of an access or a portability found, as it lies sealed with the plan until that is begun: the work, and a print of all it
// was made of beside what stands in the stores.
type searched struct {
	Terms []byte
	Work  planner.Work
}

// searchPart names it by its plan: it is taken with no other.
func searchPart(request, digest string) keys.Part {
	return keys.Part{Owner: request, Name: "search/" + digest}
}

// sealSearch is what is kept with a plan for its start; nil where the systems are looked at again then: the right changes data, the plan cannot be carried
// out as it is, or it was read from copies of systems.
func (e *Engine) sealSearch(o *open, made *planner.Result) ([]byte, error) {
	if o.Content.Right.Mutates() || !made.Plan.Applicable || !made.Plan.Complete || o.asked == nil {
		return nil, nil
	}
	for _, sys := range e.Planner.Systems {
		if sys.Copy != nil {
			return nil, nil
		}
	}
	terms, err := termsOf(*o.asked, o.limits)
	if err != nil {
		return nil, nil //nolint:nilerr // what cannot be compared is looked at again
	}
	packed, err := pack(o.ID, &searched{terms, *made.Work})
	if err != nil {
		return nil, err
	}
	return o.Key.Seal(searchPart(o.ID, made.Plan.Digest), packed.Bytes())
}

// searchedWork is the work a planning has found, where the start may go by it: it was a moment ago, and everything else that was planned by is as it was,
// the map and the connectors, the request and what people have answered, what earlier erasures kept, the restrictions in force. nil: look again.
func (e *Engine) searchedWork(ctx context.Context, o *open, stored state.Plan, p *plan.Plan) (*planner.Work, error) {
	age := e.Now().Sub(stored.CreatedAt)
	if len(stored.Sealed) == 0 || o.Content.Right.Mutates() || age < 0 || age > searchHolds || !e.asPlanned(p) {
		return nil, nil
	}
	packed, err := o.Key.Open(searchPart(o.ID, p.Digest), stored.Sealed)
	if err != nil {
		return nil, nil //nolint:nilerr // under the key of an earlier version of the request
	}
	found, err := unpack[searched](o.ID, bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	in, err := e.input(ctx, o, p.AsOf, leftOut(p))
	if err != nil {
		return nil, err
	}
	limits, err := in.Restrictions(found.Work.Marks)
	if err != nil {
		return nil, err
	}
	terms, err := termsOf(in, limits)
	if err != nil || !bytes.Equal(terms, found.Terms) {
		return nil, nil //nolint:nilerr // as above
	}
	return &found.Work, nil
}

// asPlanned says whether map and connectors are those of a plan, and every system it reached is open.
func (e *Engine) asPlanned(p *plan.Plan) bool {
	return p.Map == e.Planner.Graph.Map.Digest && !slices.ContainsFunc(p.Connectors, func(c plan.Connector) bool {
		sys := e.Planner.Systems[c.System]
		return sys == nil || sys.Store == nil || c != plan.Connector{System: c.System, Name: sys.Card.Name, Version: sys.Card.Version, SHA256: sys.SHA256}
	})
}

// termsOf is a print of all that a plan is made of beside the stores, but for its own instant: of everything in the input that is a value, the request by its
// commitment, and of the restrictions in force.
func termsOf(in planner.Input, limits []planner.InForce) ([]byte, error) {
	in.Without = slices.Sorted(slices.Values(in.Without))
	terms := map[string]any{"limits": limits}
	v := reflect.ValueOf(in)
	for i := range v.NumField() {
		if f := v.Type().Field(i); f.Name != "Request" && f.Name != "AsOf" && f.Type.Kind() != reflect.Func {
			terms[f.Name] = v.Field(i).Interface()
		}
	}
	text, err := json.Marshal(terms)
	sum := sha256.Sum256(text)
	return sum[:], err
}
