package request

import (
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/subject"
)

// WaitsFor says what a request must wait for before anything is searched, and why in words; "" where nothing is missing. A vague request is not
// guessed at and not refused: it is registered and its clock runs (Code B.I.2, B.V.1; Rules 8, 11). Events may have supplied what the
// request itself lacks; changed content comes as a new draft of the same id.
func WaitsFor(r *Request, events ...Event) (code Wait, why string) {
	if code, why = waitsForIdentity(r, events); code != "" {
		return code, why
	}
	if code, why = waitsForScope(r); code != "" {
		return code, why
	}
	if Grounds[r.Right] != nil && r.Ground == "" {
		return ForClarification, "the ground is not said (" + Grounds[r.Right][0] + " …); it decides what may be touched"
	}
	if t := r.Transfer; t != nil && t.ConsentAt == nil {
		return ForClarification, "the person's consent to the direct transfer is not recorded"
	}
	if open(events, ClarificationAsked, ClarificationGiven) {
		return ForClarification, "the person was asked to clarify the request"
	}
	if r.Right.Free() {
		return "", ""
	}
	if open(events, FeeTold, FeePaid, FeeWaived) {
		return ForFee, "the person was told of a fee"
	}
	if r.Right == Lift && (r.Restriction == nil || r.Restriction.NoticeSentAt == nil) && !has(events, NoticeSent) {
		return ForNotice, "the person has not been told before the lifting (art. 18(3))"
	}
	return "", ""
}

// Instructed requests and lifts rest on a decision of a controller, who knows whose data it is.
func waitsForIdentity(r *Request, events []Event) (Wait, string) {
	if r.Right == Lift {
		return "", ""
	}
	if len(r.Subject.Identifiers) == 0 {
		return ForIdentity, "no identifier says who the person is"
	}
	established := r.Instruction != nil || has(events, IdentityGiven) || r.Identity != nil && r.Identity.VerifiedAt != nil
	switch {
	case !established:
		return ForIdentity, "the person's identity has not been established"
	case !slices.ContainsFunc(r.Subject.Identifiers, func(i subject.Identifier) bool { return i.Verified }):
		return ForIdentity, "no identifier was verified as this person's"
	}
	q := r.Requester
	if q == nil || q.Capacity == "self" {
		return "", ""
	}
	if q.Authority == nil {
		return ForIdentity, "the authority of whoever asks for the person is not recorded"
	}
	// A parent's authority is the law's and covers every right; whoever else acts, on a document, only what it names.
	if len(q.Authority.Covers) == 0 && q.Capacity != "parent" {
		return ForIdentity, "it is not said which rights the requester's authority covers"
	}
	return "", ""
}

func waitsForScope(r *Request) (Wait, string) {
	switch r.Right {
	case Erasure, Restriction, Portability, Objection, Withdrawal:
		if r.Scope == nil || !r.Scope.All && r.Scope.none() {
			return ForScope, "it is not said which data; everything is said, not implied"
		}
	case Rectification:
		if len(r.Corrections) == 0 && r.Statement == nil {
			return ForScope, "it is not said what is to be corrected or completed"
		}
	}
	if (r.Right == Objection || r.Right == Withdrawal) && !r.Scope.All && len(r.Scope.Purposes) == 0 {
		return ForScope, "it is not said which purpose"
	}
	return "", ""
}

// Attention lists the codes of what a person must look at before the request goes on: a minor who acts alone, a person who has died, a
// PESEL with a wrong check digit, a restriction that needs a review date and has none. Now is in the controller's zone.
func Attention(r *Request, now time.Time) []string {
	var codes []string
	add := func(c string) {
		if !slices.Contains(codes, c) {
			codes = append(codes, c)
		}
	}
	alone := r.Requester == nil || r.Requester.Capacity == "self"
	for _, i := range r.Subject.Identifiers {
		if i.Kind != "pesel" {
			continue
		}
		if minor, known := subject.Minor(i.Value.Reveal(), now); known && minor && alone {
			add(AttentionMinor)
		}
		if !subject.PESELValid(i.Value.Reveal()) {
			add(AttentionCheckDigit)
		}
	}
	if q := r.Requester; q != nil && (q.Capacity == "heir" || q.Capacity == "next_of_kin") {
		add(AttentionDeceased)
	}
	// While accuracy is checked or an objection weighed, "without delay" (Code B.VI.4).
	if r.Right == Restriction && (r.Ground == "art18_1_a" || r.Ground == "art18_1_d") && (r.Restriction == nil || r.Restriction.ReviewBy == nil) {
		add(AttentionNoReview)
	}
	return codes
}
