package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/recipient"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/core/subject"
)

// byTask is the channel of a recipient whom a person tells.
const byTask = "task"

// What a task about a recipient asks.
const (
	actTell     = "tell"
	actInstruct = "instruct" // a processor: it confirms (art. 28(3))
)

// tell looks whether every recipient was told, and every processor that holds a copy has confirmed (art. 19, art. 28(3)). Whom a person
// tells becomes a task, now that what the notice says is done.
func (j *job) tell(ctx context.Context) error {
	t, err := j.telling(ctx)
	if err != nil {
		return err
	}
	var wait error
	err = j.DB.Write(ctx, func(tx *state.Tx) (err error) {
		wait, err = j.askToTell(tx, t)
		return err
	})
	if err != nil {
		return err
	}
	j.failpoint("asked")
	return wait
}

// telling is who is still to be told, and what a person is asked to tell whom.
type telling struct {
	open []state.Notice
	asks map[string]Ask // by recipient
}

func (j *job) telling(ctx context.Context) (*telling, error) {
	notices, err := read(ctx, j.Engine, func(tx *state.Tx) ([]state.Notice, error) { return tx.Notices(j.Step.Request) })
	if err != nil {
		return nil, err
	}
	t := &telling{open: recipient.Open(notices), asks: map[string]Ask{}}
	for _, n := range t.open {
		if n.Channel != byTask {
			continue
		}
		if t.asks[n.Recipient], err = j.notice(ctx, n); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// askToTell opens the tasks. wait is what the step waits for; nil: everybody was told.
func (j *job) askToTell(tx *state.Tx, t *telling) (wait, err error) {
	if err := tx.HoldStep(j.Step); err != nil {
		return nil, err
	}
	for _, n := range t.open {
		if ask, ok := t.asks[n.Recipient]; ok {
			if _, err := j.openTask(tx, j.open, ask, j.Now()); err != nil {
				return nil, err
			}
		}
	}
	if len(t.open) == 0 { // told in another way
		return nil, tx.CancelStepTasks(j.ID, j.Now())
	}
	tasks, err := tx.Tasks(state.TaskFilter{Step: j.ID})
	if wait := waitsForTasks(tasks); wait != nil {
		return *wait, err
	}
	return later{code: "person", why: fmt.Sprintf("%s is to be told, or has to confirm", t.open[0].Recipient)}, err
}

// notice is the task to tell one recipient.
func (j *job) notice(ctx context.Context, n state.Notice) (Ask, error) {
	l, err := j.NoticeTo(ctx, j.Step.Request, n.Recipient, "")
	if err != nil {
		return Ask{}, err
	}
	var text bytes.Buffer
	if err := l.Markdown(&text); err != nil {
		return Ask{}, err
	}
	ask := Ask{Kind: TaskNotify, Ref: noticeRef(n), Step: j.ID, Act: actTell, Title: fmt.Sprintf("tell %s of the %s (art. 19)", n.Name, n.Event)}
	ask.Brief = Brief{Do: []string{"Tell it in a way you can show: what follows, and nothing else. done: the day it was told, and how. refuse: it is not told, by which letter of the exemption, with reason and evidence."}, Text: text.String()}
	if r := j.Planner.Graph.Map.Recipients[n.Recipient]; r != nil {
		ask.Department = r.Notify.Task
	}
	if n.Role == "processor" {
		ask.Act, ask.Title = actInstruct, fmt.Sprintf("instruct %s, a processor, after the %s (art. 28(3))", n.Name, n.Event)
		ask.Brief.Do[0] = "It holds a copy for us: send it what follows, and nothing else. done: the day it was told, how, and that it has confirmed. refuse: it is not told, by which letter of the exemption, with reason and evidence."
	}
	return ask, nil
}

// noticeRef tells the tasks of a request's recipients apart.
func noticeRef(n state.Notice) string { return n.Recipient + "/" + n.Event }

// wantsTold wants of a recipient the day it was told and how, of a processor its confirmation too; of an exemption letter and evidence.
func wantsTold(t state.Task, a Answer) error {
	if len(a.Except)+len(a.Redacted) > 0 {
		return wrongAnswer("task %d has no numbered items", t.ID)
	}
	command := fmt.Sprintf("dossier task done %d --told DATE --by HOW", t.ID)
	instructs := taskDetailOf(t).Act == actInstruct
	if instructs {
		command += " --confirmed"
	}
	switch {
	case a.State == state.TaskRefused && (a.Exempt == nil || strings.TrimSpace(a.Exempt.Letter) == "" || strings.TrimSpace(a.Exempt.Evidence) == ""):
		return hint(wrongAnswer("task %d: a recipient that is not told is exempt by a letter, with evidence: the burden of proof is the controller's", t.ID),
			"dossier task refuse %d --exempt LETTER --because TEXT --evidence TEXT", t.ID)
	case a.State == state.TaskDone && (a.Told == nil || a.Told.At.IsZero() || strings.TrimSpace(a.Told.How) == ""):
		return hint(wrongAnswer("task %d: it is not said when and how the recipient was told", t.ID), "%s", command)
	case a.State == state.TaskDone && instructs && a.Told.To != recipient.Done && a.Told.To != recipient.Acknowledged:
		return hint(wrongAnswer("task %d is of a processor: it is done when that has confirmed; that it was told is recorded meanwhile", t.ID),
			"%s; or dossier recipients record %s NAME --told DATE --by HOW", command, t.Request)
	}
	return nil
}

// thenTold records in the art. 19 list what a person answered about a recipient.
func thenTold(e *Engine, tx *state.Tx, _ *open, t state.Task, now time.Time) error {
	rows, err := tx.Notices(t.Request)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(rows, func(n state.Notice) bool { return noticeRef(n) == t.Ref })
	if i < 0 {
		return fmt.Errorf("task %d: its recipient is not on the list of %s any more", t.ID, t.Request)
	}
	s, n, kind := saidOf(t), rows[i], "recipient.told"
	switch {
	case t.State == state.TaskRefused:
		x := e.exemption(*s.Exempt)
		if err := recipient.CheckExemption(n, x); err != nil {
			return WrongAnswer{err.Error()}
		}
		kind, err = "recipient.exempt", recipient.Exclude(tx, t.Request, n.Recipient, n.Event, x)
	case s.Told.At.After(now):
		return wrongAnswer("task %d: the day it was told is still to come", t.ID)
	default:
		err = e.advance(tx, n, *s.Told)
	}
	if err != nil {
		return err
	}
	if err := note(tx, kind, t.Request, map[string]string{"event": n.Event}, now); err != nil {
		return err
	}
	return wakeTelling(tx, t.Request, now)
}

// advance records that a recipient was told: on which day, how, and how far it has answered.
func (e *Engine) advance(tx *state.Tx, n state.Notice, t Told) error {
	for _, to := range []string{recipient.Sent, recipient.Acknowledged, recipient.Done} {
		if to == recipient.Acknowledged && t.To == recipient.Done {
			continue
		}
		if err := recipient.Advance(tx, n.Request, n.Recipient, n.Event, to, t.At); err != nil {
			return err
		}
		if to == t.To {
			break
		}
	}
	return recipient.Effort(tx, n.Request, n.Recipient, n.Event, "told by "+t.How, e.Operator, t.At)
}

// exemption is one a person decided on, completed by what its letter says of itself.
func (e *Engine) exemption(x state.Exemption) state.Exemption {
	if x.Limb == "" {
		x.Limb = usual[x.Letter].Limb
	}
	if x.Reasoning == "" {
		x.Reasoning = usual[x.Letter].Reasoning
	}
	x.DecidedBy, x.At = e.Operator, e.Now()
	return x
}

// answered closes the task about a recipient, where what was recorded in the list leaves nothing of it to be done.
func (e *Engine) answered(tx *state.Tx, n state.Notice, s said, now time.Time) error {
	n, err := tx.Notice(n.Request, n.Recipient, n.Event)
	if err != nil || len(recipient.Open([]state.Notice{n})) > 0 {
		return err
	}
	tasks, err := tx.Tasks(state.TaskFilter{Request: n.Request, Kind: string(TaskNotify), State: state.TaskOpen})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(tasks, func(t state.Task) bool { return t.Ref == noticeRef(n) })
	if i < 0 {
		return nil
	}
	as := state.TaskDone
	if n.State == recipient.Exempt {
		as, s.Because = state.TaskRefused, n.Exemption.Reasoning
	}
	answer, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if _, err := tx.AnswerTask(tasks[i].ID, as, answer, e.Operator, now); err != nil {
		return err
	}
	return note(tx, "task.answered", n.Request, map[string]string{"task": fmt.Sprint(tasks[i].ID), "kind": tasks[i].Kind, "system": "", "answer": as}, now)
}

// wakeTelling lets what waits for recipients look again.
func wakeTelling(tx *state.Tx, id string, now time.Time) error {
	steps, err := tx.Steps(id)
	for _, s := range steps {
		if s.Phase == phaseTell && err == nil {
			_, err = tx.WakeStep(s.ID, now)
		}
	}
	return err
}

// knownAs seals in each row of an art. 19 list what the recipient calls the person: an identifier among the categories it was given, a
// unique one before others; the value it has, not one a correction is about to bring. Who was given none is named separately.
func (e *Engine) knownAs(rows []state.Notice, r *request.Request, marks []subject.Identifier) error {
	m := e.Planner.Graph.Map
	var ids []subject.Identifier
	for _, unique := range []bool{true, false} {
		for _, id := range slices.Concat(r.Subject.Identifiers, marks) {
			if kind := m.Identifiers[id.Kind]; kind != nil && kind.Unique == unique && id.Verified && kind.Category != nil {
				ids = append(ids, id)
			}
		}
	}
	for i, n := range rows {
		if n.NotOne != "" || n.State == recipient.Exempt {
			continue
		}
		for _, id := range ids {
			kind := m.Identifiers[id.Kind]
			comes := slices.ContainsFunc(r.Corrections, func(c request.Correction) bool {
				return c.Category == kind.Category.Name && kind.Matches(c.To.Reveal(), id.Value.Reveal())
			})
			if comes || !slices.Contains(n.Categories, kind.Category.Name) {
				continue
			}
			known := kind.Label.In(m.Languages[0], m.Languages...) + " " + id.Value.Reveal()
			if err := recipient.SealReference(e.Ring, &rows[i], subject.Seal(known)); err != nil {
				return err
			}
			break
		}
	}
	return nil
}
