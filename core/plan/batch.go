package plan

import (
	"slices"
	"strings"
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

	Requests   []Member         `json:"requests"`
	Left       []Aside          `json:"left,omitempty"` // planned by themselves, after somebody has looked
	Systems    []BatchSystem    `json:"systems"`
	Recipients []BatchRecipient `json:"recipients,omitempty"`
	Tasks      int              `json:"tasks,omitempty"`     // what people have to do, of all members
	Attention  []Noted          `json:"attention,omitempty"` // what keeps nobody from going on
	Totals     []Total          `json:"totals"`
	Warnings   []string         `json:"warnings,omitempty"`
	Rehearsal  []Rehearsal      `json:"rehearsal,omitempty"`
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
	Manual      bool              `json:"manual,omitempty"` // paper
	Roots       int64             `json:"roots"`
	Backups     string            `json:"backups_until,omitempty"`
	PooledUntil string            `json:"pooled_until,omitempty"` // of the first of them
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
	Rows    int64  `json:"rows"`              // each once
	Ceiling int64  `json:"ceiling,omitempty"` // of all members together
	Twice   int64  `json:"twice,omitempty"`   // so many more are the members' own numbers together: rows of several of them
	Persons int    `json:"persons"`           // of whom there are any
	Reason  Reason `json:"reason"`            // without the day, which differs
	Until   *Span  `json:"until,omitempty"`   // keep
	Shell   bool   `json:"shell,omitempty"`
}

// Span are the first and the last of the days that end the keeping of a class; rows that end with an event are not in it.
type Span struct {
	First string `json:"first"` // 2006-01-02
	Last  string `json:"last"`
}

// BatchRecipient is one line of the members' art. 19 lists.
type BatchRecipient struct {
	Name      string `json:"name"`
	Title     string `json:"title"`
	How       string `json:"how"`
	Detail    string `json:"detail,omitempty"`
	Processor bool   `json:"processor,omitempty"`
	Requests  int    `json:"requests"` // on whose list it is
}

// Noted is what is to be noticed of one or several members.
type Noted struct {
	Attention
	Requests int `json:"requests"`
}

// Twice says of one class how many rows stand in the plans of several members: so many more are the plans' numbers together than there
// are rows.
type Twice struct {
	System, Collection string
	Action             Act
	Reason             string // its code; "" where the members' plans give different reasons for these rows
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
		b.Blockers = append(b.Blockers, without(named(p.Blockers, p.Request, batch), b.Blockers)...)
		b.Warnings = append(b.Warnings, without(p.Warnings, b.Warnings)...)
		for i := range p.Systems {
			b.add(&p.Systems[i])
		}
		b.note(p)
	}
	for _, t := range twice {
		b.once(t)
	}
	b.total()
	b.Seal()
	return b
}

// named are a plan's texts with the commands for all its batch in place of those for one request: said once, then.
func named(list []string, request, batch string) []string {
	out := slices.Clone(list)
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], "dossier plan "+request+" ", "dossier plan "+batch+" ")
	}
	return out
}

func without(list, known []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return slices.Contains(known, s) })
}

// Seal computes the digest: SHA-256 over the JSON form without the digest and without words meant only for reading.
func (b *Batch) Seal() {
	x := *b
	x.Digest, x.Warnings, x.Totals, x.Rehearsal = "", nil, nil, nil
	b.Digest = sealOf(x)
}

// Intact says whether the digest is that of the plan as it stands.
func (b Batch) Intact() bool {
	x := b
	x.Seal()
	return x.Digest == b.Digest
}
