package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// Standing is where a request stands: the register's facts, no personal data.
type Standing struct {
	Format      string              `json:"format"` // dossier.request/v1
	ID          string              `json:"id"`
	Number      string              `json:"number"`
	Right       string              `json:"right"`
	Ground      string              `json:"ground,omitempty"`
	State       string              `json:"state"`
	Batch       string              `json:"batch,omitempty"` // it is planned, or carried out, together with others
	WaitsFor    string              `json:"waiting_for,omitempty"`
	Why         string              `json:"waiting_why,omitempty"`
	Outcome     string              `json:"outcome,omitempty"`
	Attention   []string            `json:"attention,omitempty"`
	ReceivedAt  time.Time           `json:"received_at"`
	DueStrict   string              `json:"due_strict"`
	DueCode     string              `json:"due_code"`
	PlannedAt   *time.Time          `json:"planned_at,omitempty"`
	PlannedBy   string              `json:"planned_by,omitempty"`
	Digest      string              `json:"digest,omitempty"`
	LeftOut     []string            `json:"left_out,omitempty"`
	ApprovedAt  *time.Time          `json:"approved_at,omitempty"`
	ApprovedBy  string              `json:"approved_by,omitempty"`
	StartedAt   *time.Time          `json:"started_at,omitempty"`
	ClosedAt    *time.Time          `json:"closed_at,omitempty"`
	KeepUntil   string              `json:"keep_until,omitempty"`
	Systems     []SystemStanding    `json:"systems"`
	Recipients  []RecipientStanding `json:"recipients"`
	Archive     *Made               `json:"archive,omitempty"`
	Restriction *Restraint          `json:"restriction,omitempty"`
	Tasks       []TaskStanding      `json:"tasks,omitempty"` // nobody has answered yet
	Flags       []string            `json:"flags,omitempty"` // due_soon, overdue
}

// SystemStanding is one system's part.
type SystemStanding struct {
	Name         string        `json:"name"`
	State        string        `json:"state"`
	Deleted      int64         `json:"deleted"`
	Anonymised   int64         `json:"anonymised"`
	Recounted    int64         `json:"recounted"`
	Corrected    int64         `json:"corrected,omitempty"`
	Completed    int64         `json:"completed,omitempty"` // by a supplementary statement
	Kept         int64         `json:"kept"`
	Held         int64         `json:"held,omitempty"`     // restriction: out of reach
	Marked       int64         `json:"marked,omitempty"`   // restriction: marked, and goes on
	Lifted       int64         `json:"lifted,omitempty"`   // lift: free of this restriction again
	Inferred     int64         `json:"inferred,omitempty"` // of the above: not acknowledged, found done
	Late         int64         `json:"late,omitempty"`
	Unproven     []Unproven    `json:"unproven,omitempty"` // restriction: what the check does not prove
	VerifiedAt   *time.Time    `json:"verified_at,omitempty"`
	SettledAt    *time.Time    `json:"settled_at,omitempty"`
	WaitsFor     string        `json:"waits_for,omitempty"`
	Why          string        `json:"why,omitempty"`
	Codes        []string      `json:"codes,omitempty"`
	NotBefore    *time.Time    `json:"not_before,omitempty"`
	Pool         *PoolStanding `json:"pool,omitempty"`         // it waits there for others
	Supplemented bool          `json:"supplemented,omitempty"` // a plan of its own was carried out
	Evidence     int           `json:"evidence,omitempty"`     // files that prove what the person said
	AnsweredBy   string        `json:"answered_by,omitempty"`  // the person who answered for it; why says with what reason
	Manual       bool          `json:"manual,omitempty"`       // paper: people look, and rows are not counted
	Task         int64         `json:"task,omitempty"`         // that is waited for
	Department   string        `json:"department,omitempty"`   // whose it is
	TaskDue      string        `json:"task_due,omitempty"`
	MoreTasks    int64         `json:"more_tasks,omitempty"` // that are waited for, too
	Answer       string        `json:"answer,omitempty"`     // of paper: done, nothing_found or refused; why says why not
	ConfirmedBy  string        `json:"confirmed_by,omitempty"`
	ConfirmedAt  *time.Time    `json:"confirmed_at,omitempty"`
}

// RecipientStanding is one line of the art. 19 list.
type RecipientStanding struct {
	Name   string     `json:"name"`
	Title  string     `json:"title"`
	State  string     `json:"state"`
	How    string     `json:"how,omitempty"`
	Letter string     `json:"exemption,omitempty"`
	At     *time.Time `json:"at,omitempty"`

	Task       int64  `json:"task,omitempty"` // somebody is to tell it
	Department string `json:"department,omitempty"`
	TaskDue    string `json:"task_due,omitempty"`
}

// Request reads the register's row of a request.
func (e *Engine) Request(ctx context.Context, id string) (state.Request, error) {
	return read(ctx, e, func(tx *state.Tx) (state.Request, error) { return tx.Request(id) })
}

// Requests lists the register.
func (e *Engine) Requests(ctx context.Context, f state.RequestFilter) ([]state.Request, error) {
	return read(ctx, e, func(tx *state.Tx) ([]state.Request, error) {
		out, err := tx.Requests(f)
		if err != nil {
			return nil, err
		}
		return e.withReviews(tx, f, out)
	})
}

// CurrentPlan reads the current plan of a request.
func (e *Engine) CurrentPlan(ctx context.Context, id string) (*plan.Plan, error) {
	stored, err := read(ctx, e, func(tx *state.Tx) (state.Plan, error) { return tx.CurrentPlan(id) })
	if errors.Is(err, state.ErrNotFound) {
		return nil, hint(fmt.Errorf("there is no plan of request %s: %w", id, state.ErrNotFound), "dossier plan %s", id)
	}
	if err != nil {
		return nil, err
	}
	var p plan.Plan
	return &p, json.Unmarshal(stored.Document, &p)
}

// Standing reads where a request stands.
func (e *Engine) Standing(ctx context.Context, id string) (*Standing, error) {
	return read(ctx, e, func(tx *state.Tx) (*Standing, error) {
		s, err := e.standing(tx, id)
		if err != nil || s.Right != string(request.Restriction) {
			return s, err
		}
		x, err := tx.Request(id)
		if err != nil {
			return nil, err
		}
		if r, ok, err := e.restraint(tx, x); err != nil {
			return nil, err
		} else if ok {
			s.Restriction = &r
			if r.ReviewDue {
				s.Attention = append(s.Attention, AttentionReview)
			}
		}
		return s, nil
	})
}

func (e *Engine) standing(tx *state.Tx, id string) (*Standing, error) {
	x, err := tx.Request(id)
	if err != nil {
		return nil, err
	}
	s := &Standing{Format: "dossier.request/v1", ID: x.ID, Number: x.Number, Right: x.Right, Ground: x.Ground, State: x.State, Batch: x.Batch, WaitsFor: x.WaitingFor, Why: x.WaitingWhy,
		Outcome: x.Outcome, Attention: x.Attention, ReceivedAt: x.ReceivedAt, DueStrict: x.DueStrict, DueCode: x.DueCode, ClosedAt: at(x.ClosedAt), KeepUntil: x.KeepUntil,
		Systems: []SystemStanding{}, Recipients: []RecipientStanding{}}
	if s.Tasks, err = e.openTasks(tx, id); err != nil {
		return nil, err
	}
	if x.ClosedAt.IsZero() {
		s.Flags = e.dueFlags(x.DueStrict)
	}
	stored, err := tx.CurrentPlan(id)
	if errors.Is(err, state.ErrNotFound) {
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	var p plan.Plan
	if err := json.Unmarshal(stored.Document, &p); err != nil {
		return nil, err
	}
	s.PlannedAt, s.PlannedBy, s.Digest, s.LeftOut, s.StartedAt = at(stored.CreatedAt), stored.CreatedBy, stored.Digest, leftOut(&p), at(stored.AppliedAt)
	if len(stored.Approvals) > 0 {
		s.ApprovedAt, s.ApprovedBy = at(stored.Approvals[0].At), stored.Approvals[0].By
	}
	var made Made
	if ok, err := tx.Fact(id, archiveFact, &made); err != nil {
		return nil, err
	} else if ok {
		s.Archive = &made
	}
	if request.Right(p.Right).Mutates() {
		if err := systemStandings(tx, s, stored, &p); err != nil {
			return nil, err
		}
		for _, y := range s.Systems {
			if y.Supplemented {
				s.LeftOut = slices.DeleteFunc(s.LeftOut, func(n string) bool { return n == y.Name })
			}
		}
	}
	notices, err := tx.Notices(id)
	if err != nil {
		return s, err
	}
	telling, err := tx.Tasks(state.TaskFilter{Request: id, Kind: string(TaskNotify), State: state.TaskOpen})
	for _, n := range notices {
		r := RecipientStanding{Name: n.Recipient, Title: n.Name, State: n.State, How: n.Channel, Letter: n.Exemption.Letter}
		for _, t := range telling {
			if t.Ref == noticeRef(n) {
				r.Task, r.Department, r.TaskDue = t.ID, t.Department, t.DueOn
			}
		}
		for _, t := range []time.Time{n.SentAt, n.AcknowledgedAt, n.DoneAt} {
			if !t.IsZero() {
				r.At = at(t)
			}
		}
		s.Recipients = append(s.Recipients, r)
	}
	return s, err
}

func at(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func systemStandings(tx *state.Tx, s *Standing, stored state.Plan, p *plan.Plan) error {
	steps, err := stepsOf(tx, stored)
	if err != nil {
		return err
	}
	counts, err := countsOf(tx, stored)
	if err != nil {
		return err
	}
	for _, sys := range p.Systems {
		y := systemStanding(sys.Name, sys.LeftOut, stored, steps, counts)
		for _, c := range sys.Collections {
			for _, a := range c.Actions {
				y.stays(a)
			}
		}
		if sys.Manual {
			if err := y.confirm(tx, state.TaskFilter{Request: s.ID}); err != nil {
				return err
			}
		}
		if err := y.answered(tx, s.ID); err != nil {
			return err
		}
		s.Systems = append(s.Systems, y)
	}
	if err := pooled(tx, s.ID, s.Systems); err != nil {
		return err
	}
	more, err := tx.Supplements(stored.ID)
	if err != nil {
		return err
	}
	for _, x := range more {
		var doc plan.Plan
		if err := json.Unmarshal(x.Document, &doc); err != nil {
			return err
		}
		again := Standing{ID: s.ID}
		if err := systemStandings(tx, &again, x, &doc); err != nil {
			return err
		}
		for _, z := range again.Systems {
			for i, y := range s.Systems {
				if y.Name == z.Name {
					z.Supplemented = true
					z.Deleted, z.Anonymised, z.Recounted, z.Inferred, z.Late = z.Deleted+y.Deleted, z.Anonymised+y.Anonymised, z.Recounted+y.Recounted, z.Inferred+y.Inferred, z.Late+y.Late
					s.Systems[i] = z
				}
			}
		}
	}
	return nil
}

// systemStanding is how far one system of a plan is by its steps, and what they counted.
func systemStanding(name string, leftOut bool, stored state.Plan, steps []state.Step, counts []state.SystemCount) SystemStanding {
	y := SystemStanding{Name: name, State: "planned"}
	if stored.State == state.PlanApplied && !slices.ContainsFunc(steps, func(s state.Step) bool { return s.System == name }) {
		y.State = "nothing to do"
	}
	if leftOut {
		y.State = "left out"
	}
	for _, c := range counts {
		if c.System == name {
			y.count(c.Count)
		}
	}
	for _, s := range steps {
		if s.System == name && !detailOf(s).Split {
			y.step(s)
		}
	}
	return y
}

// stays adds rows that are kept, or marked because others own them too.
func (y *SystemStanding) stays(a plan.Action) {
	switch {
	case a.Action == plan.Keep && a.Left():
		y.Kept += a.Rows
	case a.Action == plan.Mark && a.Reason.Code == plan.Shared:
		y.Marked += a.Rows
	}
}

// answered says who answered for the system, of a request, where somebody did.
func (y *SystemStanding) answered(tx *state.Tx, request string) error {
	a, ok, err := answerFor(tx, request, y.Name)
	if ok {
		y.State, y.AnsweredBy, y.Why, y.WaitsFor, y.Codes, y.NotBefore, y.Evidence = "answered for", a.By, a.Because, "", nil, nil, len(a.Files)
		y.Task, y.Department, y.TaskDue, y.MoreTasks = 0, "", "", 0
	}
	return err
}

// confirm says how far the people of a system on paper are.
func (y *SystemStanding) confirm(tx *state.Tx, of state.TaskFilter) error {
	y.Manual = true
	c, ok, err := confirmed(tx, of, y.Name)
	switch {
	case err != nil || !ok:
	case c.open != nil:
		y.State, y.WaitsFor, y.Why = "waits", "person", taskWords(*c.open)
		y.Task, y.Department, y.TaskDue, y.MoreTasks = c.open.ID, c.open.Department, c.open.DueOn, c.more
	default:
		y.State, y.WaitsFor, y.Why = "confirmed", "", c.because
		if c.answer == state.TaskRefused {
			y.State = "refused"
		}
		y.Answer, y.ConfirmedBy, y.ConfirmedAt = c.answer, c.by, at(c.at)
	}
	return err
}

// count adds one treatment's rows under the heading they belong to.
func (y *SystemStanding) count(c state.Count) {
	n := c.Committed + c.Inferred
	y.Inferred += c.Inferred
	switch kind := verbOf(c.Treatment); kind {
	case "delete":
		y.Deleted += n
	case "recount":
		y.Recounted += n
	case "block":
		y.Held += n
	case "lift":
		y.Lifted += n
	case "correct", "copy":
		y.Corrected += n
	case "supplement":
		y.Completed += n
	case "placeholder", "reference", "mark", "unmark":
	default:
		y.Anonymised += n
	}
}

func verbOf(treatment string) string {
	for i := len(treatment) - 1; i >= 0; i-- {
		if treatment[i] == '/' {
			return treatment[i+1:]
		}
	}
	return treatment
}

// step moves the system's state on: apply, verify and settle follow each other.
func (y *SystemStanding) step(s state.Step) {
	d := detailOf(s)
	words := map[string][2]string{phaseApply: {"working", "done"}, phaseVerify: {"checking", "verified"}, phaseSettle: {"verified", "settled"}}
	w, ok := words[s.Phase]
	if !ok {
		return
	}
	switch {
	case asleep(s) || s.State == state.StepWaiting:
		if s.WaitsFor != "settle" {
			y.State = "waits"
		}
		y.WaitsFor, y.Why, y.NotBefore = s.WaitsFor, d.Why, at(s.NotBefore)
	case s.State == state.StepReady:
		if y.State == "planned" {
			y.State = "begun"
		}
	case s.State == state.StepDone, s.State == state.StepVerified, s.State == state.StepSettled:
		y.State = w[1]
	case s.State == state.StepAttention:
		y.State, y.Why, y.Codes, y.WaitsFor = "attention", d.Why, d.Codes, "person"
	default:
		y.State = w[0]
	}
	y.Late += d.Late
	y.Unproven = append(y.Unproven, unproven(d)...)
	if s.Phase == phaseVerify {
		y.VerifiedAt = d.VerifiedAt
	}
	if s.Phase == phaseSettle && s.State == state.StepSettled {
		y.SettledAt = d.VerifiedAt
	}
}
