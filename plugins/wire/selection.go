package wire

import (
	"github.com/dossier-dsr/dossier/connectors"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// SelectionToProto is s as a message; a value that is not of the contract is an error.
func SelectionToProto(s connectors.Selection) (*pb.Selection, error) {
	c := &to{}
	return c.selection(s), c.err
}

// SelectionsToProto is [SelectionToProto] for many.
func SelectionsToProto(list []connectors.Selection) ([]*pb.Selection, error) {
	c := &to{}
	return each(list, c.selection), c.err
}

func (c *to) selection(s connectors.Selection) *pb.Selection {
	return &pb.Selection{
		Collection: collection(s.Collection),
		Any:        each(s.Any, c.match),
		Where:      each(s.Where, c.cond),
		All:        s.All,
		Enough:     int64(s.Enough),
		Fields:     texts[string, string](s.Fields),
	}
}

func collection(k connectors.Collection) *pb.Collection {
	m := &pb.Collection{
		Name: text(k.Name), At: text(k.At), Key: texts[string, string](k.Key),
		Document: k.Document, Zone: text(k.Zone),
	}
	if f := k.Rows; f != nil {
		m.Rows = &pb.RowFormat{
			Format: text(f.Format), Delimiter: text(f.Delimiter), Encoding: text(f.Encoding),
			NoHeader: f.NoHeader, Each: text(f.Each),
		}
	}
	return m
}

func (c *to) match(m connectors.Match) *pb.Match {
	return &pb.Match{
		Via:    each(m.Via, c.hop),
		Fields: texts[string, string](m.Fields),
		Values: each(m.Values, c.tuple),
		Folded: m.Folded,
	}
}

func (c *to) tuple(t connectors.Tuple) *pb.Tuple {
	m := &pb.Tuple{Person: int64(t.Person), Values: c.values(t.Values)}
	if w := t.Within; w != nil {
		m.Within = &pb.Range{Field: text(w.Field), NotBefore: instantPtr(w.From), NotAfter: instantPtr(w.To)}
	}
	return m
}

func (c *to) hop(h connectors.Hop) *pb.Hop {
	m := &pb.Hop{
		Collection: collection(h.Collection),
		FromFields: texts[string, string](h.From), ToFields: texts[string, string](h.To),
		FromWhere: each(h.If, c.cond), ToWhere: each(h.Then, c.cond),
		Repeat: h.Repeat,
	}
	if d := h.During; d != nil {
		m.During = &pb.Between{DateField: text(d.Date), FromField: text(d.From), ToField: text(d.To)}
	}
	return m
}

func (c *to) cond(k connectors.Cond) *pb.Cond {
	return &pb.Cond{
		Op: text(string(k.Op)), Field: text(k.Field), Values: c.values(k.Values), Time: instantOrNone(k.Time),
		Over: step(k.Over), Kids: each(k.Kids, c.cond),
	}
}

func step(s *connectors.Step) *pb.Step {
	if s == nil {
		return nil
	}
	return &pb.Step{
		Collection: collection(s.Collection),
		FromFields: texts[string, string](s.From), ToFields: texts[string, string](s.To),
	}
}
