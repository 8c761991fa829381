package processes_test

import (
	"database/sql"
	"errors"
	"os"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/plugins/host"
	"github.com/dossier-dsr/dossier/plugins/plugintest"
)

// logged is a database with a write-ahead log, as snapshots need it.
func logged(t *testing.T) string {
	t.Helper()
	path := database(t)
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("PRAGMA journal_mode = WAL"); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSnapshotsOfAProcess(t *testing.T) {
	s, _ := as(t, "sqlite", connectors.Config{"file": logged(t)})
	report, err := conformance.Suite(t.Context(), s, conformance.Options{Pattern: "snapshot"})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Results {
		if r.Failure != nil {
			t.Errorf("%s: %v", r.FullName(), r.Failure)
		}
	}
	if len(report.Results) != 2 {
		t.Errorf("%d cases were run, want 2", len(report.Results))
	}
}

// TestSnapshotEndsWithItsProcess: the process that follows sees another moment, and is not asked.
func TestSnapshotEndsWithItsProcess(t *testing.T) {
	plugin := plugintest.Start(t, "sqlite", host.Options{})
	store, err := plugin.Open(t.Context(), connectors.Config{"file": logged(t)})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	from, ok := connectors.As[connectors.Snapshotter](store)
	if !ok {
		t.Fatal("no snapshots")
	}
	moment, err := from.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := connectors.As[connectors.Writer](moment); ok {
		t.Error("a snapshot can be written to")
	}
	app := connectors.Selection{Collection: connectors.Collection{Name: "app", At: "app", Key: []string{"x"}}, All: true}
	look := func(s connectors.Store) error {
		return connectors.Each(t.Context(), s, app, func(int, []any) error { return nil })
	}
	if err := look(moment); err != nil {
		t.Fatal(err)
	}
	gone := plugin.Gone()
	process, err := os.FindProcess(plugin.PID())
	if err == nil {
		err = process.Kill()
	}
	if err != nil {
		t.Fatal(err)
	}
	<-gone
	if err := look(moment); !errors.Is(err, connectors.ErrTryLater) {
		t.Errorf("the snapshot of a dead process: %v", err)
	}
	if err := look(store); err != nil {
		t.Errorf("the store, in the next process: %v", err)
	}
	if err := look(moment); !errors.Is(err, connectors.ErrTryLater) {
		t.Errorf("the snapshot, beside the next process: %v", err)
	}
	if err := moment.Close(); err != nil {
		t.Errorf("closing it: %v", err)
	}
}
