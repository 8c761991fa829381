package wire

import (
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	pb "github.com/dossier-dsr/dossier/plugins/wire/dossier/connector/v1"
)

// OutcomesToProto is the outcomes as messages; a value that is not of the contract is an error.
func OutcomesToProto(list []connectors.Outcome) ([]*pb.Outcome, error) {
	c := &to{}
	return each(list, c.outcome), c.err
}

// OutcomesFromProto is the messages as outcomes.
func OutcomesFromProto(list []*pb.Outcome) ([]connectors.Outcome, error) {
	c := &from{}
	return each(list, c.outcome), c.err
}

func (c *to) outcome(o connectors.Outcome) *pb.Outcome {
	m := &pb.Outcome{
		Id: text(o.ID), Changed: o.Changed, Already: o.Already, Conflicts: each(o.Conflicts, c.row),
		ByPerson: byPerson(o.ByPerson), DoneBy: instantOrNone(o.DoneBy),
		Notes: DiagnosticsToProto(o.Notes), LocksHeld: int64(o.LocksHeld),
	}
	if k := o.LinkKeys; k != nil {
		m.LinkKeys = &pb.Keys{Fields: texts[string, string](k.Fields), Tuples: each(k.Tuples, c.tuple)}
	}
	return m
}

func (c *from) outcome(m *pb.Outcome) connectors.Outcome {
	o := connectors.Outcome{
		ID: m.GetId(), Changed: m.GetChanged(), Already: m.GetAlready(), Conflicts: each(m.GetConflicts(), c.row),
		ByPerson: byPersonFrom(m.GetByPerson()), DoneBy: instantOrZero(m.GetDoneBy()),
		Notes: DiagnosticsFromProto(m.GetNotes()), LocksHeld: time.Duration(m.GetLocksHeld()),
	}
	if k := m.GetLinkKeys(); k != nil {
		o.LinkKeys = &connectors.Keys{Fields: empty(k.GetFields()), Tuples: each(k.GetTuples(), c.tuple)}
	}
	return o
}

// byPerson: an empty count and none are the same, nobody.
func byPerson(m map[int]int64) map[int64]int64 {
	out := make(map[int64]int64, len(m))
	for p, n := range m {
		out[int64(p)] = n
	}
	return out
}

func byPersonFrom(m map[int64]int64) map[int]int64 {
	out := make(map[int]int64, len(m))
	for p, n := range m {
		out[int(p)] = n
	}
	return out
}

// TalliesToProto is counts as messages.
func TalliesToProto(list []connectors.Tally) []*pb.Tally {
	return each(list, func(t connectors.Tally) *pb.Tally {
		return &pb.Tally{Total: t.Total, ByPerson: byPerson(t.ByPerson)}
	})
}

// TalliesFromProto is the messages as counts.
func TalliesFromProto(list []*pb.Tally) []connectors.Tally {
	return each(list, func(m *pb.Tally) connectors.Tally {
		return connectors.Tally{Total: m.GetTotal(), ByPerson: byPersonFrom(m.GetByPerson())}
	})
}
