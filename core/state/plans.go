package state

import (
	"encoding/json"
	"fmt"
	"time"
)

// The states of a plan.
const (
	PlanDraft      = "draft"
	PlanSuperseded = "superseded"
	PlanApproved   = "approved"
	PlanApplied    = "applied"
)

// Plan is a stored plan of a request or of a batch; of a request that is planned in a batch it names both.
type Plan struct {
	ID          int64
	Request     string
	Batch       string
	N           int // 1, 2 … given by [Tx.AddPlan]
	State       string
	Supplements int64 // the plan of which it takes up one system again
	Digest      string
	Document    json.RawMessage // dossier.plan/v1, no personal data
	Complete    bool
	Applicable  bool
	AsOf        time.Time
	ExpiresAt   time.Time
	CreatedAt   time.Time
	CreatedBy   string
	AppliedAt   time.Time
	Sealed      []byte // what the planning found, for a start that soon follows; gone with it
	Approvals   []Approval
}

// Approval is somebody's signature under a plan's digest.
type Approval struct {
	By string
	At time.Time
}

const planColumns = `id, request, batch, n, state, supplements, digest, document, complete, applicable, as_of, expires_at, created_at, created_by, applied_at, sealed`

func scanPlan(s scanner) (Plan, error) {
	var p Plan
	err := s.Scan(&p.ID, &p.Request, &p.Batch, &p.N, &p.State, &p.Supplements, &p.Digest, jsInto{&p.Document}, &p.Complete, &p.Applicable,
		stampInto{&p.AsOf}, stampInto{&p.ExpiresAt}, stampInto{&p.CreatedAt}, &p.CreatedBy, stampInto{&p.AppliedAt}, &p.Sealed)
	return p, err
}

// AddPlan stores a draft. It replaces the request's earlier drafts and approved plans of its kind that were not applied, those that
// supplement another plan or those that do not: they become superseded.
func (tx *Tx) AddPlan(p Plan) (Plan, error) {
	what := "store plan of " + p.Request + p.Batch
	if err := tx.supersede(what, p.Request, p.Batch, p.Supplements != 0); err != nil {
		return p, err
	}
	n, err := get(tx, what, scalar[int], `SELECT coalesce(max(n), 0) + 1 FROM plan WHERE request = ?1 AND (?1 <> '' OR batch = ?2)`, p.Request, p.Batch)
	if err != nil {
		return p, err
	}
	p.N, p.State = n, PlanDraft
	p.ID, err = get(tx, what, scalar[int64], `INSERT INTO plan (request, batch, n, state, supplements, digest, document, complete, applicable, as_of, expires_at, created_at, created_by, sealed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`, p.Request, p.Batch, p.N, p.State, p.Supplements, p.Digest, js{p.Document}, p.Complete, p.Applicable,
		stamp(p.AsOf), stamp(p.ExpiresAt), stamp(p.CreatedAt), p.CreatedBy, p.Sealed)
	return p, err
}

func (tx *Tx) supersede(what, request, batch string, supplements bool) error {
	return tx.do(what, `UPDATE plan SET state = ?3, sealed = NULL WHERE request = ?1 AND (?1 <> '' OR batch = ?2) AND state IN (?4, ?5) AND (supplements <> 0) = ?6`,
		request, batch, PlanSuperseded, PlanDraft, PlanApproved, supplements)
}

// SupersedePlan takes back the plan of a request that was not applied: it has none then.
func (tx *Tx) SupersedePlan(request string) error {
	return tx.supersede("take back the plan of "+request, request, "", false)
}

// Plan reads one with its approvals.
func (tx *Tx) Plan(id int64) (Plan, error) {
	return tx.plan(fmt.Sprintf("plan %d", id), `id = ?`, id)
}

// CurrentPlan is the newest plan of a request that was not superseded and supplements none, or [ErrNotFound]. The plus keeps the plan from
// being looked for among all that supplement none.
func (tx *Tx) CurrentPlan(request string) (Plan, error) {
	return tx.plan("plan of request "+request, `request = ? AND state <> ? AND +supplements = 0`, request, PlanSuperseded)
}

// OpenSupplement is the plan that supplements a request's applied one and is not carried out yet, or [ErrNotFound].
func (tx *Tx) OpenSupplement(request string) (Plan, error) {
	return tx.plan("supplementary plan of request "+request, `request = ? AND supplements <> 0 AND state IN (?, ?)`, request, PlanDraft, PlanApproved)
}

// Supplements lists the plans that supplement another and are carried out, oldest first, with their approvals.
func (tx *Tx) Supplements(plan int64) ([]Plan, error) {
	ids, err := all(tx, "supplementary plans", scalar[int64], `SELECT id FROM plan WHERE supplements = ? AND state = ? ORDER BY n`, plan, PlanApplied)
	var out []Plan
	for _, id := range ids {
		p, err := tx.Plan(id)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, err
}

const ofBatch = `request = '' AND batch = ? AND state <> ? AND +supplements = 0`

// CurrentBatchPlan is the same for a batch.
func (tx *Tx) CurrentBatchPlan(batch string) (Plan, error) {
	return tx.plan("plan of batch "+batch, ofBatch, batch, PlanSuperseded)
}

// CurrentBatchPlanID is the number of that plan. Its document, which grows with the batch, is not read.
func (tx *Tx) CurrentBatchPlanID(batch string) (int64, error) {
	return get(tx, "plan of batch "+batch, scalar[int64], `SELECT id FROM plan WHERE `+ofBatch+` ORDER BY n DESC, id DESC LIMIT 1`, batch, PlanSuperseded)
}

// PlanByDigest is the newest plan of that digest.
func (tx *Tx) PlanByDigest(digest string) (Plan, error) {
	return tx.plan("plan "+digest, `digest = ?`, digest)
}

func (tx *Tx) plan(what, where string, args ...any) (Plan, error) {
	p, err := get(tx, what, scanPlan, `SELECT `+planColumns+` FROM plan WHERE `+where+` ORDER BY n DESC, id DESC LIMIT 1`, args...)
	if err != nil {
		return p, err
	}
	p.Approvals, err = all(tx, what, func(s scanner) (a Approval, err error) { return a, s.Scan(&a.By, stampInto{&a.At}) },
		`SELECT actor, at FROM plan_approval WHERE plan = ? ORDER BY at, actor`, p.ID)
	return p, err
}

// Plans lists all plans of a request, oldest first, without their approvals.
func (tx *Tx) Plans(request string) ([]Plan, error) {
	return all(tx, "plans of request "+request, scanPlan, `SELECT `+planColumns+` FROM plan WHERE request = ? ORDER BY n`, request)
}

// ApprovePlan signs a draft, or signs an approved plan once more. A superseded or applied plan is not found. The same person signing twice
// changes nothing.
func (tx *Tx) ApprovePlan(id int64, by string, now time.Time) error {
	what := fmt.Sprintf("approve plan %d", id)
	if err := tx.one(what, `UPDATE plan SET state = ? WHERE id = ? AND state IN (?, ?)`, PlanApproved, id, PlanDraft, PlanApproved); err != nil {
		return err
	}
	return tx.do(what, `INSERT INTO plan_approval (plan, actor, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, id, by, stamp(now))
}

// ApplyPlan notes that the plan is being carried out; from then on nothing supersedes it, and what its planning found is forgotten. Repeating it keeps the
// first instant.
func (tx *Tx) ApplyPlan(id int64, now time.Time) error {
	return tx.one(fmt.Sprintf("apply plan %d", id), `UPDATE plan SET state = ?, sealed = NULL, applied_at = CASE applied_at WHEN '' THEN ? ELSE applied_at END WHERE id = ? AND state <> ?`,
		PlanApplied, stamp(now), id, PlanSuperseded)
}

// ForgetSearch takes away what planning a request has found.
func (tx *Tx) ForgetSearch(request string) error {
	return tx.do("forget what was found for "+request, `UPDATE plan SET sealed = NULL WHERE request = ? AND sealed IS NOT NULL`, request)
}

// ForgetSearches does so of all plans made before an instant.
func (tx *Tx) ForgetSearches(before time.Time) error {
	return tx.do("forget what was found", `UPDATE plan SET sealed = NULL WHERE sealed IS NOT NULL AND created_at < ?`, stamp(before))
}
