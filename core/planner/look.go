package planner

import (
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

// looked is a row as it was read for a person to look at.
type looked struct {
	id    string
	print string
	facts []Found
}

// telling are the fields by which a person tells whose a row is: its key, the identifiers it holds, names, the day of birth, contact
// points. Nothing of others, and nothing beyond that.
func telling(c *datamap.Collection) []string {
	var fields []string
	for _, f := range c.Fields {
		if f.ThirdPerson == "" && (f.Identifier != nil || f.Category != nil && tells(f.Category.Name)) {
			fields = append(fields, f.Name)
		}
	}
	return union(append([]string(nil), c.Key...), fields)
}

func tells(category string) bool {
	for _, name := range []string{"identity.name", "identity.birth_date", "contact"} {
		if category == name || strings.HasPrefix(category, name+".") {
			return true
		}
	}
	return false
}

// look reads rows by their keys for a person to look at; one that is gone is not there. A system that stops answering is noted.
func (s *survey) look(kind string, c *datamap.Collection, keys []connectors.Tuple, where ...connectors.Cond) ([]looked, error) {
	open := s.system(c)
	if open == nil {
		return nil, nil
	}
	fields := telling(c)
	var out []looked
	sel := connectors.Selection{Collection: place(c), Any: []connectors.Match{{Fields: c.Key, Values: keys}}, Where: where, Fields: fields}
	err := open.Each(s.ctx, sel, func(_ int, vs []any) error {
		row := looked{id: connectors.Tuple{Values: vs[:len(c.Key)]}.ID(), print: s.print(kind, c.Address(), fields, vs)}
		for i, name := range fields {
			if text := shown(vs[i]); text != "" {
				row.facts = append(row.facts, Found{s.labelOf(c, name), text})
			}
		}
		out = append(out, row)
		return nil
	})
	return out, s.unreached(c, err)
}

// labelOf is what a person calls a field; of a key the map does not speak of, its name.
func (s *survey) labelOf(c *datamap.Collection, name string) string {
	if f := c.Field(name); f != nil {
		if label := f.Label.In(s.lang); label != "" {
			return label
		}
		if f.Identifier != nil && f.Identifier.Label.In(s.lang) != "" {
			return f.Identifier.Label.In(s.lang)
		}
	}
	return name
}

func shown(v any) string {
	if t, ok := v.(time.Time); ok {
		return strings.TrimSuffix(t.Format(time.DateTime), " 00:00:00")
	}
	return textOf(v)
}

// hear takes what people have said of rows that shared identifiers alone led to.
func (s *survey) hear() error {
	if len(s.in.Answers) == 0 {
		return nil
	}
	for _, c := range s.Graph.Collections() {
		keys := &tuples{fields: c.Key}
		var of []*sighting
		for i := range s.shared {
			if x := &s.shared[i]; x.c == c && !x.heard && !s.isRoot[c][rowID(x.row)] {
				x.heard, of = true, append(of, x)
				keys.add(connectors.Tuple{Values: x.row.key})
			}
		}
		if keys.empty() {
			continue
		}
		rows, err := s.look(request.AttentionCandidate, c, keys.list)
		if err != nil {
			return err
		}
		said := map[string]*Verdict{}
		for _, r := range rows {
			if v, ok := s.in.Answers[r.print]; ok {
				said[r.id] = &v
			}
		}
		for _, x := range of {
			x.said = said[rowID(x.row)]
		}
	}
	return nil
}

// denied says that a person looked, and the row is not this person's.
func (x *sighting) denied() bool { return x.said != nil && !x.said.Yes }

// overrule says that a row which was confirmed is not taken all the same.
func (s *survey) overrule(x *sighting) {
	if x.said != nil && x.said.Yes {
		s.attend(plan.Attention{Code: request.AttentionConflict, System: x.c.System.Name, Collection: x.c.Name, Rows: 1,
			Text: "a row that was confirmed as this person's holds another person's identifier; no answer can make it theirs, and nothing is done with it"})
	}
}

// askMixed stops for a person to look where a row names this person and another one. Such a row is never this person's; what can be
// decided is that the rest goes on without it.
func (s *survey) askMixed() error {
	for _, c := range s.Graph.Collections() {
		keys := s.mixed[c]
		if keys.empty() {
			continue
		}
		rows, err := s.look(request.AttentionConflict, c, keys.list)
		if err != nil {
			return err
		}
		a := plan.Attention{Code: request.AttentionConflict, System: c.System.Name, Collection: c.Name, Rows: int64(len(keys.list)), Blocks: true,
			Text: "a row holds an identifier of this person and another one that is somebody else's; a person has to look before anything is done"}
		var said []Verdict
		for _, r := range rows {
			if v, ok := s.in.Answers[r.print]; ok {
				said = append(said, v)
			}
		}
		switch {
		case len(rows) == 0: // gone since, or not to be read now
		case len(said) < len(rows):
			s.asks = append(s.asks, askAbout(a.Code, c, rows, a.Text))
		default:
			a = s.heed(a, said)
		}
		s.attend(a)
	}
	return nil
}
