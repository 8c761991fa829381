package conformance_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
)

// mailroom is a connector as an author writes it in an afternoon: a newsletter service over HTTP that looks
// subscribers up by address, and has no transactions, no paths and no conditions of its own.
type mailroom struct{}

func (mailroom) Describe() connectors.Description {
	return connectors.Description{
		Name: "mailroom", Version: "1.0.0",
		Config: []connectors.Setting{{Name: "url", Required: true}, {Name: "token", Required: true, Secret: true}},
		Verbs:  []connectors.Verb{connectors.Delete, connectors.Set},
	}
}

func (m mailroom) Open(_ context.Context, c connectors.Config) (connectors.Store, error) {
	if err := m.Describe().Check(c).Err(); err != nil {
		return nil, err
	}
	return &letterbox{base: c["url"], token: c["token"], http: &http.Client{Timeout: 30 * time.Second}}, nil
}

type letterbox struct {
	base, token string
	http        *http.Client
}

func (s *letterbox) Close() error { s.http.CloseIdleConnections(); return nil }

func (s *letterbox) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	return s.each(ctx, sel, func(row connectors.Row, persons []int) error {
		for _, p := range persons {
			if err := out.Add(p, sel.Pick(row)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// each gives every subscriber in sel once, with the persons it was reached for.
func (s *letterbox) each(ctx context.Context, sel connectors.Selection, f func(connectors.Row, []int) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := sel.Beyond("email"); err != nil {
		return err
	}
	if len(sel.Any) > 0 && sel.Collection.At != "subscribers" {
		return fmt.Errorf("%w: mailroom has subscribers", connectors.ErrNoCollection)
	}
	seen := map[string]bool{}
	for _, t := range sel.Keys("email") {
		email, ok := t.Values[0].(string)
		if !ok || seen[email] {
			continue
		}
		seen[email] = true
		row, err := s.call(ctx, http.MethodGet, email, nil)
		if err != nil {
			return err
		}
		if persons := sel.Fits(row); row != nil && len(persons) > 0 {
			if err := f(row, persons); err != nil {
				return err
			}
		}
	}
	return nil
}

type todo struct {
	email   string
	values  connectors.Row
	persons []int
}

// plan is a treatment that has looked at what it would touch.
type plan struct {
	connectors.Treatment
	rows []todo
	out  *connectors.Outcome
}

func (s *letterbox) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	outcomes := make([]connectors.Outcome, len(do))
	var plans []plan
	taken := map[string]bool{} // deleted by an earlier treatment of this call
	now := map[string]connectors.Row{}
	for i, t := range do { // all selections speak of the state before the call
		outcomes[i] = connectors.Outcome{ID: t.ID, ByPerson: map[int]int64{}}
		p := plan{Treatment: t, out: &outcomes[i]}
		if err := s.look(ctx, &p, taken, now); err != nil {
			return outcomes, fmt.Errorf("%s: %w", t.ID, err)
		}
		plans = append(plans, p)
	}
	for _, p := range plans {
		for unit := range slices.Chunk(p.rows, 1000) {
			if err := s.touch(ctx, p, unit, opt); err != nil {
				return outcomes, fmt.Errorf("%s: %w", p.ID, err)
			}
		}
	}
	return outcomes, nil
}

func (s *letterbox) look(ctx context.Context, p *plan, taken map[string]bool, now map[string]connectors.Row) error {
	if p.Verb != connectors.Delete && p.Verb != connectors.Set {
		return fmt.Errorf("%w: %s", connectors.ErrNotSupported, p.Verb)
	}
	if len(p.Capture) > 0 {
		p.out.LinkKeys = &connectors.Keys{Fields: p.Capture}
	}
	err := s.each(ctx, p.On, func(row connectors.Row, persons []int) error {
		email := row["email"].(string)
		if taken[email] {
			return nil
		}
		for _, person := range persons {
			if p.out.LinkKeys != nil {
				p.out.LinkKeys.Tuples = append(p.out.LinkKeys.Tuples, connectors.Tuple{Person: person, Values: row.Pick(p.Capture)})
			}
		}
		if now[email] != nil {
			row = now[email]
		}
		switch p.Standing(row) {
		case connectors.Done:
			p.out.Already++
		case connectors.Conflict:
			p.out.Conflicts = append(p.out.Conflicts, connectors.Row{"email": email})
		default:
			p.rows = append(p.rows, todo{email, p.ValuesFor(row), persons})
			if taken[email] = p.Verb == connectors.Delete; !taken[email] {
				maps.Copy(row, p.ValuesFor(row))
				now[email] = row
			}
		}
		return nil
	})
	if err == nil && int64(len(p.rows)) > p.AtMost {
		err = connectors.ErrMoreRows
	}
	return err
}

func (s *letterbox) touch(ctx context.Context, p plan, unit []todo, opt connectors.ApplyOptions) error {
	ask := connectors.Outcome{ID: p.ID, Changed: int64(len(unit)), ByPerson: map[int]int64{}}
	for _, x := range unit {
		for _, person := range x.persons {
			ask.ByPerson[person]++
		}
	}
	if err := opt.Confirm(ctx, []connectors.Outcome{ask}); err != nil {
		return err
	}
	method := http.MethodDelete
	if p.Verb == connectors.Set {
		method = http.MethodPatch
	}
	for _, x := range unit {
		switch there, err := s.call(ctx, method, x.email, x.values); {
		case err != nil:
			return err
		case there == nil:
			continue // someone else was quicker
		}
		p.out.Changed++
		for _, person := range x.persons {
			p.out.ByPerson[person]++
		}
	}
	return nil
}

func (s *letterbox) call(ctx context.Context, method, email string, body connectors.Row) (connectors.Row, error) {
	b, err := json.Marshal(map[string]any(body))
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, method, s.base+"/subscribers/"+url.PathEscape(email), bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("mailroom: url is no address")
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	resp, err := s.http.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("%w: %s did not answer", connectors.ErrTryLater, method)
	}
	defer resp.Body.Close()
	row := connectors.Row{}
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return nil, nil
	case resp.StatusCode == http.StatusTooManyRequests:
		return nil, connectors.After(time.Minute)
	case resp.StatusCode/100 != 2:
		return nil, fmt.Errorf("mailroom answered %d to %s", resp.StatusCode, method)
	case method == http.MethodGet:
		err = json.NewDecoder(resp.Body).Decode(&row)
	}
	return row, err
}

// service is Mailroom itself, and the fixture by which the suite lays it out.
type service struct {
	mu   sync.Mutex
	rows map[string]connectors.Row
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	email, err := url.PathUnescape(strings.TrimPrefix(r.URL.EscapedPath(), "/subscribers/"))
	row, ok := s.rows[email]
	switch {
	case err != nil || !ok:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodDelete:
		delete(s.rows, email)
	case r.Method == http.MethodPatch:
		var change map[string]any
		if json.NewDecoder(r.Body).Decode(&change) != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		for f, v := range change {
			if _, ok := row[f]; !ok {
				w.WriteHeader(http.StatusUnprocessableEntity)
				return
			}
			row[f] = v
		}
	default:
		_ = json.NewEncoder(w).Encode(map[string]any(row))
	}
}

func (s *service) Load(_ context.Context, rows map[string][]connectors.Row) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows = map[string]connectors.Row{}
	for _, r := range rows["subscribers"] {
		s.rows[r["email"].(string)] = maps.Clone(r)
	}
	return nil
}

func (s *service) Dump(context.Context) (map[string][]connectors.Row, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string][]connectors.Row{"subscribers": {}}
	for _, r := range s.rows {
		out["subscribers"] = append(out["subscribers"], maps.Clone(r))
	}
	return out, nil
}

// tested is mailroom with the fixture beside it.
type tested struct {
	mailroom
	service *service
}

type testedStore struct {
	*letterbox
	*service
}

func (t tested) Open(ctx context.Context, c connectors.Config) (connectors.Store, error) {
	s, err := t.mailroom.Open(ctx, c)
	if err != nil {
		return nil, err
	}
	return testedStore{s.(*letterbox), t.service}, nil
}

func TestServiceThatLooksUpByOneFieldConforms(t *testing.T) {
	s := &service{}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	conformance.Run(t, conformance.Subject{
		Connector: tested{service: s},
		Config:    connectors.Config{"url": server.URL, "token": "secret"},
		Shapes: []conformance.Shape{{Places: map[string]conformance.Place{
			"people": {At: "subscribers", Key: []string{"email"}, Fields: []string{"email", "name", "status", "left_on"}, Lookup: []string{"email"}},
		}}},
	})
}
