package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/core/state"
)

// A part of a batch is some of its members in one system, by their numbers: "0-6,8". The empty part is all of them.

// partOf names the part of persons in ascending order.
func partOf(persons []int) string {
	var out []string
	for i := 0; i < len(persons); {
		k := i
		for k+1 < len(persons) && persons[k+1] == persons[k]+1 {
			k++
		}
		if k == i {
			out = append(out, strconv.Itoa(persons[i]))
		} else {
			out = append(out, fmt.Sprintf("%d-%d", persons[i], persons[k]))
		}
		i = k + 1
	}
	return strings.Join(out, ",")
}

// partHas says whether a person is in a part.
func partHas(part string, person int) bool {
	if part == "" {
		return true
	}
	for _, span := range strings.Split(part, ",") {
		from, to, isSpan := strings.Cut(span, "-")
		a, err := strconv.Atoi(from)
		b := a
		if isSpan && err == nil {
			b, err = strconv.Atoi(to)
		}
		if err == nil && a <= person && person <= b {
			return true
		}
	}
	return false
}

// split lets parts of the step's members take its place, one after the other, each with steps of its own: their work is made when their
// turn comes, of what is there then. What waited for the step's system waits for all of them.
func (j *job) split(tx *state.Tx, now time.Time, groups ...[]int) error {
	l := &layout{tx: tx, batch: j.Batch, plan: j.Step.Plan, now: now}
	steps, err := tx.PlanSteps(j.Step.Plan)
	if err != nil {
		return err
	}
	was := map[string]state.Step{}
	for _, s := range steps {
		if s.System == j.System && s.Part == j.Part {
			was[s.Phase] = s
		}
	}
	var before []state.Step
	for _, persons := range groups {
		part := partOf(persons)
		apply, verify, settle := l.add(phaseApply, j.System, part), l.add(phaseVerify, j.System, part), l.add(phaseSettle, j.System, part)
		l.need(apply, before...)
		l.need(verify, apply)
		l.need(settle, verify)
		before = append(before, verify) // whose rows the next part treats may stand close by this one's
		for phase, s := range map[string]state.Step{phaseApply: apply, phaseVerify: verify, phaseSettle: settle} {
			if l.err == nil {
				l.err = tx.Inherit(was[phase].ID, s.ID)
			}
		}
	}
	if l.err != nil {
		return l.err
	}
	for _, phase := range []string{phaseVerify, phaseSettle} {
		if err := tx.EndStep(was[phase].ID, detail{Split: true}.raw(), now); err != nil {
			return err
		}
	}
	return nil
}

// standsApart says whether a member of a batch has steps of its own in a system.
func standsApart(steps []state.Step, system string) bool {
	return slices.ContainsFunc(steps, func(s state.Step) bool {
		return !s.Shared() && s.Batch == "" && s.System == system && s.Phase == phaseVerify
	})
}

// setApart lets a member stand alone in a system from now on. fault says why nothing was done there for it; nil: it was done, and what
// is found when it is looked at is for this member alone to answer. Its end waits for it; the others go on.
func setApart(tx *state.Tx, m state.BatchMember, system string, fault *detail, now time.Time) error {
	l := &layout{tx: tx, now: now}
	own := state.Step{Request: m.Request, Plan: m.Plan, System: system}
	add := func(phase string) state.Step {
		s := own
		s.Phase = phase
		if phase == phaseApply {
			s.State, s.WaitsFor, s.Detail = state.StepAttention, "person", fault.raw()
		}
		return l.step(s)
	}
	verify, settle := add(phaseVerify), add(phaseSettle)
	l.need(settle, verify)
	if fault != nil {
		l.need(verify, add(phaseApply))
	}
	steps, err := tx.PlanSteps(m.Plan)
	if err != nil {
		return err
	}
	for _, s := range steps {
		switch {
		case s.Batch == "":
		case s.Phase == phaseTell:
			l.need(s, verify)
		case s.Phase == phaseClose:
			l.need(s, settle)
		}
	}
	return l.err
}
