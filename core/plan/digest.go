package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// Bound is the plan as its digest binds it: without the digest itself, and without words meant only for
// reading (warnings, progress of a rehearsal), so that a better wording is not another plan.
func (p Plan) Bound() Plan {
	p.Digest, p.Warnings, p.Rehearsal, p.Totals = "", nil, nil, nil
	return p
}

// Seal computes the digest: SHA-256 over the JSON of [Plan.Bound].
func (p *Plan) Seal() {
	p.Digest = sealOf(p.Bound())
}

// sealOf is the digest of a value's JSON, in the form digests are written in.
func sealOf(bound any) string {
	doc, err := json.Marshal(bound)
	if err != nil {
		panic(err) // values only: it cannot fail
	}
	sum := sha256.Sum256(doc)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Intact says whether the digest is that of the plan as it stands.
func (p Plan) Intact() bool {
	q := p
	q.Seal()
	return q.Digest == p.Digest
}
