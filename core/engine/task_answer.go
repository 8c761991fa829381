package engine

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/dossier-dsr/dossier/core/keys"
	"github.com/dossier-dsr/dossier/core/state"
)

// Answer is what a person says to a task.
type Answer struct {
	State    string             // state.TaskDone, TaskNothingFound or TaskRefused
	Because  string             // why; no personal data
	Except   []int              // the items it does not hold for
	Redacted map[int]Attachment // of a review: what leaves instead of an item
	Files    []Attachment       // what was found, or proves it; kept sealed
	Told     *Told              // of a recipient: when and how it was told
	Exempt   *state.Exemption   // of a recipient: by which letter it is not told, and what proves that
}

// Attachment is a file a person hands in.
type Attachment struct {
	Name    string
	Content []byte
}

// Format keeps a file's name and content out of logs.
func (Attachment) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("attachment •••")) }

// said is what the register keeps of an answer, in plain: no personal data. Files stand by keyed hashes, so that the same answer is
// known again.
type said struct {
	Because  string         `json:"because,omitempty"`
	Except   []int          `json:"except,omitempty"`
	Redacted map[int]string `json:"redacted,omitempty"`
	Files    []string       `json:"files,omitempty"`

	Told   *Told            `json:"told,omitempty"`
	Exempt *state.Exemption `json:"exempt,omitempty"`

	Approved string `json:"approved,omitempty"` // the digest of the plan whose approval was the answer
}

func saidOf(t state.Task) said {
	var s said
	_ = json.Unmarshal(t.Answer, &s) // written by this package; an open task has none
	return s
}

// Answer answers a task: what it says and hands in is kept, what it decides is done, and the step that waited is woken, in one
// transaction. The same answer by the same person again changes nothing; another is [state.ErrExists].
func (e *Engine) Answer(ctx context.Context, id int64, a Answer) (state.Task, error) {
	t, err := read(ctx, e, func(tx *state.Tx) (state.Task, error) { return tx.Task(id) })
	if err != nil {
		return t, unknownTask(id, err)
	}
	said, err := e.prepareAnswer(ctx, t, a)
	if err != nil {
		return t, err
	}
	defer said.Key.Wipe()
	now := e.Now()
	failpoint("task/answering")
	defer failpoint("task/answered")
	err = e.DB.Write(ctx, func(tx *state.Tx) error { return e.storeAnswer(tx, said, a, now) })
	return said.task, err
}

// answering is an answer that is about to be stored.
type answering struct {
	*open
	task  state.Task
	plain json.RawMessage
	files map[string][]byte
}

// prepareAnswer refuses what may not be answered to a task, and seals what is handed in. Wipe its key after use.
func (e *Engine) prepareAnswer(ctx context.Context, t state.Task, a Answer) (*answering, error) {
	if t.State == state.TaskOpen {
		if err := ruleOf(t).allows(t, a); err != nil {
			return nil, err
		}
	}
	o, err := e.openRequest(ctx, t.Request)
	if err != nil {
		return nil, err
	}
	out := &answering{open: o, task: t}
	if out.plain, out.files, err = o.keepAnswer(t, a); err != nil {
		o.Key.Wipe()
		return nil, err
	}
	return out, nil
}

// storeAnswer records an answer, and gives its task as it stands then.
func (e *Engine) storeAnswer(tx *state.Tx, said *answering, a Answer, now time.Time) error {
	id := said.task.ID
	was, err := tx.Task(id)
	if err != nil {
		return err
	}
	if was.State != state.TaskOpen && (was.State != a.State || was.AnsweredBy != e.Operator || string(was.Answer) != string(said.plain)) {
		return hint(fmt.Errorf("task %d was answered already, as %s: %w", id, answerWords(was.State), state.ErrExists), "dossier task show %d", id)
	}
	t, err := tx.AnswerTask(id, a.State, said.plain, e.Operator, now)
	if err != nil {
		return err
	}
	if said.task = t; was.State != state.TaskOpen {
		return nil
	}
	if err := putParts(tx, t.Request, said.files, now); err != nil {
		return err
	}
	if err := e.noteAnswer(tx, t, now); err != nil {
		return err
	}
	if rule := ruleOf(t); rule.then != nil {
		if err := rule.then(e, tx, said.open, t, now); err != nil {
			return err
		}
	}
	if t.Step == 0 {
		return nil
	}
	_, err = tx.WakeStep(t.Step, now) // one that somebody holds looks again before it sleeps
	return err
}

func unknownTask(id int64, err error) error {
	if errors.Is(err, state.ErrNotFound) {
		return hint(fmt.Errorf("there is no task %d: %w", id, state.ErrNotFound), "dossier task list")
	}
	return err
}

// answerWords are the states of a task as a person reads them.
func answerWords(s string) string {
	if s == state.TaskNothingFound {
		return "nothing found"
	}
	return s
}

// keepAnswer is what is stored of an answer: the plain part, and the files, sealed, by the names of their parts.
func (o *open) keepAnswer(t state.Task, a Answer) (plain json.RawMessage, parts map[string][]byte, err error) {
	s := said{Because: a.Because, Except: slices.Sorted(slices.Values(a.Except)), Told: a.Told, Exempt: a.Exempt}
	if s.Files, parts, err = o.sealFiles(a.Files, func(n int) string { return filePart(t.ID, n) }); err != nil {
		return nil, nil, err
	}
	for n, x := range a.Redacted {
		sums, sealed, err := o.sealFiles([]Attachment{x}, func(int) string { return redactedPart(t.ID, n) })
		if err != nil {
			return nil, nil, err
		}
		if s.Redacted == nil {
			s.Redacted = map[int]string{}
		}
		s.Redacted[n] = sums[0]
		maps.Copy(parts, sealed)
	}
	plain, err = json.Marshal(s)
	return plain, parts, err
}

// sealFiles seals files a person hands in as parts of the request, by the names of the parts, with a keyed hash of each.
func (o *open) sealFiles(files []Attachment, name func(n int) string) (sums []string, parts map[string][]byte, err error) {
	parts = map[string][]byte{}
	key, err := o.Key.Derive("task-files")
	if err != nil {
		return nil, nil, err
	}
	for n, x := range files {
		mac := hmac.New(sha256.New, key)
		_, _ = fmt.Fprintf(mac, "%d:%s", len(x.Name), x.Name)
		_, _ = mac.Write(x.Content)
		sums = append(sums, hex.EncodeToString(mac.Sum(nil)[:16]))
		text, err := json.Marshal(x)
		if err == nil {
			parts[name(n)], err = o.Key.Seal(keys.Part{Owner: o.ID, Name: name(n)}, text)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return sums, parts, nil
}

func putParts(tx *state.Tx, request string, parts map[string][]byte, now time.Time) error {
	for name, sealed := range parts {
		if err := tx.PutPart(request, name, sealed, now); err != nil {
			return err
		}
	}
	return nil
}

func filePart(task int64, n int) string     { return fmt.Sprintf("task/%d/file/%d", task, n) }
func redactedPart(task int64, n int) string { return fmt.Sprintf("task/%d/redacted/%d", task, n) }

// attachment reads a file somebody handed in.
func (o *open) attachment(tx *state.Tx, name string) (Attachment, error) {
	var x Attachment
	sealed, err := tx.Part(o.ID, name)
	if err != nil {
		return x, err
	}
	text, err := o.Key.Open(keys.Part{Owner: o.ID, Name: name}, sealed)
	if err != nil {
		return x, err
	}
	return x, json.Unmarshal(text, &x)
}

// filesOf are the files handed in with the answer to a task.
func (e *Engine) filesOf(ctx context.Context, o *open, t state.Task) ([]Attachment, error) {
	return read(ctx, e, func(tx *state.Tx) ([]Attachment, error) {
		var out []Attachment
		for n := range saidOf(t).Files {
			x, err := o.attachment(tx, filePart(t.ID, n))
			if err != nil {
				return nil, err
			}
			out = append(out, x)
		}
		return out, nil
	})
}
