package plan

// Left says whether the rows stay otherwise than was asked: what holds the new value already, and what has its statement beside it, does not.
func (a Action) Left() bool {
	switch a.Action {
	case Withhold, Review:
		return true
	case Keep:
		return a.Reason.Code != Already && a.Reason.Code != Annotated
	}
	return false
}

// Leaves says whether any rows of the plan do. Of a purpose that stops, what goes on for other purposes was not asked for, and the proof of
// consent is kept by law.
func (p *Plan) Leaves() bool {
	for _, s := range p.Systems {
		for _, c := range s.Collections {
			for _, a := range c.Actions {
				if a.Rows > 0 && a.Left() && !p.goesOn(a) {
					return true
				}
			}
		}
	}
	return false
}

func (p *Plan) goesOn(a Action) bool {
	return (p.Right == "objection" || p.Right == "withdrawal") && (a.Reason.Code == OtherPurpose || a.Reason.Code == Consent)
}
