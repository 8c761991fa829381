package wire

import (
	"github.com/dossier-dsr/dossier/connectors"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// SelectionFromProto is the message as a selection. What is left out is empty: no message is no row.
func SelectionFromProto(m *pb.Selection) (connectors.Selection, error) {
	c := &from{}
	return c.selection(m), c.err
}

// SelectionsFromProto is [SelectionFromProto] for many.
func SelectionsFromProto(list []*pb.Selection) ([]connectors.Selection, error) {
	c := &from{}
	return each(list, c.selection), c.err
}

func (c *from) selection(m *pb.Selection) connectors.Selection {
	return connectors.Selection{
		Collection: collectionFrom(m.GetCollection()),
		Any:        each(m.GetAny(), c.match),
		Where:      each(m.GetWhere(), c.cond),
		All:        m.GetAll(),
		Enough:     int(m.GetEnough()),
		Fields:     empty(m.GetFields()),
	}
}

func collectionFrom(m *pb.Collection) connectors.Collection {
	k := connectors.Collection{
		Name: m.GetName(), At: m.GetAt(), Key: empty(m.GetKey()),
		Document: m.GetDocument(), Zone: m.GetZone(),
	}
	if f := m.GetRows(); f != nil {
		k.Rows = &connectors.RowFormat{
			Format: f.GetFormat(), Delimiter: f.GetDelimiter(), Encoding: f.GetEncoding(),
			NoHeader: f.GetNoHeader(), Each: f.GetEach(),
		}
	}
	return k
}

func (c *from) match(m *pb.Match) connectors.Match {
	return connectors.Match{
		Via:    each(m.GetVia(), c.hop),
		Fields: empty(m.GetFields()),
		Values: each(m.GetValues(), c.tuple),
		Folded: m.GetFolded(),
	}
}

func (c *from) tuple(m *pb.Tuple) connectors.Tuple {
	t := connectors.Tuple{Person: int(m.GetPerson()), Values: c.values(m.GetValues())}
	if w := m.GetWithin(); w != nil {
		t.Within = &connectors.Range{
			Field: w.GetField(), From: instantPtrFrom(w.GetNotBefore()), To: instantPtrFrom(w.GetNotAfter()),
		}
	}
	return t
}

func (c *from) hop(m *pb.Hop) connectors.Hop {
	h := connectors.Hop{
		Collection: collectionFrom(m.GetCollection()),
		From:       empty(m.GetFromFields()), To: empty(m.GetToFields()),
		If: each(m.GetFromWhere(), c.cond), Then: each(m.GetToWhere(), c.cond),
		Repeat: m.GetRepeat(),
	}
	if d := m.GetDuring(); d != nil {
		h.During = &connectors.Between{Date: d.GetDateField(), From: d.GetFromField(), To: d.GetToField()}
	}
	return h
}

func (c *from) cond(m *pb.Cond) connectors.Cond {
	return connectors.Cond{
		Op: connectors.Op(m.GetOp()), Field: m.GetField(), Values: c.values(m.GetValues()),
		Time: instantOrZero(m.GetTime()), Over: stepFrom(m.GetOver()), Kids: each(m.GetKids(), c.cond),
	}
}

func stepFrom(m *pb.Step) *connectors.Step {
	if m == nil {
		return nil
	}
	return &connectors.Step{
		Collection: collectionFrom(m.GetCollection()),
		From:       empty(m.GetFromFields()), To: empty(m.GetToFields()),
	}
}
