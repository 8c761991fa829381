package sqlite

import (
	"database/sql/driver"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"modernc.org/sqlite"

	"github.com/dossier-dsr/dossier/connectors"
)

// The functions conditions and assignments call from SQL. They are those the contract gives every store, so that what is
// pushed down and what is worked out row by row cannot differ. None ever gives NULL where a condition is
// asked, and none fails on any value of a row.
const (
	fnDated  = "dossier_dated"  // value, zone
	fnBefore = "dossier_before" // value, zone, instant
	fnWithin = "dossier_within" // value, zone, instant or NULL, instant or NULL
	fnDuring = "dossier_during" // value, zone, from, to, zone of from and to
	fnCut    = "dossier_cut"    // value, year or month, zone
	fnDerive = "dossier_derive" // secret, key values …
	fnFold   = "dossier_fold"   // value
)

type function struct {
	name  string
	nargs int32
	call  func(args []driver.Value) (driver.Value, error)
}

func init() {
	for _, f := range []function{
		{fnDated, 2, dated}, {fnBefore, 3, before}, {fnWithin, 4, within}, {fnDuring, 5, during}, {fnCut, 3, cut}, {fnDerive, -1, derive}, {fnFold, 1, fold},
	} {
		sqlite.MustRegisterFunction(f.name, &sqlite.FunctionImpl{
			NArgs:         f.nargs,
			Deterministic: true,
			VolatileArgs:  true, // none keeps an argument; texts come whole, zero bytes included
			Scalar: func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
				return f.call(args)
			},
		})
	}
}

func truth(b bool) driver.Value {
	if b {
		return int64(1)
	}
	return int64(0)
}

func dated(args []driver.Value) (driver.Value, error) {
	loc, err := zone(args[1])
	if err != nil {
		return nil, err
	}
	_, _, ok := connectors.Date(args[0], loc)
	return truth(ok), nil
}

func before(args []driver.Value) (driver.Value, error) {
	loc, err := zone(args[1])
	if err != nil {
		return nil, err
	}
	cut, err := instant(args[2])
	if err != nil {
		return nil, err
	}
	t, _, ok := connectors.Date(args[0], loc)
	return truth(ok && t.Before(*cut)), nil
}

const dateField = "d"

func within(args []driver.Value) (driver.Value, error) {
	loc, err := zone(args[1])
	if err != nil {
		return nil, err
	}
	r := connectors.Range{Field: dateField}
	if r.From, err = instant(args[2]); err != nil {
		return nil, err
	}
	if r.To, err = instant(args[3]); err != nil {
		return nil, err
	}
	return truth(r.Holds(connectors.Row{dateField: args[0]}, loc)), nil
}

func during(args []driver.Value) (driver.Value, error) {
	loc, err := zone(args[1])
	if err != nil {
		return nil, err
	}
	fromLoc, err := zone(args[4])
	if err != nil {
		return nil, err
	}
	b := connectors.Between{Date: dateField, From: "from", To: "to"}
	r, ok := b.Range(connectors.Row{"from": args[2], "to": args[3]}, fromLoc)
	return truth(ok && r.Holds(connectors.Row{dateField: args[0]}, loc)), nil
}

func cut(args []driver.Value) (driver.Value, error) {
	loc, err := zone(args[2])
	if err != nil {
		return nil, err
	}
	how, _ := args[1].(string)
	return connectors.CutDate(args[0], connectors.How(strings.Clone(how)), loc), nil
}

func derive(args []driver.Value) (driver.Value, error) {
	secret, ok := args[0].([]byte)
	if !ok || len(args) < 2 {
		return nil, fmt.Errorf("%s needs a secret and a key", fnDerive)
	}
	values := make([]any, len(args)-1)
	for i, v := range args[1:] {
		values[i] = v
	}
	return connectors.DeriveText(secret, values...), nil
}

func fold(args []driver.Value) (driver.Value, error) {
	if text, ok := args[0].(string); ok {
		return connectors.Fold(text), nil
	}
	return args[0], nil
}

// instant reads what [instantText] wrote; NULL is no instant. A condition asks row after row by the same one, so the last is kept.
func instant(v driver.Value) (*time.Time, error) {
	if v == nil {
		return nil, nil
	}
	text, _ := v.(string)
	if last := lastInstant.Load(); last != nil && last.text == text {
		return &last.t, nil
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return nil, fmt.Errorf("no instant where one was bound")
	}
	lastInstant.Store(&readInstant{strings.Clone(text), t})
	return &t, nil
}

type readInstant struct {
	text string
	t    time.Time
}

var lastInstant atomic.Pointer[readInstant]

func instantText(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

var zones sync.Map // of *time.Location, by name

func zone(v driver.Value) (*time.Location, error) {
	name, _ := v.(string)
	if loc, ok := zones.Load(name); ok {
		return loc.(*time.Location), nil
	}
	name = strings.Clone(name)
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("no time zone %s", name)
	}
	zones.Store(name, loc)
	return loc, nil
}
