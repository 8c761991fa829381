package processes_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"slices"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/conformance"
	"github.com/dossier-dsr/dossier/connectors/files"
	"github.com/dossier-dsr/dossier/connectors/memory"
	"github.com/dossier-dsr/dossier/connectors/mongodb"
	"github.com/dossier-dsr/dossier/connectors/mysql"
	"github.com/dossier-dsr/dossier/connectors/postgres"
	"github.com/dossier-dsr/dossier/connectors/s3"
	"github.com/dossier-dsr/dossier/connectors/sqlite"
	"github.com/dossier-dsr/dossier/plugins/host"
	"github.com/dossier-dsr/dossier/plugins/plugintest"
	"github.com/dossier-dsr/dossier/plugins/processes"
	"github.com/dossier-dsr/dossier/test/servers"
)

func TestMain(m *testing.M) {
	plugintest.Main(m, plugintest.Roles{
		"memory":   plugintest.Serves(&memory.Connector{}),
		"sqlite":   plugintest.Serves(sqlite.Connector{}),
		"files":    plugintest.Serves(files.Connector{}),
		"postgres": plugintest.Serves(postgres.Connector{}),
		"mongodb":  plugintest.Serves(mongodb.Connector{}),
		"mysql":    plugintest.Serves(mysql.Connector{}),
		"s3":       plugintest.Serves(s3.Connector{}),
		"hasty":    plugintest.Serves(hasty{sqlite.Connector{}}),
	})
}

// as makes a subject of a process of this test, and the cases about processes for it.
func as(t *testing.T, role string, config connectors.Config, shapes ...conformance.Shape) (conformance.Subject, []conformance.Case) {
	t.Helper()
	opts := host.Options{Fixture: true}
	return conformance.Subject{Connector: plugintest.Start(t, role, opts), Config: config, Shapes: shapes}, processes.Cases(plugintest.Options(role, opts))
}

func TestMemoryAsAProcess(t *testing.T) {
	t.Parallel()
	s, extra := as(t, "memory", connectors.Config{"name": "suite", "fold": "login_ci"}, conformance.Shape{Folds: true})
	conformance.Run(t, s, extra...)
}

func TestS3AsAProcess(t *testing.T) {
	t.Parallel()
	shape := conformance.Shape{Name: "csv", Blocks: []string{"move"}, Lacks: []conformance.Kind{conformance.Bytes}, Places: map[string]conformance.Place{"docs": {At: "docs/{no}.pdf"}}}
	for _, name := range []string{"people", "addresses", "leases", "parties", "readings", "values"} {
		shape.Places[name] = conformance.Place{At: name + ".csv", Rows: &connectors.RowFormat{Format: "csv"}}
	}
	others := []conformance.Shape{shape, {Name: "documents", Blocks: []string{"tag"}, Groups: []string{"block"}, Lacks: []conformance.Kind{conformance.Bytes, conformance.Null, conformance.Empty},
		Places: map[string]conformance.Place{"people": {At: "cards/{no}/{id}-{name}.pdf", Key: []string{"id", "name"}, Fields: []string{"id", "no", "name"}, Lookup: []string{"no"}}}}}
	for _, format := range []string{"jsonl", "json", "parquet"} {
		others = append(others, conformance.Shape{Name: format, Blocks: []string{"move"}, Lacks: []conformance.Kind{conformance.Bytes}, Places: map[string]conformance.Place{
			"values": {At: "values." + format, Rows: &connectors.RowFormat{Format: format}}}})
	}
	b := servers.S3(t, servers.Versioned)
	b.Policy(t, servers.ForTags...)
	s, extra := as(t, "s3", b.Settings(), others...)
	conformance.Run(t, s, extra...)
}

func TestFilesAsAProcess(t *testing.T) {
	t.Parallel()
	var shapes []conformance.Shape
	for _, format := range []string{"csv", "jsonl", "json", "parquet"} {
		rows := &connectors.RowFormat{Format: format}
		shape := conformance.Shape{Name: format, Lacks: []conformance.Kind{conformance.Bytes}, Places: map[string]conformance.Place{
			"docs": {At: "docs/{no}.pdf"}, "entries": {At: "books/{book}/entries." + format, Rows: rows},
		}}
		names := []string{"people", "addresses", "leases", "parties", "readings", "order by", "values"}
		if format == "parquet" { // the rest is shown in the package
			names = []string{"values"}
		}
		for _, name := range names {
			shape.Places[name] = conformance.Place{At: name + "." + format, Rows: rows}
		}
		shapes = append(shapes, shape)
	}
	s, extra := as(t, "files", connectors.Config{"root": t.TempDir()}, shapes...)
	conformance.Run(t, s, extra...)
}

func database(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "suite.db")
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE app (x)"); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSQLiteAsAProcess(t *testing.T) {
	t.Parallel()
	s, extra := as(t, "sqlite", connectors.Config{"file": database(t)}, conformance.Shape{Folds: true})
	conformance.Run(t, s, extra...)
}

func TestPostgresAsAProcess(t *testing.T) {
	t.Parallel()
	db := servers.Postgres(t)
	s, extra := as(t, "postgres", connectors.Config{"url": db.URL, "ordinary_url": db.Ordinary}, conformance.Shape{Folds: true})
	conformance.Run(t, s, extra...)
}

func TestMongoDBAsAProcess(t *testing.T) {
	t.Parallel()
	db := servers.MongoDB(t)
	whole := conformance.Shape{Name: "documents", Places: map[string]conformance.Place{"docs": {At: "gridfs:docs"}, "order by": {Fields: []string{"group", "select", "two words"}}}}
	for _, name := range []string{"people", "values", "addresses", "leases", "parties", "readings", "entries"} {
		whole.Places[name] = conformance.Place{}
	}
	parts := conformance.Shape{Name: "elements", Places: map[string]conformance.Place{}}
	for _, name := range []string{"people", "addresses"} {
		parts.Places[name] = conformance.Place{At: name + " of house.rows[]"}
	}
	s, extra := as(t, "mongodb", connectors.Config{"url": db.URL, "database": db.Database}, whole, parts)
	conformance.Run(t, s, extra...)
}

func TestMySQLAsAProcess(t *testing.T) {
	t.Parallel()
	db := servers.MySQL(t)
	s, extra := as(t, "mysql", connectors.Config{"url": db.URL, "ordinary_url": db.Ordinary}, conformance.Shape{Folds: true})
	conformance.Run(t, s, extra...)
}

// hasty commits before it asks. The cases about processes must find out.
type hasty struct{ sqlite.Connector }

func (h hasty) Open(ctx context.Context, c connectors.Config) (connectors.Store, error) {
	s, err := h.Connector.Open(ctx, c)
	return hastyStore{s}, err
}

type hastyStore struct{ connectors.Store }

func (s hastyStore) Unwrap() any { return s.Store }

func (s hastyStore) Apply(ctx context.Context, do []connectors.Treatment, opt connectors.ApplyOptions) ([]connectors.Outcome, error) {
	w, _ := connectors.As[connectors.Writer](s.Store)
	ask := opt.Confirm
	opt.Confirm = func(context.Context, []connectors.Outcome) error { return nil }
	out, err := w.Apply(ctx, do, opt)
	if err != nil {
		return out, err
	}
	return out, ask(ctx, out)
}

func TestSabotageIsFound(t *testing.T) {
	s, extra := as(t, "hasty", connectors.Config{"file": database(t)})
	report, err := conformance.Suite(t.Context(), s, conformance.Options{Extra: extra, Pattern: "processes"})
	if err != nil {
		t.Fatal(err)
	}
	var failed []string
	for _, r := range report.Results {
		if r.Failure != nil {
			failed = append(failed, r.Case.Name)
		}
	}
	if want := []string{"host-killed-asked", "killed-asked", "no-word"}; !slices.Equal(failed, want) {
		t.Errorf("found %v, want %v", failed, want)
	}
}
