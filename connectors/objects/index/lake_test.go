package index

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
)

const secret = "a secret of the tests, and of nobody else"

// lake is objects of rows, and what a connector does with the index of them.
type lake struct {
	objects map[string]object
	source  *objects.Source
	clock   int64
}

// object is one, as it is now.
type object struct {
	Version
	rows []connectors.Row
}

func newLake(t testing.TB) *lake {
	t.Helper()
	from, err := objects.Understand(connectors.Collection{Name: "imports", At: "imports/{month}/{part}.jsonl", Key: []string{"month", "part", "line"},
		Rows: &connectors.RowFormat{Format: "jsonl"}})
	if err != nil {
		t.Fatal(err)
	}
	return &lake{objects: map[string]object{}, source: from}
}

// put writes an object anew.
func (l *lake) put(key string, rows ...connectors.Row) {
	l.clock++
	l.objects[key] = object{Version{ETag: fmt.Sprint(l.clock), Size: 7, At: time.Unix(l.clock, 0)}, rows}
}

// asked is a selection by ways, each over some fields.
func (l *lake) asked(t testing.TB, ways ...connectors.Match) *objects.Matcher {
	t.Helper()
	m, err := objects.NewMatcher(l.source, connectors.Selection{Collection: l.source.Collection, Any: ways})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func by(field string, values ...any) connectors.Match {
	m := connectors.Match{Fields: []string{field}}
	for i, v := range values {
		m.Values = append(m.Values, connectors.Tuple{Person: i, Values: []any{v}})
	}
	return m
}

// find makes a pass as a connector does, several objects at a time, and gives the rows found and the objects read. It is cut off at a key.
func (l *lake) find(t testing.TB, x *Index, m *objects.Matcher, prefix, cut string) (found []string, read []string) {
	t.Helper()
	ctx := context.Background()
	span := Span{Prefixes: []string{prefix}, Visits: func(key string) bool {
		values, ok := l.source.Path.Read(strings.Split(key, "/"))
		return ok && m.May(2, values)
	}}
	p := x.Begin(ctx, "imports", m, span, true)
	var all sync.WaitGroup
	var one sync.Mutex
	room := make(chan bool, 4)
	whole := true
	for _, key := range slices.Sorted(maps.Keys(l.objects)) {
		if !strings.HasPrefix(key, prefix) || !span.Visits(key) {
			continue
		}
		if cut != "" && key >= cut {
			whole = false
			break
		}
		o, thing := p.Object(key), l.objects[key]
		values, _ := l.source.Path.Read(strings.Split(key, "/"))
		room <- true
		all.Go(func() {
			defer func() { <-room }()
			defer o.End([]Version{thing.Version})
			if o.Without(thing.Version, values) {
				return
			}
			notes := o.Note(thing.Version)
			for i, row := range thing.rows {
				full := maps.Clone(row)
				full["month"], full["part"] = values[0], values[1]
				notes.Row(full)
				if len(m.Persons(full)) > 0 {
					one.Lock()
					found = append(found, fmt.Sprint(key, " ", i))
					one.Unlock()
				}
			}
			notes.Done()
			one.Lock()
			read = append(read, key)
			one.Unlock()
		})
	}
	all.Wait()
	p.End(ctx, whole)
	slices.Sort(found)
	slices.Sort(read)
	return found, read
}

func newIndex(t testing.TB, secret string, shelf Shelf) *Index {
	t.Helper()
	x, err := New([]byte(secret), "lake", shelf)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// remembered are the keys of the objects of which something is remembered.
func remembered(t testing.TB, x *Index) (out []string) {
	t.Helper()
	d, err := x.directory(t.Context(), x.name("imports"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range d.refs {
		entries, err := x.block(t.Context(), r.name)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			out = append(out, e.key)
		}
	}
	return out
}
