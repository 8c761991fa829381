package host_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/plugins/host"
	"github.com/dossier-dsr/dossier/plugins/plugintest"
	"github.com/dossier-dsr/dossier/plugins/wire"
)

func TestSentinelsSurviveTheWire(t *testing.T) {
	s := open(t, plugintest.Start(t, "stub", host.Options{}), nil)
	for name, want := range faults {
		_, err := read(t, s, name)
		for other, e := range faults {
			if errors.Is(err, e) != (other == name) {
				t.Errorf("%s: errors.Is(%v, %s) = %t", name, err, other, !errors.Is(err, want))
			}
		}
		if errors.Is(err, host.ErrDied) {
			t.Errorf("%s: reads as a death: %v", name, err)
		}
	}
	_, err := read(t, s, "two")
	if !errors.Is(err, connectors.ErrConflict) || !errors.Is(err, connectors.ErrTryLater) {
		t.Errorf("of two sentinels: %v", err)
	}
	_, err = read(t, s, "wait")
	if connectors.RetryAfter(err) != 90*time.Second || !errors.Is(err, connectors.ErrTryLater) {
		t.Errorf("a wait of 90 s became %s: %v", connectors.RetryAfter(err), err)
	}
}

func TestDiagnosticsSurviveWithoutSecrets(t *testing.T) {
	p := plugintest.Start(t, "stub", host.Options{})
	_, err := p.Open(t.Context(), connectors.Config{"token": "s3cr3t-t0ken", "refuse": "yes"})
	var d connectors.Diagnostics
	if !errors.As(err, &d) || len(d) != 1 || d[0].Path != "config.token" || d[0].Severity != connectors.Error {
		t.Fatalf("not Diagnostics: %v", err)
	}
	if all := err.Error() + d.Error(); strings.Contains(all, "s3cr3t") || !strings.Contains(d[0].Summary, "•••") {
		t.Errorf("the token stands in %q", all)
	}
}

func TestWordsAreCleaned(t *testing.T) {
	s := open(t, plugintest.Start(t, "stub", host.Options{}), connectors.Config{"token": "s3cr3t-t0ken"})
	sel := connectors.Selection{
		Collection: connectors.Collection{At: "leak"}, Fields: []string{"f"},
		Any: []connectors.Match{{Fields: []string{"a", "b"}, Values: []connectors.Tuple{{Values: []any{int64(44051401458), "Nowak's  cat"}}}}},
	}
	err := connectors.Each(t.Context(), s, sel, func(int, []any) error { return nil })
	if err == nil {
		t.Fatal("no error")
	}
	for _, word := range []string{"44051401458", "nowak", "cat", "s3cr3t", "\x1b"} {
		if strings.Contains(strings.ToLower(err.Error()), word) {
			t.Errorf("%q stands in %q", word, err)
		}
	}
	if !strings.Contains(err.Error(), "no row for ••• and '•••'") {
		t.Errorf("what is left should read: %q", err)
	}
}

func TestPanicIsAnError(t *testing.T) {
	p := plugintest.Start(t, "stub", host.Options{})
	s := open(t, p, nil)
	pid := p.PID()
	_, err := read(t, s, "panic")
	if !errors.Is(err, wire.ErrPanicked) || err.Error() != "stub: the connector panicked in Locate" {
		t.Errorf("locate: %v", err)
	}
	_, err = as[connectors.Writer](t, s).Apply(t.Context(), []connectors.Treatment{{ID: "t", On: at("panic")}}, connectors.ApplyOptions{})
	if !errors.Is(err, wire.ErrPanicked) || err.Error() != "stub: the connector panicked in Apply" {
		t.Errorf("apply: %v", err)
	}
	if got, err := read(t, s, "row"); err != nil || len(got) != 1 || p.PID() != pid {
		t.Errorf("afterwards: %v, %v", got, err)
	}
}
