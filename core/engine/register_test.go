package engine_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/reply"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// readAs reads one of the sample's requests, under another id.
func readAs(t *testing.T, w *world.World, name, id string) *request.Request {
	t.Helper()
	b, err := os.ReadFile(w.Requests[name])
	if err != nil {
		t.Fatal(err)
	}
	r, problems := request.Parse(bytes.NewReader(b))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	r.ID = id
	return r
}

// TestRegisterAll: all or none. Two that name one person, or differ in their terms, are told apart before any is registered.
func TestRegisterAll(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := world.Open(t, sample.Options{Members: 60}, nil)
	e := w.Engine
	a, b := readAs(t, w, "wife-erasure", "R-1"), readAs(t, w, "lease-mate-erasure", "R-2")
	if replaced, err := e.RegisterAll(ctx, []*request.Request{a, b}); err != nil || replaced != 0 {
		t.Fatal(replaced, err)
	}
	if replaced, err := e.RegisterAll(ctx, []*request.Request{a, b}); err != nil || replaced != 0 {
		t.Errorf("the same once more: %d replaced, %v", replaced, err)
	}
	if err := e.Reject(ctx, "R-2", "manifestly_unfounded"); err != nil {
		t.Fatal(err)
	}
	changed := readAs(t, w, "stranger-erasure", "R-2")
	if _, err := e.RegisterAll(ctx, []*request.Request{readAs(t, w, "erasure", "R-3"), changed}); !errors.Is(err, engine.ErrConflict) {
		t.Errorf("an id that stands for another request was taken: %v", err)
	}
	if _, err := e.Request(ctx, "R-3"); !errors.Is(err, state.ErrNotFound) {
		t.Errorf("of two requests that cannot both be registered, one is: %v", err)
	}
	changed.ID = "R-1"
	if replaced, err := e.RegisterAll(ctx, []*request.Request{changed}); err != nil || replaced != 1 {
		t.Errorf("a draft was not replaced: %d, %v", replaced, err)
	}

	same := readAs(t, w, "stranger-erasure", "R-4")
	if err := e.MayGoTogether(ctx, []*request.Request{same}, []string{"R-1"}); !errors.Is(err, planner.ErrUnlike) {
		t.Errorf("two requests of one person go together: %v", err)
	}
	if err := e.MayGoTogether(ctx, []*request.Request{readAs(t, w, "access", "R-5")}, nil); !errors.Is(err, planner.ErrUnlike) {
		t.Errorf("an access goes into a batch: %v", err)
	}
	if err := e.MayGoTogether(ctx, []*request.Request{readAs(t, w, "wife-erasure", "R-6")}, []string{"R-1"}); err != nil {
		t.Errorf("two persons, one right: %v", err)
	}
}

// TestRefusedForAReasonTheLetterHas: a reason nobody has words for is no reason; a request whose answer never came is left unexamined.
func TestRefusedForAReasonTheLetterHas(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	w := world.Open(t, sample.Options{Members: 60}, nil)
	id := w.Register(t, "erasure")
	var wrong engine.WrongAnswer
	if err := w.Engine.Reject(ctx, id, "because"); !errors.As(err, &wrong) {
		t.Errorf("refused all the same: %v", err)
	}
	if s := w.Standing(t, id); s.State != "received" {
		t.Errorf("it is %s", s.State)
	}
	if err := w.Engine.Reject(ctx, id, "left_unexamined"); err != nil {
		t.Fatal(err)
	}
	if s := w.Standing(t, id); s.State != "refused" || s.Outcome != "left_unexamined" {
		t.Errorf("it is %s, %s", s.State, s.Outcome)
	}
	l, err := w.Engine.Reply(ctx, id, "en", reply.Answer)
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := l.Markdown(&text); err != nil || !strings.Contains(text.String(), "left unexamined") {
		t.Errorf("the letter: %s (%v)", text.String(), err)
	}
}
