package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"
)

// BatchFormat is the format of a batch plan's JSON form.
const BatchFormat = "dossier.batch-plan/v1"

// Batch is the dry run of several requests of one right, carried out together. Each has a plan of its own, which its digest binds; this
// one says what becomes of all of them, a row of two persons once.
type Batch struct {
	Format     string    `json:"format"`
	Digest     string    `json:"digest"` // sha256:… over the digests of the members' plans and what is said here of all
	Batch      string    `json:"batch"`
	Right      string    `json:"right"`
	Ground     string    `json:"ground,omitempty"`
	AsOf       time.Time `json:"as_of"`
	ExpiresAt  time.Time `json:"expires_at"`
	Complete   bool      `json:"complete"`
	Applicable bool      `json:"applicable"`
	Blockers   []string  `json:"blockers,omitempty"`
	Map        string    `json:"map"`

	Requests []Member      `json:"requests"`
	Left     []Aside       `json:"left,omitempty"` // planned by themselves, after somebody has looked
	Systems  []BatchSystem `json:"systems"`
	Totals   []Total       `json:"totals"`
	Warnings []string      `json:"warnings,omitempty"`
}

// Member is one request of a batch.
type Member struct {
	Request string  `json:"request"`
	Digest  string  `json:"digest"` // of its own plan
	Totals  []Total `json:"totals"` // its own: a row of two persons is in both
}

// Aside is a request that is not carried out with the others, and why.
type Aside struct {
	Request   string    `json:"request"`
	Attention Attention `json:"attention"`
}

// BatchSystem is one system's part, for all members.
type BatchSystem struct {
	Name        string            `json:"name"`
	Label       string            `json:"label"`
	Reached     bool              `json:"reached"`
	Unreached   string            `json:"unreached,omitempty"`
	LeftOut     bool              `json:"left_out,omitempty"`
	Roots       int64             `json:"roots"`
	Collections []BatchCollection `json:"collections"`
}

// BatchCollection is one collection's part.
type BatchCollection struct {
	Name    string       `json:"name"`
	Label   string       `json:"label"`
	Actions []BatchClass `json:"actions"`
}

// BatchClass is one class of rows over all members.
type BatchClass struct {
	Action  Act    `json:"action"`
	Rows    int64  `json:"rows"`    // each once
	Persons int    `json:"persons"` // of whom there are any
	Reason  Reason `json:"reason"`  // without the day, which differs
	Shell   bool   `json:"shell,omitempty"`
}

// Twice says of one class how many rows stand in the plans of several members: so many more are the plans' numbers together than there
// are rows.
type Twice struct {
	System, Collection string
	Action             Act
	Reason             string // its code
	More               int64
}

// Together makes the batch plan of several plans, which are of one right, map and instant.
func Together(batch string, plans []*Plan, left []Aside, twice []Twice) *Batch {
	b := &Batch{Format: BatchFormat, Batch: batch, Complete: true, Applicable: len(plans) > 0, Left: left, Requests: []Member{}, Systems: []BatchSystem{}, Totals: []Total{}}
	if len(plans) == 0 {
		b.Blockers = []string{"no request is left that can be carried out with others"}
	}
	for _, p := range plans {
		if len(b.Requests) == 0 {
			b.Right, b.Ground, b.AsOf, b.ExpiresAt, b.Map = p.Right, p.Ground, p.AsOf, p.ExpiresAt, p.Map
		}
		b.Complete, b.Applicable = b.Complete && p.Complete, b.Applicable && p.Applicable
		b.Requests = append(b.Requests, Member{Request: p.Request, Digest: p.Digest, Totals: p.Totals})
		b.Blockers = append(b.Blockers, without(p.Blockers, b.Blockers)...)
		b.Warnings = append(b.Warnings, without(p.Warnings, b.Warnings)...)
		for i := range p.Systems {
			b.add(&p.Systems[i])
		}
	}
	for _, t := range twice {
		b.once(t)
	}
	b.total()
	b.Seal()
	return b
}

func without(list, known []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(known, s) })
}

// add adds one plan's part of a system.
func (b *Batch) add(s *System) {
	i := slices.IndexFunc(b.Systems, func(x BatchSystem) bool { return x.Name == s.Name })
	if i < 0 {
		i = len(b.Systems)
		b.Systems = append(b.Systems, BatchSystem{Name: s.Name, Label: s.Label, Reached: s.Reached, Unreached: s.Unreached, LeftOut: s.LeftOut, Collections: []BatchCollection{}})
	}
	to := &b.Systems[i]
	to.Roots += s.Roots
	for _, c := range s.Collections {
		k := slices.IndexFunc(to.Collections, func(x BatchCollection) bool { return x.Name == c.Name })
		if k < 0 {
			k = len(to.Collections)
			to.Collections = append(to.Collections, BatchCollection{Name: c.Name, Label: c.Label, Actions: []BatchClass{}})
		}
		to.Collections[k].add(c.Actions)
	}
}

// add adds one plan's classes of a collection: those of one act and reason are one.
func (c *BatchCollection) add(actions []Action) {
	met := map[int]bool{} // a plan may have several of a class: they are one person's
	for _, a := range actions {
		if a.Rows == 0 {
			continue
		}
		i := slices.IndexFunc(c.Actions, func(x BatchClass) bool {
			return x.Action == a.Action && x.Reason.Code == a.Reason.Code && x.Reason.Purpose == a.Reason.Purpose && x.Shell == a.Shell
		})
		if i < 0 {
			i = len(c.Actions)
			reason := a.Reason
			reason.Since = ""
			c.Actions = append(c.Actions, BatchClass{Action: a.Action, Reason: reason, Shell: a.Shell})
		}
		c.Actions[i].Rows += a.Rows
		if !met[i] {
			met[i] = true
			c.Actions[i].Persons++
		}
	}
}

// once takes off what several plans count.
func (b *Batch) once(t Twice) {
	for i := range b.Systems {
		for k := range b.Systems[i].Collections {
			c := &b.Systems[i].Collections[k]
			if b.Systems[i].Name != t.System || c.Name != t.Collection {
				continue
			}
			for n := range c.Actions {
				if a := &c.Actions[n]; a.Action == t.Action && a.Reason.Code == t.Reason && a.Rows > t.More {
					a.Rows -= t.More
					return
				}
			}
		}
	}
}

// total adds up the classes in the order of a single plan's totals.
func (b *Batch) total() {
	rows := map[Act]int64{}
	for _, s := range b.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				rows[a.Action] += a.Rows
			}
		}
	}
	for _, act := range []Act{Delete, Anonymise, Recount, Keep, Refer, Manual} {
		if rows[act] > 0 {
			b.Totals = append(b.Totals, Total{Action: act, Rows: rows[act]})
		}
	}
}

// Seal computes the digest: SHA-256 over the JSON form without the digest and without words meant only for reading.
func (b *Batch) Seal() {
	x := *b
	x.Digest, x.Warnings, x.Totals = "", nil, nil
	doc, err := json.Marshal(x)
	if err != nil {
		panic(err) // values only: it cannot fail
	}
	sum := sha256.Sum256(doc)
	b.Digest = "sha256:" + hex.EncodeToString(sum[:])
}

// Intact says whether the digest is that of the plan as it stands.
func (b Batch) Intact() bool {
	x := b
	x.Seal()
	return x.Digest == b.Digest
}
