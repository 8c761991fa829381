package engine_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/reply"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

func letterOf(t *testing.T, w *world.World, id string, kind reply.Kind) (l *reply.Letter, text string) {
	t.Helper()
	l, err := w.Engine.Reply(t.Context(), id, "pl", kind)
	if err != nil {
		t.Fatal(err)
	}
	var md bytes.Buffer
	if err := l.Markdown(&md); err != nil {
		t.Fatal(err)
	}
	return l, md.String()
}

func says(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("the letter does not say %q:\n%s", w, text)
		}
	}
}

// TestReplyAtAnyTime: an erasure's letter says what is done, what waits and what is kept, before, while and after; what was sent is kept
// sealed, and an access shows it.
func TestReplyAtAnyTime(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := t.Context()
	id := w.Register(t, "erasure")
	if l, text := letterOf(t, w, id, reply.Answer); l.Letter != "E" || l.Final || strings.Contains(text, "Co usunęliśmy") {
		t.Errorf("before anything was planned: %s %v\n%s", l.Letter, l.Final, text)
	}
	w.Start(t, "erasure")
	if _, text := letterOf(t, w, id, reply.Answer); !strings.Contains(text, "Jeszcze niesprawdzone albo nieukończone") || strings.Contains(text, "Co usunęliśmy") {
		t.Errorf("what only begins is called done:\n%s", text)
	}
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	_, text := letterOf(t, w, id, reply.Answer)
	says(t, text, "Co usunęliśmy", "Księgowość", "6\u00a0listopada\u00a02026", "Czego nie usunęliśmy i dlaczego", "art.\u00a017 ust.\u00a03 lit.\u00a0b RODO", "ustawa o rachunkowości, art. 74 ust. 2", "Po wskazanym dniu usuniemy je sami",
		"w kopiach zapasowych do", "Część zawiadomień jest jeszcze w drodze", "skargę do organu nadzorczego", "do sądu", "w postaci, która sama nie ujawnia")
	for _, secret := range []string{"members", "sqlite", "register/", "ledger", ".db"} {
		if strings.Contains(text, secret) {
			t.Errorf("the letter tells %q", secret)
		}
	}
	if err := w.Engine.Note(ctx, id, request.ReplySent, w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	err := w.Engine.DB.Read(ctx, func(tx *state.Tx) error {
		var kept engine.SentLetter
		ok, err := tx.Fact(id, "letter/1", &kept)
		if !ok || kept.Letter != "E/1" || len(kept.SHA256) != 64 {
			t.Errorf("what was sent is not kept: %+v", kept)
		}
		part, err2 := tx.Part(id, "letter/1")
		if len(part) == 0 || bytes.Contains(part, []byte("html")) {
			t.Error("its text is not kept, or not sealed")
		}
		tomb, err3 := tx.TombstoneOf(id)
		if tomb.ToldIn != "E/1" {
			t.Errorf("the tombstone does not say in which letter the person was told: %q", tomb.ToldIn)
		}
		return errors.Join(err, err2, err3)
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Engine.Reply(ctx, id, "", reply.Extending); !errors.Is(err, reply.ErrNotNow) {
		t.Errorf("an extension nobody noted: %v", err)
	}
	var wrong engine.WrongAnswer
	if err := errors.Join(w.Engine.Note(ctx, id, request.Extended, w.Clock.Now()), w.Engine.Extend(ctx, id, "busy", w.Clock.Now())); !errors.As(err, &wrong) {
		t.Errorf("an extension without a reason: %v", err)
	}
	if err := w.Engine.Extend(ctx, id, "number", w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	_, text = letterOf(t, w, id, reply.Extending)
	says(t, text, "liczba wniosków", "Na wniosek odpowiemy do 2\u00a0lutego\u00a02027\u00a0r., a nie do 2\u00a0grudnia\u00a02026\u00a0r.", "Co już zrobiliśmy")
	l, err := w.Engine.NoticeTo(ctx, id, "bank", "en")
	if err != nil || l.Letter != "Z" {
		t.Errorf("the notice to a recipient: %v", err)
	}
	if _, err := w.Engine.NoticeTo(ctx, id, "waterworks", "en"); !errors.Is(err, engine.ErrState) {
		t.Errorf("a notice to a recipient that is exempt: %v", err)
	}
}

// TestReplyAfterForgetting says what can still be said, and no address any more.
func TestReplyAfterForgetting(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := t.Context()
	id := w.Start(t, "nothing-held-access")
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	l, text := letterOf(t, w, id, reply.Answer)
	says(t, text, "Nie znaleźliśmy w nich Pani/Pana danych osobowych", "Rejestr członków", "Księgowość", "Teczki elektroniczne", "PESEL", "31\u00a0grudnia\u00a02032")
	if l.Letter != "A0" || !l.Final {
		t.Errorf("%s %v", l.Letter, l.Final)
	}
	w.Clock.Add(8 * 365 * 24 * time.Hour)
	if _, err := w.Engine.Forget(ctx); err != nil {
		t.Fatal(err)
	}
	_, text = letterOf(t, w, id, reply.Answer)
	says(t, text, "Treść tego wniosku została już usunięta", "Nie znaleźliśmy w nich")
}

// TestReplyAfterReview: what a person released is not said to be left out; what was held back is, and until somebody has answered, that it is read.
func TestReplyAfterReview(t *testing.T) {
	w := world.Open(t, sample.Options{}, nil)
	ctx := t.Context()
	id := w.Start(t, "access")
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	const reading, others = "przegląda je pracownik", "dane innej osoby"
	_, text := letterOf(t, w, id, reply.Answer)
	says(t, text, reading)
	before := strings.Count(text, others)
	reviews := w.Standing(t, id).Tasks
	for i, x := range reviews {
		answer := engine.Answer{State: state.TaskDone}
		if i == 0 {
			answer.Except, answer.Because = []int{1}, "names a neighbour"
		}
		if _, err := w.Engine.Answer(ctx, x.ID, answer); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	_, text = letterOf(t, w, id, reply.Answer)
	if strings.Contains(text, reading) {
		t.Errorf("somebody is still said to read what was released:\n%s", text)
	}
	if n := strings.Count(text, others); len(reviews) < 2 || n == before || n > before+2 || !strings.Contains(text, "(w części)") {
		t.Errorf("of %d reviews one held an item back; before, %d lines were of other persons, now %d:\n%s", len(reviews), before, n, text)
	}
}
