package engine

import (
	"bytes"
	"encoding/gob"
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// capturedPrefix stands before the name of a treatment in the edge of a frame with the keys of the rows it changed.
const capturedPrefix = "rows/"

// capturedIn is that name for the step's part of its system.
func (j *job) capturedIn() string {
	part := j.Part
	if j.from != nil {
		part = j.from.part
	}
	if part == "" {
		return capturedPrefix
	}
	return "rows@" + part + "/"
}

// foreign says which rows lead further than what was captured when the work was made: they came later, and what they
// lead to in other systems is not in the work.
func (t *tally) foreign(work *planner.SystemWork, outcomes []connectors.Outcome) error {
	for _, o := range outcomes {
		i := slices.IndexFunc(work.Treatments, func(x connectors.Treatment) bool { return x.ID == t.class[o.ID].treatment })
		if i < 0 || o.LinkKeys == nil {
			continue
		}
		for _, l := range work.Purposes[i].Links {
			known := map[string]bool{}
			for _, v := range l.Values {
				known[connectors.Tuple{Values: v.Values}.ID()] = true
			}
			for _, k := range o.LinkKeys.Tuples {
				if v, ok := pick(o.LinkKeys.Fields, k, l.Fields); ok && !known[v.ID()] {
					return later{code: "attention", codes: []string{"late_rows", leadsOn},
						why: fmt.Sprintf("%s: a row came after the plan that leads to other systems; nothing was done here", work.Purposes[i].Collection)}
				}
			}
		}
	}
	return nil
}

// pick takes the values of some fields; ok is false where one is empty and leads nowhere.
func pick(have []string, t connectors.Tuple, want []string) (out connectors.Tuple, ok bool) {
	for _, f := range want {
		i := slices.Index(have, f)
		if i < 0 || connectors.Empty(t.Values[i]) {
			return out, false
		}
		out.Values = append(out.Values, t.Values[i])
	}
	return out, true
}

// sealCaptured makes frames of the keys of rows that stay and change, after those that are there already.
func (j *job) sealCaptured(t *tally, work *planner.SystemWork, outcomes []connectors.Outcome, have []state.Frame) ([]state.Frame, error) {
	seq := map[string]int{}
	for _, f := range have {
		seq[f.Edge] = max(seq[f.Edge], f.Seq+1)
	}
	var out []state.Frame
	for _, o := range outcomes {
		id := t.class[o.ID].treatment
		i := slices.IndexFunc(work.Treatments, func(x connectors.Treatment) bool { return x.ID == id })
		if i < 0 || work.Treatments[i].Verb == connectors.Delete || o.LinkKeys == nil {
			continue
		}
		edge := j.capturedIn() + id
		for part := range slices.Chunk(o.LinkKeys.Tuples, 500) {
			var buf bytes.Buffer
			if err := gob.NewEncoder(&buf).Encode(part); err != nil {
				return nil, fmt.Errorf("pack the keys of %s: %w", id, err)
			}
			sealed, err := j.open.Key.Seal(keys.Part{Owner: j.Owner(), Name: fmt.Sprintf("frame/%s/%s/%d", j.System, edge, seq[edge])}, buf.Bytes())
			if err != nil {
				return nil, err
			}
			out = append(out, state.Frame{Edge: edge, Seq: seq[edge], Sealed: sealed})
			seq[edge]++
		}
	}
	return out, nil
}

// capturedChecks are the questions by the keys of the very rows that were changed: nothing may lead to them any more, so that only
// their keys find them.
func (j *job) capturedChecks(work *planner.SystemWork, frames []state.Frame) ([]planner.Check, error) {
	var out []planner.Check
	for _, f := range frames {
		id, ok := strings.CutPrefix(f.Edge, j.capturedIn())
		i := slices.IndexFunc(work.Treatments, func(x connectors.Treatment) bool { return x.ID == id })
		if !ok || i < 0 || work.Treatments[i].Verb != connectors.Set {
			continue
		}
		tuples, err := j.capturedKeys(f, id)
		if err != nil {
			return nil, err
		}
		if len(tuples) == 0 {
			continue
		}
		t := work.Treatments[i]
		c := t.On.Collection
		fields := slices.Clone(c.Key)
		for _, a := range t.Assign {
			if !slices.Contains(fields, a.Field) {
				fields = append(fields, a.Field)
			}
		}
		out = append(out, planner.Check{ID: id, Collection: c.Name, By: "the keys of the rows themselves", Exact: true, Assigned: &t,
			Selection: connectors.Selection{Collection: c, Any: []connectors.Match{{Fields: t.Capture, Values: tuples}}, Fields: fields}})
	}
	return out, nil
}

// capturedKeys are those of one frame.
func (j *job) capturedKeys(f state.Frame, id string) ([]connectors.Tuple, error) {
	key, owner := j.open.Key, j.Owner()
	if j.from != nil {
		key, owner = j.from.key, j.from.batch
	}
	plain, err := key.Open(keys.Part{Owner: owner, Name: fmt.Sprintf("frame/%s/%s/%d", j.System, f.Edge, f.Seq)}, f.Sealed)
	if err != nil {
		return nil, err
	}
	var tuples []connectors.Tuple
	if err := gob.NewDecoder(bytes.NewReader(plain)).Decode(&tuples); err != nil {
		return nil, fmt.Errorf("the captured keys of %s cannot be read", id)
	}
	if j.from != nil {
		tuples = slices.DeleteFunc(tuples, func(t connectors.Tuple) bool { return t.Person != j.from.person })
		for i := range tuples {
			tuples[i].Person = 0
		}
	}
	return tuples, nil
}
