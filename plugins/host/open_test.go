package host_test

import (
	"slices"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/host"
	"github.com/dossier-dsr/dossier/plugins/plugintest"
)

// open opens a system, for this test.
func open(t testing.TB, p *host.Plugin, config connectors.Config) connectors.Store {
	t.Helper()
	s, err := p.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// at is a selection the stub knows by name, of one field.
func at(name string) connectors.Selection {
	return connectors.Selection{Collection: connectors.Collection{At: name}, All: true, Fields: []string{"f"}}
}

// read locates and gives the first value of every row.
func read(t testing.TB, s connectors.Store, name string) ([]any, error) {
	t.Helper()
	var out []any
	err := connectors.Each(t.Context(), s, at(name), func(_ int, values []any) error {
		out = append(out, values[0])
		return nil
	})
	return out, err
}

func as[T any](t testing.TB, s connectors.Store) T {
	t.Helper()
	v, ok := connectors.As[T](s)
	if !ok {
		t.Fatalf("the store offers no %T", *new(T))
	}
	return v
}

func offers(s connectors.Store) []string {
	var out []string
	add := func(name string, ok bool) {
		if ok {
			out = append(out, name)
		}
	}
	_, ok := connectors.As[connectors.Writer](s)
	add("apply", ok)
	_, ok = connectors.As[connectors.Prober](s)
	add("probe", ok)
	_, ok = connectors.As[connectors.Counter](s)
	add("count", ok)
	_, ok = connectors.As[connectors.Inspector](s)
	add("inspect", ok)
	_, ok = connectors.As[connectors.BlobOpener](s)
	add("blob", ok)
	_, ok = connectors.As[connectors.Fixture](s)
	add("fixture", ok)
	return out
}

func TestStoreOffersWhatIsBehindTheWire(t *testing.T) {
	for _, c := range []struct {
		role   string
		opts   host.Options
		config connectors.Config
		want   []string
	}{
		{"stub", host.Options{}, connectors.Config{"bare": "1"}, nil},
		{"stub", host.Options{Fixture: true}, nil, []string{"apply", "probe", "count", "inspect", "blob"}},
		{"memory", host.Options{}, connectors.Config{"name": "a"}, []string{"apply", "probe", "count", "inspect", "blob"}},
		{"memory", host.Options{Fixture: true}, connectors.Config{"name": "a"}, []string{"apply", "probe", "count", "inspect", "blob", "fixture"}},
	} {
		s := open(t, plugintest.Start(t, c.role, c.opts), c.config)
		if got := offers(s); !slices.Equal(got, c.want) {
			t.Errorf("%s with fixture %t offers %v, want %v", c.role, c.opts.Fixture, got, c.want)
		}
	}
}

func TestClose(t *testing.T) {
	p := plugintest.Start(t, "stub", host.Options{})
	line := plugintest.NewLine(t)
	s := open(t, p, connectors.Config{"line": line.Path})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	line.Expect("closed")
	if err := s.Close(); err != nil {
		t.Fatal("closing twice:", err)
	}
	if _, err := read(t, s, "row"); err == nil {
		t.Fatal("a closed store answers")
	}
	gone := p.Gone()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	<-gone
	if p.PID() != 0 {
		t.Fatal("a closed plugin has a process")
	}
	if _, err := p.Open(t.Context(), nil); err == nil {
		t.Fatal("a closed plugin opens")
	}
	if err := p.Close(); err != nil {
		t.Fatal("closing twice:", err)
	}
}

func TestInspect(t *testing.T) {
	s := open(t, plugintest.Start(t, "stub", host.Options{}), nil)
	schema, err := as[connectors.Inspector](t, s).Inspect(t.Context())
	if err != nil || len(schema.Collections) != 1 || schema.Collections[0].Rows != -1 || !slices.Equal(schema.Collections[0].Unique[0], []string{"a", "b"}) {
		t.Fatalf("%+v, %v", schema, err)
	}
}
