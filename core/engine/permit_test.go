package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// TestPermitEndsByItself: on its last day a permit opens; a day later it opens nothing, records no use and gives out no row (art. 18(2)).
func TestPermitEndsByItself(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	id := w.Start(t, "restriction")
	finish(t, w, id)
	permit, err := w.Engine.Permit(ctx, id, state.Permit{Basis: "legal_claims", Account: "prawnik", Until: "2026-12-31"})
	if err != nil {
		t.Fatal(err)
	}
	on(t, w, "2026-12-31")
	if err := w.Engine.Use(ctx, id, permit, "pozew"); err != nil {
		t.Fatalf("on its last day: %v", err)
	}
	on(t, w, "2027-01-01")
	if err := w.Engine.Use(ctx, id, permit, "apelacja"); err == nil || !strings.Contains(err.Error(), "ended on 2026-12-31") {
		t.Errorf("used a day later: %v", err)
	}
	var out bytes.Buffer
	if _, err := w.Engine.OpenHeld(ctx, id, permit, "apelacja", nil, &out); err == nil || out.Len() > 0 {
		t.Errorf("opened a day later: %v, %d bytes", err, out.Len())
	}
	all, err := w.Engine.Uses(ctx, id)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if all[0].Open || len(all[0].Uses) != 1 {
		t.Errorf("open: %v, with %d uses", all[0].Open, len(all[0].Uses))
	}
}

// TestRestrictionHoldsWhatComesDue: what an erasure kept and whose day has come stays while a restriction of the same person stands.
func TestRestrictionHoldsWhatComesDue(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := context.Background()
	erasure := w.Start(t, "erasure")
	end(t, w, erasure)
	id := w.Start(t, "restriction")
	finish(t, w, id)
	items, _, err := w.Engine.Dues(ctx)
	if err != nil {
		t.Fatal(err)
	}
	last := ""
	for _, x := range items {
		last = max(last, x.Until)
	}
	on(t, w, last)
	w.Clock.Add(25 * time.Hour) // due from the next day
	before := w.Snapshot(t)
	due, err := w.Engine.PlanDue(ctx, nil, planOptions)
	plans, left := due.Alone, due.Left
	if err != nil || len(plans) > 0 || len(left) != 1 {
		t.Fatal(len(plans), left, err)
	}
	if want := "restriction " + id + " holds this person's data"; !strings.Contains(fmt.Sprint(left[0]), want) {
		t.Errorf("%v does not say: %s", left[0], want)
	}
	if diff := before.Changed(w.Snapshot(t)); len(diff) > 0 {
		t.Errorf("these went: %v", diff)
	}
}
