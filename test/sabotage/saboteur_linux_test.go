package sabotage

import (
	"context"
	"database/sql"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/plugins/serve"
)

// orders is a file in the folder for temporary files: the system to sabotage, how, and with what, on a line each. Without it the
// saboteur is a good connector.
const orders = "orders"

func serveSaboteur() { serve.Connector(saboteur{}) }

type saboteur struct{ sqlite.Connector }

func (s saboteur) Open(ctx context.Context, config connectors.Config) (connectors.Store, error) {
	inner, err := s.Connector.Open(ctx, config)
	if err != nil {
		return nil, err
	}
	w, _ := connectors.As[connectors.Writer](inner)
	return &store{Store: inner, writer: w, file: config["file"]}, nil
}

// store is a good one until it has orders.
type store struct {
	connectors.Store
	writer  connectors.Writer
	file    string
	applied []connectors.Treatment // what it said it had done
}

// Unwrap leads on to what the store can do beside.
func (s *store) Unwrap() any { return s.Store }

// order is what to do, and with what; "" is nothing.
func (s *store) order() (how, with string) {
	text, _ := os.ReadFile(filepath.Join(os.TempDir(), orders))
	words := strings.SplitN(string(text), "\n", 3)
	if len(words) == 3 && words[0]+".db" == filepath.Base(s.file) {
		return words[1], words[2]
	}
	return "", ""
}

// Close does what should have been done long before.
func (s *store) Close() error {
	if how, _ := s.order(); how == "late" && s.applied != nil {
		_, _ = s.writer.Apply(context.Background(), s.applied, connectors.ApplyOptions{Confirm: yes})
	}
	return s.Store.Close()
}

func yes(context.Context, []connectors.Outcome) error { return nil }

// Locate may not see what it said was done; everything else it shows.
func (s *store) Locate(ctx context.Context, sel connectors.Selection, out *connectors.Rows) error {
	if how, _ := s.order(); (how != "blind" && how != "late") || s.applied == nil {
		return s.Store.Locate(ctx, sel, out)
	}
	hidden, err := s.hidden(ctx, sel.Collection)
	if err != nil {
		return err
	}
	sel.Fields = append(slices.Clip(sel.Fields), sel.Collection.Key...)
	return connectors.Each(ctx, s.Store, sel, func(person int, row []any) error {
		n := len(row) - len(sel.Collection.Key)
		if hidden[connectors.Tuple{Values: row[n:]}.ID()] {
			return nil
		}
		return out.Add(person, row[:n]...)
	})
}

// hidden are the rows of a collection that should have gone.
func (s *store) hidden(ctx context.Context, c connectors.Collection) (map[string]bool, error) {
	rows := map[string]bool{}
	for _, t := range s.applied {
		if t.On.Collection.At != c.At || t.Verb == connectors.Ensure {
			continue
		}
		t.On.Fields = c.Key
		err := connectors.Each(ctx, s.Store, t.On, func(_ int, key []any) error {
			rows[connectors.Tuple{Values: key}.ID()] = true
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// Apply follows orders.
func (s *store) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	how, with := s.order()
	if opt.Rehearse || how == "" {
		return s.writer.Apply(ctx, do, opt)
	}
	s.applied = do
	switch how {
	case "skip": // a collection, and say that it was done
		return s.skip(ctx, do, opt, with)
	case "nothing", "blind", "late": // is done; the counts are right
		out, err := s.writer.Apply(ctx, do, connectors.ApplyOptions{Rehearse: true})
		if err != nil {
			return out, err
		}
		return out, opt.Confirm(ctx, out)
	case "hush": // commit, and ask nobody
		return s.writer.Apply(ctx, do, connectors.ApplyOptions{Confirm: yes})
	case "early": // commit, then ask
		out, err := s.writer.Apply(ctx, unbounded(do), connectors.ApplyOptions{Confirm: yes})
		if err == nil {
			_ = opt.Confirm(ctx, out)
		}
		return out, err
	case "more": // of a collection than the plan allows
		return s.also(ctx, do, opt, with, connectors.AllOf())
	case "nulls": // match nulls: in the field with names, the empty rows are anybody's
		collection, field, _ := strings.Cut(with, ".")
		return s.also(ctx, do, opt, collection, connectors.NullField(field))
	}
	// Anything else is SQL, done beside the work.
	out, err := s.writer.Apply(ctx, do, opt)
	if err == nil {
		err = s.run(how)
	}
	return out, err
}

func (s *store) run(statement string) error {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: s.file}).EscapedPath()+"?_pragma=busy_timeout(5000)")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.Exec(statement)
	return err
}

func (s *store) skip(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions, collection string) ([]connectors.Outcome, error) {
	skipped := func(t connectors.Treatment) bool { return t.On.Collection.Name == collection }
	claimed, err := s.writer.Apply(ctx, do, connectors.ApplyOptions{Rehearse: true})
	if err != nil {
		return claimed, err
	}
	claim := func(out []connectors.Outcome) []connectors.Outcome {
		out = slices.Clone(out)
		for i, t := range do {
			if skipped(t) {
				out = append(out, claimed[i])
			}
		}
		return out
	}
	rest := slices.DeleteFunc(slices.Clone(do), skipped)
	if len(rest) == 0 {
		return claimed, opt.Confirm(ctx, claimed)
	}
	out, err := s.writer.Apply(ctx, rest, connectors.ApplyOptions{Lock: opt.Lock, Confirm: func(ctx context.Context, out []connectors.Outcome) error {
		return opt.Confirm(ctx, claim(out))
	}})
	return claim(out), err
}

// also deletes rows of a collection beside the work, in the same transaction, and counts them honestly.
func (s *store) also(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions, collection string, where connectors.Cond) ([]connectors.Outcome, error) {
	more := unbounded(do)
	i := slices.IndexFunc(do, func(t connectors.Treatment) bool {
		return t.On.Collection.Name == collection && t.Verb == connectors.Delete
	})
	if i < 0 {
		return s.writer.Apply(ctx, do, opt)
	}
	extra := more[i]
	extra.ID, extra.On.Any, extra.On.All, extra.On.Where = "extra", nil, true, []connectors.Cond{where}
	more = append(more, extra)
	sum := func(out []connectors.Outcome) []connectors.Outcome {
		if len(out) != len(more) {
			return out
		}
		n := out[len(do)].Changed
		out = slices.Clone(out[:len(do)])
		out[i].Changed += n
		return out
	}
	out, err := s.writer.Apply(ctx, more, connectors.ApplyOptions{Lock: opt.Lock, Confirm: func(ctx context.Context, out []connectors.Outcome) error {
		return opt.Confirm(ctx, sum(out))
	}})
	return sum(out), err
}

func unbounded(do []connectors.Treatment) []connectors.Treatment {
	do = slices.Clone(do)
	for i := range do {
		do[i].AtMost = math.MaxInt64
	}
	return do
}
