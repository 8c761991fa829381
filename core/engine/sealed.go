package engine

import (
	"bytes"
	"compress/flate"
	"context"
	"encoding/gob"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/state"
)

func init() {
	for _, v := range []any{time.Time{}, connectors.Decimal(""), connectors.JSON(""), connectors.Blob{}, []byte(nil)} {
		gob.Register(v)
	}
}

// frameRoom leaves space for what sealing adds.
const frameRoom = state.FrameSize - 256

// workEdge is the name under which the frames of a request's work stand.
const workEdge = "work"

// supplementEdge is that name for a supplementary plan's.
func supplementEdge(plan int64) string { return fmt.Sprintf("%s/%d", workEdge, plan) }

// packWork turns work into frames of at most 64 KiB under a name, sealed under its owner's key: a request's, or, with the persons it is
// of, a batch's.
func packWork[W planner.Work | groupWork](key keys.DataKey, owner, edge string, w *W) ([]state.Frame, error) {
	buf, err := pack(owner, w)
	if err != nil {
		return nil, err
	}
	var out []state.Frame
	for seq := 0; buf.Len() > 0; seq++ {
		sealed, err := key.Seal(framePart(owner, edge, seq), buf.Next(frameRoom))
		if err != nil {
			return nil, err
		}
		out = append(out, state.Frame{Edge: edge, Seq: seq, Sealed: sealed})
	}
	return out, nil
}

// pack is what is to be sealed of some work.
func pack[W planner.Work | groupWork | searched](owner string, w *W) (*bytes.Buffer, error) {
	var buf bytes.Buffer
	z, _ := flate.NewWriter(&buf, flate.BestSpeed) // the level is valid
	if err := gob.NewEncoder(z).Encode(w); err != nil {
		return nil, fmt.Errorf("pack the work of %s: %w", owner, err)
	}
	return &buf, z.Close()
}

func framePart(request, edge string, seq int) keys.Part {
	return keys.Part{Owner: request, Name: fmt.Sprintf("frame/%s/%d", edge, seq)}
}

// unpackWork is the inverse of packWork.
func unpackWork[W planner.Work | groupWork](key keys.DataKey, owner string, frames []state.Frame) (*W, error) {
	var buf bytes.Buffer
	for i, f := range frames {
		if f.Seq != i {
			return nil, fmt.Errorf("the work of %s has a gap at frame %d", owner, i)
		}
		plain, err := key.Open(framePart(owner, f.Edge, f.Seq), f.Sealed)
		if err != nil {
			return nil, err
		}
		buf.Write(plain)
	}
	return unpack[W](owner, &buf)
}

// unpack is the inverse of pack.
func unpack[W planner.Work | groupWork | searched](owner string, packed io.Reader) (*W, error) {
	z := flate.NewReader(packed)
	defer func() { _ = z.Close() }()
	var w W
	if err := gob.NewDecoder(z).Decode(&w); err != nil {
		return nil, fmt.Errorf("the sealed work of %s cannot be read", owner)
	}
	return &w, nil
}

// lastWork is the work that was worked last, unpacked: the steps of a plan follow each other, and most of what a
// small one costs is reading it. It is read by many and changed by none.
type lastWork struct {
	mu      sync.Mutex
	plan    int64
	edge    string // of a batch: which of its works
	work    *planner.Work
	persons []int
}

// recall gives the work of the step's plan. With the last step it is forgotten.
func (j *job) recall(ctx context.Context) (*planner.Work, error) {
	j.last.mu.Lock()
	defer j.last.mu.Unlock()
	if j.Phase == phaseClose {
		defer func() { j.last.plan, j.last.work = 0, nil }()
	}
	if j.Shared() {
		return j.recallShared(ctx)
	}
	if j.last.work != nil && j.last.plan == j.Step.Plan {
		return j.apartWork(ctx, j.last.work)
	}
	w, err := j.ownWork(ctx)
	if err != nil {
		return nil, err
	}
	if w != nil {
		j.last.plan, j.last.work = j.Step.Plan, w
	}
	return j.apartWork(ctx, w)
}

// ownWork reads the work of the step's own plan; nil where a step that ends a request has none to read.
func (j *job) ownWork(ctx context.Context) (*planner.Work, error) {
	if j.Phase == phaseClose && !j.open.Content.Right.Destroys() {
		return nil, nil // nothing of it outlives the request
	}
	frames, err := read(ctx, j.Engine, func(tx *state.Tx) ([]state.Frame, error) { return workFrames(tx, j.Step.Request, j.Step.Plan) })
	if err != nil {
		return nil, err
	}
	if len(frames) == 0 && j.Phase == phaseClose {
		return nil, nil // closed by a worker that died before it could say so
	}
	return unpackWork[planner.Work](j.open.Key, j.Step.Request, frames)
}

// workFrames are those of a plan's work: of the request's own plan, or of one that supplements it.
func workFrames(tx *state.Tx, request string, plan int64) ([]state.Frame, error) {
	p, err := tx.Plan(plan)
	if err != nil {
		return nil, err
	}
	if p.Supplements != 0 {
		return tx.Frames(request, "", supplementEdge(plan))
	}
	return tx.Frames(request, "", workEdge)
}
