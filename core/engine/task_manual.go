package engine

import (
	"context"
	"time"

	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

// openManual opens the tasks of the work on paper in one system, or ("") in all; step waits for the answers.
func (e *Engine) openManual(tx *state.Tx, o *open, work *planner.Work, system string, step int64, now time.Time) error {
	for _, m := range work.Manual {
		if system != "" && m.System != system {
			continue
		}
		b := Brief{Do: m.Do}
		for _, f := range m.Find {
			b.Find = append(b.Find, Fact(f))
		}
		_, err := e.openTask(tx, o, Ask{Kind: TaskManual, System: m.System, Collection: m.Collection, Act: m.Act, Department: m.Department, Due: m.By,
			Step: step, Title: m.Title, Brief: b}, now)
		if err != nil {
			return err
		}
	}
	return nil
}

// manualSystems are the systems of the work on paper, each once, in its order.
func manualSystems(work *planner.Work) []string {
	var out []string
	for _, m := range work.Manual {
		if len(out) == 0 || out[len(out)-1] != m.System {
			out = append(out, m.System)
		}
	}
	return out
}

// manual waits until the department has answered for everything on its shelf. What it says is the proof: nobody else can look.
func (j *job) manual(ctx context.Context) error {
	if _, err := j.awaitTasks(ctx); err != nil {
		return err
	}
	return j.DB.Write(ctx, func(tx *state.Tx) error {
		if err := tx.HoldStep(j.Step); err != nil {
			return err
		}
		return note(tx, "system.confirmed", j.Step.Request, map[string]string{"system": j.System}, j.Now())
	})
}

// onPaper says whether a system of the map is worked by people.
func (e *Engine) onPaper(system string) bool {
	sys := e.Planner.Graph.Map.System(system)
	return sys != nil && sys.Connector == datamap.Manual
}

// confirmation is what people said of a system on paper, all its tasks taken together.
type confirmation struct {
	open    *state.Task // the first nobody has answered
	more    int64       // that nobody has answered, beside the first
	by      string
	at      time.Time // of the last answer
	answer  string    // done, nothing_found or refused; refused where one was
	because string    // of a refusal
}

// confirmed reads it of a request, or of all members of a batch; ok is false where nothing is asked of the system's people.
func confirmed(tx *state.Tx, of state.TaskFilter, system string) (c confirmation, ok bool, err error) {
	of.System, of.Kind = system, string(TaskManual)
	tasks, err := tx.Tasks(of)
	rank := map[string]int{state.TaskNothingFound: 1, state.TaskDone: 2, state.TaskRefused: 3}
	for i, t := range tasks {
		if t.State == state.TaskOpen {
			if c.open == nil {
				c.open = &tasks[i]
			} else {
				c.more++
			}
			continue
		}
		if rank[t.State] > rank[c.answer] {
			c.answer = t.State
			if t.State == state.TaskRefused {
				c.because = saidOf(t).Because
			}
		}
		if t.AnsweredAt.After(c.at) {
			c.at, c.by = t.AnsweredAt, t.AnsweredBy
		}
	}
	return c, len(tasks) > 0, err
}
