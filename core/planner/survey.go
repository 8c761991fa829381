package planner

import (
	"context"
	"fmt"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/graph"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/policy"
)

// survey is the state of one planning: what is known of the person so far.
type survey struct {
	*Planner
	ctx   context.Context
	in    Input
	terms policy.Terms
	lang  string

	known map[string]*values // unique kinds: every value known to be this person's
	given map[string]*values // shared kinds: the request's own
	roots map[*datamap.Collection][]root
	// isRoot are the accepted root rows by key; a set of what roots lists.
	isRoot     map[*datamap.Collection]map[string]bool
	finds      map[*datamap.Collection]*finds
	links      map[*datamap.Edge]*tuples // the parents' values over each ownership edge
	foundBy    map[string][]string       // system → kinds
	down       map[string]string         // systems not reached, and why
	shared     []sighting                // rows matched by shared identifiers alone
	candidates map[*datamap.Collection]*candidate
	mixed      map[*datamap.Collection]*tuples // rows that name this person and another, by key
	asks       []Question
	decisions  []plan.Decision
	attention  []plan.Attention
	witnesses  map[*datamap.Collection]*tuples // other persons' rows that came into view, by key
	changed    []Anchor                        // kept rows that do not look as they did
	lapsed     map[*datamap.Collection]*tuples // shells of an earlier erasure, by key
	rootsSent  map[*datamap.Collection]int
	schemas    map[string]*connectors.Schema
	warnings   []string
	limits     []InForce

	renewed map[string][]string // new values of a rectification, by category

	proposed []plan.Candidate // of several planned together, this one's before they are judged
	whole    string           // what is decided of the person as a whole, where several are planned together
	joint    *joint           // what these are judged by; nil: this one alone
	// stayed are rows several of those judged together own, and that something keeps: by key.
	stayed map[*datamap.Collection]*tuples
}

// root is a row that names the person: its key, and the identifier it was found by, which is asked for again
// whenever the row is touched: a key that was given to another person matches nothing.
type root struct {
	key    []any
	by     string // field; "" where the field is part of the key
	value  any
	person int
	// anchored: it was kept by an earlier erasure, and found by its key alone.
	anchored bool
}

// values of one identifier kind, by normalised form.
type values struct {
	kind     *datamap.Identifier
	raw      map[string][]string // normalised → the spellings met
	order    []string
	verified map[string]bool
	searched map[string]bool // spellings already looked for
	folded   map[string]bool // values already looked for in whatever case they are written
	former   map[string]bool // of an earlier erasure: who comes back may have another one now
}

// decides says whether a value is known beside which any other is somebody else's.
func (v *values) decides() bool {
	return v != nil && slices.ContainsFunc(v.order, func(n string) bool { return !v.former[n] })
}

func (s *survey) valuesOf(in map[string]*values, kind *datamap.Identifier) *values {
	v := in[kind.Name]
	if v == nil {
		v = &values{kind: kind, raw: map[string][]string{}, verified: map[string]bool{}, searched: map[string]bool{}, folded: map[string]bool{}, former: map[string]bool{}}
		in[kind.Name] = v
	}
	return v
}

func (v *values) add(text string, verified bool) {
	n, err := v.kind.Normalise(text)
	if err != nil || n == "" || v.kind.NamesNobody(text) {
		return
	}
	if _, met := v.raw[n]; !met {
		v.order = append(v.order, n)
		v.raw[n] = spellings(v.kind, n)
	}
	if !slices.Contains(v.raw[n], text) {
		v.raw[n] = append(v.raw[n], text)
	}
	v.verified[n] = v.verified[n] || verified
}

// addFormer adds a value that leads to what an earlier erasure kept, unless it is known as it is.
func (v *values) addFormer(text string) {
	n, err := v.kind.Normalise(text)
	if err == nil && v.raw[n] == nil {
		v.former[n] = true
		v.add(text, true)
	}
}

// texts are all spellings of the values.
func (v *values) texts() []string {
	var out []string
	for _, n := range v.order {
		out = append(out, v.raw[n]...)
	}
	return out
}

// fresh are the spellings not looked for yet.
func (v *values) fresh() []string {
	var out []string
	for _, t := range v.texts() {
		if !v.searched[t] {
			v.searched[t] = true
			out = append(out, t)
		}
	}
	return out
}

// unfolded are the values not looked for yet in whatever case they are written, of a kind in which case says nothing.
func (v *values) unfolded() []string {
	var out []string
	for _, n := range v.order {
		if v.kind.FoldsCase() && !v.folded[n] {
			v.folded[n] = true
			out = append(out, n)
		}
	}
	return out
}

// start takes the request's identifiers. Verified unique ones decide; of the others it shows later what they are worth.
// Two values of one unique kind would be two persons.
func (s *survey) start() {
	for _, id := range s.in.Request.Subject.Identifiers {
		kind := s.Graph.Map.Identifiers[id.Kind]
		if kind == nil {
			continue // refused when the request was checked against the map
		}
		if kind.Unique && id.Verified {
			s.valuesOf(s.known, kind).add(id.Value.Reveal(), true)
		} else {
			s.valuesOf(s.given, kind).add(id.Value.Reveal(), id.Verified)
		}
	}
	for _, kind := range sortedNames(s.known) {
		if len(s.known[kind].order) > 1 {
			s.attend(plan.Attention{Code: "conflict", Blocks: true,
				Text: fmt.Sprintf("the request names the person by two values of %s, which names one person each; a person decides whose request this is", kind)})
		}
	}
	for _, f := range s.in.Former {
		if kind := s.Graph.Map.Identifiers[f.Kind]; kind != nil && kind.Unique {
			s.valuesOf(s.known, kind).addFormer(f.Value)
		}
	}
}

// find runs the search to its fixed point: unique identifiers first, everywhere, with what they lead to; then
// shared ones, which may bring new unique ones.
func (s *survey) find() error {
	s.start()
	s.rootsSent = map[*datamap.Collection]int{}
	if err := s.search(); err != nil {
		return err
	}
	if err := s.seed(); err != nil {
		return err
	}
	if err := s.askMixed(); err != nil {
		return err
	}
	s.sayConflicts()
	s.guardRoots()
	s.unanchored()
	return s.ctx.Err()
}

// search looks and follows until nothing new is found.
func (s *survey) search() error {
	for round := 0; ; round++ {
		if round == MaxRounds {
			s.attend(plan.Attention{Code: "too_many_rounds", Text: "the search across systems came to no end; the map leads in a circle that always finds more", Blocks: true})
			break
		}
		grew, err := s.searchRoots(s.known)
		if err != nil {
			return err
		}
		followed, err := s.follow()
		if err != nil {
			return err
		}
		if grew || followed {
			continue
		}
		more, err := s.searchRoots(s.given)
		if err != nil {
			return err
		}
		if !more {
			if more, err = s.settleShared(); err != nil {
				return err
			}
		}
		if !more {
			break
		}
	}
	return nil
}

// rootMatches are the matches that name the root rows of c from the nth on, by key and identifier.
func (s *survey) rootMatches(c *datamap.Collection, from int, via []connectors.Hop) []connectors.Match {
	byField := map[string][]connectors.Tuple{}
	var order []string
	for _, r := range s.roots[c][from:] {
		t := connectors.Tuple{Person: r.person, Values: slices.Clone(r.key)}
		if r.by != "" {
			t.Values = append(t.Values, r.value)
		}
		if _, met := byField[r.by]; !met {
			order = append(order, r.by)
		}
		byField[r.by] = append(byField[r.by], t)
	}
	var out []connectors.Match
	for _, f := range order {
		fields := slices.Clone(c.Key)
		if f != "" {
			fields = append(fields, f)
		}
		out = append(out, connectors.Match{Via: via, Fields: fields, Values: byField[f]})
	}
	return out
}

// matches are all matches that lead to c: over every way, with what is captured at its entry. With fresh, only
// what was captured since the last round.
func (s *survey) matches(c *datamap.Collection, fresh bool) []connectors.Match {
	var out []connectors.Match
	for _, w := range s.Graph.Ways(c) {
		via := s.Graph.Hops(w)
		if w.Entry.Edge == nil {
			from := 0
			if fresh {
				from = s.rootsSent[w.Entry.Collection]
			}
			out = append(out, s.rootMatches(w.Entry.Collection, from, via)...)
			continue
		}
		t := s.links[w.Entry.Edge]
		if t.empty() {
			continue
		}
		list := t.list
		if fresh {
			list = t.fresh()
		}
		if len(list) > 0 {
			_, fields := w.Entry.Edge.Child()
			out = append(out, connectors.Match{Via: via, Fields: fields, Values: list})
		}
	}
	if s.in.Supplement == nil {
		return out
	}
	for _, e := range s.Graph.Parents(c) { // also of owners that are gone by now
		t := s.links[e]
		if s.Graph.Host(e) || t.empty() {
			continue
		}
		list := t.list
		if fresh {
			list = t.fresh()
		}
		if len(list) > 0 {
			_, fields := e.Child()
			out = append(out, connectors.Match{Via: s.Graph.Hops(graph.Way{Entry: graph.Entry{Collection: c, Edge: e}}), Fields: fields, Values: list})
		}
	}
	return out
}

// reach selects every row of c that is the person's, where conds hold.
func (s *survey) reach(c *datamap.Collection, conds ...connectors.Cond) connectors.Selection {
	return connectors.Selection{Collection: graph.Place(c), Any: s.matches(c, false), Where: conds}
}

// attend says something once a place; what stops the plan is not hidden by what does not.
func (s *survey) attend(a plan.Attention) {
	for _, x := range s.attention {
		if x.Code == a.Code && x.System == a.System && x.Collection == a.Collection && (x.Blocks || !a.Blocks) {
			return
		}
	}
	s.attention = append(s.attention, a)
}
