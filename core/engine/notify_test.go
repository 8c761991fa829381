package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/core/engine"
	"github.com/dossier-dsr/dossier/core/recipient"
	"github.com/dossier-dsr/dossier/core/state"
	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
	"github.com/dossier-dsr/dossier/test/world"
)

// telling works an erasure until somebody has to tell the mailer, a processor, and gives the task.
func telling(t *testing.T) (*world.World, string, engine.TaskStanding) {
	t.Helper()
	w := world.Open(t, sample.Options{Members: 60}, nil)
	id := w.Start(t, "erasure")
	if err := w.Engine.Drain(context.Background(), id); err != nil {
		t.Fatal(err)
	}
	s := w.Standing(t, id)
	if s.WaitsFor != "person" || len(s.Tasks) != 1 || s.Tasks[0].Kind != "notify" || s.Tasks[0].Department != "Dział członkowski" || s.Tasks[0].Act != "instruct" || s.Tasks[0].DueOn == "" {
		t.Fatalf("waits for %q (%s), %+v", s.WaitsFor, s.Why, s.Tasks)
	}
	for _, r := range s.Recipients {
		if (r.Task == s.Tasks[0].ID) != (r.Name == "mailer") {
			t.Errorf("%+v", r)
		}
	}
	return w, id, s.Tasks[0]
}

func stateOf(t *testing.T, w *world.World, id, name string) state.Notice {
	t.Helper()
	list, err := w.Engine.Recipients(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range list {
		if n.Recipient == name {
			return n
		}
	}
	t.Fatalf("%s is not on the list", name)
	return state.Notice{}
}

// TestARecipientIsToldByAPerson: whom no channel reaches is a task, opened when what is to be told is done. It says what to write, names the
// person by what the recipient has, and is done when a processor has confirmed, on which day and how.
func TestARecipientIsToldByAPerson(t *testing.T) {
	w, id, task := telling(t)
	ctx := context.Background()
	b, err := w.Engine.TaskBrief(ctx, task.ID)
	if err != nil || !strings.Contains(b.Text, "usunęliśmy te dane") || !strings.Contains(b.Text, w.Persons.Demo.Email) {
		t.Fatalf("it is not said what to write, or of whom (%v): %d characters", err, len(b.Text))
	}
	if strings.Contains(b.Text, w.Persons.Demo.PESEL) || strings.Contains(b.Text, w.Persons.Demo.MemberNo) {
		t.Error("it names the person by what the recipient was never given")
	}
	at := w.Clock.Now()
	var wrong engine.WrongAnswer
	for name, a := range map[string]engine.Answer{
		"nothing said":  {State: state.TaskDone},
		"no word how":   {State: state.TaskDone, Told: &engine.Told{To: recipient.Done, At: at}},
		"not confirmed": {State: state.TaskDone, Told: &engine.Told{To: recipient.Sent, At: at, How: "letter"}},
		"still to come": {State: state.TaskDone, Told: &engine.Told{To: recipient.Done, At: at.AddDate(0, 0, 1), How: "letter"}},
		"nothing found": {State: state.TaskNothingFound},
		"no letter":     {State: state.TaskRefused, Because: "dissolved"},
		"no evidence":   {State: state.TaskRefused, Because: "dissolved", Exempt: &state.Exemption{Letter: "b"}},
		"a processor":   {State: state.TaskRefused, Because: "it cannot see it", Exempt: &state.Exemption{Letter: "a", Evidence: "a contract"}},
	} {
		if _, err := w.Engine.Answer(ctx, task.ID, a); !errors.As(err, &wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := stateOf(t, w, id, "mailer"); n.State != recipient.Queued {
		t.Fatalf("a wrong answer left it %s", n.State)
	}
	w.Engine.Operator = "ewa"
	for range 2 {
		if _, err := w.Engine.Answer(ctx, task.ID, engine.Answer{State: state.TaskDone, Told: &engine.Told{To: recipient.Done, At: at, How: "letter"}}); err != nil {
			t.Fatal(err)
		}
	}
	n := stateOf(t, w, id, "mailer")
	if n.State != recipient.Done || !n.DoneAt.Equal(at) || len(n.Efforts) != 1 || n.Efforts[0].What != "told by letter" || n.Efforts[0].By != "ewa" {
		t.Errorf("%+v", n)
	}
	if err := w.Engine.Drain(ctx, id); err != nil {
		t.Fatal(err)
	}
	if s := w.Standing(t, id); len(s.Tasks) != 0 {
		t.Errorf("%+v", s.Tasks)
	}
}

// TestANoticeCarriesWhatIsRight: of a correction a recipient is told the new value of what it was given, and no other; it knows the person
// by what it has.
func TestANoticeCarriesWhatIsRight(t *testing.T) {
	w := world.Open(t, sample.Options{Members: 60}, nil)
	id := w.Start(t, "rectification")
	if err := w.Engine.Drain(context.Background(), id); err != nil {
		t.Fatal(err)
	}
	const family, phone = "Last name: Żółkiewska-Brzęk", "Telephone number: +48600100299"
	d := w.Persons.Demo
	for name, want := range map[string]struct{ with, without []string }{
		"bank":       {[]string{family, phone, d.PESEL, "Supplementary statement: "}, nil},
		"accountant": {[]string{family, d.MemberNo}, []string{phone, d.PESEL, "Supplementary statement"}}, // a full name, and no telephone
	} {
		l, err := w.Engine.NoticeTo(context.Background(), id, name, "en")
		if err != nil {
			t.Fatal(err)
		}
		var text strings.Builder
		if err := l.Markdown(&text); err != nil {
			t.Fatal(err)
		}
		for _, s := range want.with {
			if !strings.Contains(text.String(), s) {
				t.Errorf("%s is not told %q:\n%s", name, s, text.String())
			}
		}
		for _, s := range want.without {
			if strings.Contains(text.String(), s) {
				t.Errorf("%s is told %q, which it never had", name, s)
			}
		}
	}
}

// TestARecipientIsExempt: who is not told is exempt by a letter, with reason and evidence; the request is not done in part for that.
func TestARecipientIsExempt(t *testing.T) {
	w, id, task := telling(t)
	if _, err := w.Engine.Answer(context.Background(), task.ID, engine.Answer{State: state.TaskRefused, Because: "it has been struck off", Exempt: &state.Exemption{Letter: "b", Evidence: "KRS 0000000001"}}); err != nil {
		t.Fatal(err)
	}
	n := stateOf(t, w, id, "mailer")
	if n.State != recipient.Exempt || n.Exemption.Letter != "b" || n.Exemption.Reasoning == "" || n.Exemption.Evidence != "KRS 0000000001" || n.Exemption.DecidedBy != "anna" {
		t.Fatalf("%+v", n.Exemption)
	}
}

// TestRecordingAnswersTheTask: what is recorded in the list is the answer to the task; of a processor, when it has confirmed.
func TestRecordingAnswersTheTask(t *testing.T) {
	w, id, task := telling(t)
	ctx := context.Background()
	told := engine.Told{Recipient: "mailer", To: recipient.Sent, At: w.Clock.Now(), How: "letter"}
	if err := w.Engine.RecordTold(ctx, id, told); err != nil {
		t.Fatal(err)
	}
	if x, err := w.Engine.Task(ctx, task.ID); err != nil || x.State != state.TaskOpen {
		t.Fatalf("%s before the processor has confirmed (%v)", x.State, err)
	}
	told.To = recipient.Acknowledged
	w.Engine.Operator = "ewa"
	if err := w.Engine.RecordTold(ctx, id, told); err != nil {
		t.Fatal(err)
	}
	if x, err := w.Engine.Task(ctx, task.ID); err != nil || x.State != state.TaskDone || x.AnsweredBy != "ewa" {
		t.Errorf("%+v (%v)", x, err)
	}
}
