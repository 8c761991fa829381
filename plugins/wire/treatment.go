package wire

import (
	"github.com/dossier-dsr/dossier/connectors"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// TreatmentsToProto is the treatments as messages; a value that is not of the contract is an error.
func TreatmentsToProto(list []connectors.Treatment) ([]*pb.Treatment, error) {
	c := &to{}
	return each(list, c.treatment), c.err
}

// TreatmentsFromProto is the messages as treatments.
func TreatmentsFromProto(list []*pb.Treatment) ([]connectors.Treatment, error) {
	c := &from{}
	return each(list, c.treatment), c.err
}

func (c *to) treatment(t connectors.Treatment) *pb.Treatment {
	return &pb.Treatment{
		Id: text(t.ID), Verb: text(string(t.Verb)), On: c.selection(t.On), Assign: each(t.Assign, c.assign),
		Method: text(t.Method), Mark: text(t.Mark), Capture: texts[string, string](t.Capture), AtMost: t.AtMost,
	}
}

func (c *from) treatment(m *pb.Treatment) connectors.Treatment {
	return connectors.Treatment{
		ID: m.GetId(), Verb: connectors.Verb(m.GetVerb()), On: c.selection(m.GetOn()), Assign: each(m.GetAssign(), c.assign),
		Method: m.GetMethod(), Mark: m.GetMark(), Capture: empty(m.GetCapture()), AtMost: m.GetAtMost(),
	}
}

func (c *to) assign(a connectors.Assign) *pb.Assign {
	m := &pb.Assign{
		Field: text(a.Field), How: text(string(a.How)), To: c.value(a.To), Derive: a.Derive, Over: step(a.Over),
	}
	if a.From != nil { // an empty list fits no row, none fits any
		m.OnlyFrom = &pb.Values{Values: c.values(a.From)}
	}
	return m
}

func (c *from) assign(m *pb.Assign) connectors.Assign {
	a := connectors.Assign{
		Field: m.GetField(), How: connectors.How(m.GetHow()), To: c.value(m.GetTo()),
		Derive: empty(m.GetDerive()), Over: stepFrom(m.GetOver()),
	}
	if m.GetOnlyFrom() != nil {
		a.From = append([]any{}, c.values(m.GetOnlyFrom().GetValues())...)
	}
	return a
}
