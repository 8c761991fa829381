package engine

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// Of the rows one check finds, so many are kept to be treated or asked about at once, and so many shown to who decides; a later look
// finds the others.
const (
	foundAtOnce = 20_000
	foundShown  = 50
)

// findings are what people are asked and have said about rows a verification found and could not decide about, row by row, as
// keyed hashes. A row somebody left is no finding any more; one that came since is asked about anew.
type findings struct {
	key     []byte
	left    map[string]bool // not this person's, or left with a reason
	settled map[string]bool // conflicts of a correction somebody has looked at
	treat   map[string]bool // this person's: to be treated too
	asked   map[string]bool // of this plan, answered or not
}

// findings reads them from the tasks of the step's system.
func (j *job) findings(ctx context.Context) (*findings, error) {
	v := &findings{left: map[string]bool{}, settled: map[string]bool{}, treat: map[string]bool{}, asked: map[string]bool{}}
	var err error
	if v.key, err = j.open.Key.Derive("found-rows"); err != nil {
		return nil, err
	}
	if j.Shared() {
		return v, nil // what people are asked about, one member is asked about by itself
	}
	tasks, err := read(ctx, j.Engine, func(tx *state.Tx) ([]state.Task, error) {
		return tx.Tasks(state.TaskFilter{Request: j.Step.Request, System: j.System})
	})
	if err != nil {
		return nil, err
	}
	for _, t := range tasks {
		kind := TaskKind(t.Kind)
		if !slices.Contains([]TaskKind{TaskReusedKey, TaskLateRows, TaskConflict}, kind) || t.State == state.TaskCancelled || t.OfPlanning() {
			continue
		}
		b, err := j.open.brief(t)
		if err != nil {
			return nil, err
		}
		mine := strings.HasPrefix(t.Ref, j.foundRef())
		for _, row := range b.Rows {
			id := t.Collection + "/" + row
			switch {
			case t.State == state.TaskOpen:
				v.asked[id] = v.asked[id] || mine
			case kind == TaskConflict:
				v.settled[id] = true
			case t.State != state.TaskDone:
				v.left[id] = true
			case mine:
				v.treat[id], v.asked[id] = true, true
			}
		}
	}
	return v, nil
}

// foundRef begins the reference of what is found while one plan is worked: what is found under another is asked about anew.
func (j *job) foundRef() string { return fmt.Sprintf("found/%d/", j.Step.Plan) }

// row is the keyed hash of a row's key.
func (v *findings) row(key []any) string {
	mac := hmac.New(sha256.New, v.key)
	_, _ = mac.Write([]byte(connectors.Tuple{Values: key}.ID()))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// spares says whether a person has answered for a row: as it stands, it stays.
func (v *findings) spares(collection string, key []any, conflict bool) bool {
	if v == nil || len(v.left)+len(v.settled) == 0 {
		return false
	}
	id := collection + "/" + v.row(key)
	return v.left[id] || conflict && v.settled[id]
}

// askPeople leaves rows to a person, one task for each collection, and says what the step waits for. Rows somebody is asked about
// already make no further task; where all were answered to be this person's, a plan of its own treats them.
func (j *job) askPeople(ctx context.Context, kind TaskKind, left []remainder) error {
	rows, some, met := map[string][]string{}, map[string][]Item{}, map[string]bool{}
	var order []string
	for _, r := range left {
		if !slices.Contains(order, r.Collection) {
			order = append(order, r.Collection)
		}
		for n, key := range r.keys {
			id := j.said.row(key.Values)
			place := r.Collection + "/" + id
			if j.said.asked[place] || met[place] {
				continue
			}
			met[place] = true
			rows[r.Collection] = append(rows[r.Collection], id)
			if n < len(r.some) && len(some[r.Collection]) < foundShown {
				item := r.some[n]
				item.Number = len(some[r.Collection]) + 1
				some[r.Collection] = append(some[r.Collection], item)
			}
		}
	}
	var tasks []state.Task
	err := j.DB.Write(ctx, func(tx *state.Tx) (err error) {
		if err := tx.HoldStep(j.Step); err != nil {
			return err
		}
		for _, name := range order {
			ids := rows[name]
			slices.Sort(ids)
			if len(ids) == 0 {
				continue
			}
			sum := hmac.New(sha256.New, j.said.key)
			_, _ = sum.Write([]byte(strings.Join(ids, " ")))
			ask := Ask{Kind: kind, System: j.System, Collection: name, Ref: j.foundRef() + hex.EncodeToString(sum.Sum(nil)[:16]), Step: j.ID, Items: len(ids),
				Title: j.foundTitle(kind, name), Brief: Brief{Do: j.foundWords(kind, len(ids)), Items: some[name], Rows: ids}}
			if _, err := j.openTask(tx, j.open, ask, j.Now()); err != nil {
				return err
			}
		}
		tasks, err = tx.Tasks(state.TaskFilter{Step: j.ID})
		return err
	})
	if err != nil {
		return err
	}
	j.failpoint("asked")
	wait := later{code: "attention", codes: []string{string(kind)}, why: fmt.Sprintf("%s/%s: %s", j.System, left[0].Collection, j.foundWhy(kind))}
	if open := waitsForTasks(tasks); open != nil {
		wait.tasks, wait.why = true, wait.why+"; "+open.why
	} else {
		wait.why += "; they are this person's, and are treated by a plan of their own"
	}
	return wait
}

// heldAtOnce says whether what people confirm is treated without a plan of its own: a restriction takes nothing away, and is lifted whole.
func (j *job) heldAtOnce() bool { return j.open.Content.Right == request.Restriction }

// foundWhy is what was found, for who looks at the request.
func (j *job) foundWhy(kind TaskKind) string {
	if kind == TaskLateRows && j.heldAtOnce() {
		return "rows came, more than the plan allows; they are not restricted yet"
	}
	return map[TaskKind]string{TaskReusedKey: "a key of an erased row stands on a new one; nothing was done by it",
		TaskLateRows: "rows are still there, or came after the work, more than the plan allows; nothing of this system counts as done",
		TaskConflict: "rows hold neither the old nor the new value; they were changed meanwhile and are not overwritten"}[kind]
}

func (j *job) foundTitle(kind TaskKind, collection string) string {
	what := map[TaskKind]string{TaskReusedKey: "rows hang on a key that was erased, and given away again", TaskLateRows: "more rows came after the work than the plan allows",
		TaskConflict: "changed by somebody while the correction was made"}[kind]
	label := collection
	if c := j.Planner.Graph.Map.System(j.System).Collection(collection); c != nil {
		m := j.Planner.Graph.Map
		if l := c.Label.In(m.Languages[0], m.Languages...); l != "" {
			label = l
		}
	}
	return label + ": " + what
}

// foundWords say what was found and what each answer does.
func (j *job) foundWords(kind TaskKind, n int) []string {
	treated := "done: they are this person's, and are to be treated too; a plan of their own is made of them, and approved on its own"
	if j.open.Content.Right == request.Rectification {
		treated = "done: they are this person's, and are corrected too"
	}
	if j.heldAtOnce() {
		treated = "done: they are this person's, and are restricted too"
	}
	others := []string{treated, "nothing-found: they are not this person's; nothing is done to them", "refuse: they stay as they are, with the reason you give"}
	switch kind {
	case TaskReusedKey:
		return append([]string{fmt.Sprintf("%d rows lead to a row that stands under the key of one that was erased: the store has given the key away again, or the row came back. Look whose they are.", n)}, others...)
	case TaskConflict:
		return []string{fmt.Sprintf("In %d rows stands neither the old nor the new value: somebody has changed them, and nothing was overwritten. Ask which is right.", n),
			"done: what stands there is right, or you have put it right by hand", "nothing-found: they are not this person's", "refuse: they stay as they are, with the reason you give"}
	}
	if j.heldAtOnce() {
		return append([]string{fmt.Sprintf("%d rows that lead to this person came after the work, more than the plan that was approved allows; they are not restricted yet. Look whose they are, and what writes them.", n)}, others...)
	}
	return append([]string{fmt.Sprintf("%d rows of this person's stand there after the work, more than the plan that was approved allows. Look whose they are, and what writes them.", n)}, others...)
}

// withMatched is a question that also shows by which of its own fields each row was found.
func withMatched(sel connectors.Selection) connectors.Selection {
	sel.Fields = slices.Clone(sel.Fields)
	for _, m := range sel.Any {
		for _, f := range m.Fields {
			if len(m.Via) > 0 { // the field is another collection's
				break
			}
			if !slices.Contains(sel.Fields, f) {
				sel.Fields = append(sel.Fields, f)
			}
		}
	}
	return sel
}

// shown is a row for who decides about it: its key, and what the question was about.
func (j *job) shown(collection string, fields []string, vs []any) Item {
	m := j.Planner.Graph.Map
	c := m.System(j.System).Collection(collection)
	item := Item{Place: collection}
	if c != nil {
		item.Place = c.Label.In(m.Languages[0], m.Languages...)
	}
	for i, name := range fields {
		label := name
		if c != nil && c.Field(name) != nil && c.Field(name).Label.In(m.Languages[0]) != "" {
			label = c.Field(name).Label.In(m.Languages[0])
		}
		item.Facts = append(item.Facts, Fact{label, fmt.Sprint(vs[i])})
	}
	return item
}

// roomFor is how many late rows of a class may be treated: what its ceiling leaves and, of a correction, every row a person has said
// is to be corrected too.
func (j *job) roomFor(r remainder) int64 {
	room := j.room(r)
	if j.open.Content.Right != request.Rectification {
		return room
	}
	for _, key := range r.keys {
		if !j.said.treat[r.Collection+"/"+j.said.row(key.Values)] {
			return room
		}
	}
	return max(room, int64(len(r.keys)))
}

// settleConflicts leaves rows somebody changed while they were corrected to a person; what a person has answered for is no finding any more.
func (j *job) settleConflicts(ctx context.Context, left []remainder) error {
	conflicts := slices.DeleteFunc(slices.Clone(left), func(r remainder) bool { return r.conflicts == 0 || r.conflicts < r.rows })
	if len(conflicts) == 0 {
		return nil
	}
	return j.askPeople(ctx, TaskConflict, conflicts)
}
