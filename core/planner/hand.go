package planner

import "github.com/dossier-dsr/dossier/core/plan"

// Hand is what a plan leaves to a person: opened as a task when the plan is carried out. Do holds values, and lives sealed; the plan
// shows the rest.
type Hand struct {
	Kind, System, Collection string
	Ref                      string // tells those of one kind and place apart
	Title                    string
	Rows                     int64
	Do                       []string
}

// hand leaves something to a person, in the plan and in the work.
func (e *erasure) hand(h Hand) {
	e.out.Work.Hands = append(e.out.Work.Hands, h)
	t := plan.Task{System: h.System, Collection: h.Collection, Kind: h.Kind, Text: h.Title}
	if sys := e.Graph.Map.System(h.System); sys != nil {
		t.Department = sys.Department
	}
	e.out.Plan.Tasks = append(e.out.Plan.Tasks, t)
}
