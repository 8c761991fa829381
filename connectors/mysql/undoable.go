package mysql

import (
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// undoable refuses to rehearse with a table whose triggers write, as far as their texts tell, where nothing is taken back: to a table of an
// engine without transactions, or out of the server.
func (w *work) undoable(t *table) error {
	f := &follower{view: w.view, tables: map[string]*told{}, read: map[string]bool{}, seen: map[string]bool{}}
	return f.follow(t.schema, w.view.called(t.schema, t.Name))
}

// follower goes from table to table by what triggers write to.
type follower struct {
	view   *view
	tables map[string]*told // by what they are called
	read   map[string]bool  // databases
	seen   map[string]bool
	unsafe bool // a table somewhere takes nothing back
}

// look reads a database, once.
func (f *follower) look(schema string) error {
	if f.read[schema] {
		return nil
	}
	f.read[schema] = true
	all, err := f.view.database(schema)
	for _, t := range all {
		f.tables[t.Name] = t
		f.unsafe = f.unsafe || t.Unsafe
	}
	return err
}

func (f *follower) follow(schema, name string) error {
	if f.seen[name] {
		return nil
	}
	f.seen[name] = true
	if err := f.look(schema); err != nil {
		return err
	}
	t := f.tables[name]
	if t == nil {
		return nil // which the live check says
	}
	for _, g := range t.Triggers {
		switch {
		case len(g.Tells) > 0:
			return leaves(t, g, "writes to "+strings.Join(g.Tells, ", "))
		case g.Unread && f.unsafe:
			return leaves(t, g, "may write to a table whose engine has no transactions, for its text does not tell all it does")
		}
		for _, to := range g.Writes {
			in := f.view.store.name
			if of, _, ok := strings.Cut(to, "."); ok {
				in = of
			}
			if err := f.look(in); err != nil {
				return err
			}
			if there := f.tables[to]; there != nil && there.Unsafe {
				return leaves(t, g, "may write to "+to+", whose engine has no transactions")
			}
			if err := f.follow(in, to); err != nil {
				return err
			}
		}
	}
	return nil
}

// leaves is the error that something would stay of a rehearsal.
func leaves(t *told, g connectors.Trigger, does string) error {
	return fmt.Errorf("%w: %w", connectors.ErrNotSupported, connectors.Diagnostics{{Severity: connectors.Error, Path: t.Name + "." + g.Name,
		Summary: "trigger " + g.Name + " of " + t.Name + " " + does + ": what it writes there would stay, though all else is taken back",
		Detail:  "an engine that has transactions for what it writes to"}})
}
