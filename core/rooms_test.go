package core_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/dossier-dsr/dossier/"

// mayImport is the house's plan: each room, and the rooms of this module it may import. Of "connectors" it is the contract alone, of
// "connectors/..." the stores too. A room that is not named here fails the test, so that a new one is thought about. Tests are free.
var mayImport = map[string][]string{
	"core":           {},
	"core/subject":   {},
	"core/datamap":   {"core/subject"},
	"core/request":   {"core/subject"},
	"core/graph":     {"core/datamap", "core/subject", "connectors"},
	"core/policy":    {"core/datamap", "core/request", "core/subject", "core/graph", "core/plan", "connectors"},
	"core/plan":      {"core/datamap", "core/request", "core/subject"},
	"core/planner":   {"core/plan", "core/graph", "core/policy", "core/datamap", "core/request", "core/subject", "connectors"},
	"core/engine":    {"core/plan", "core/planner", "core/state", "core/keys", "core/tombstone", "core/recipient", "core/journal", "core/request", "core/datamap", "core/subject", "core/archive", "core/reply", "core/policy", "core/graph", "connectors"},
	"core/livecheck": {"core/datamap", "connectors"},
	"core/state":     {"prepared"},
	"core/keys":      {},
	"core/archive":   {"core/plan", "core/datamap", "core/request", "core/subject"},
	"core/reply":     {"core/plan", "core/request", "core/datamap"},
	"core/tombstone": {"core/subject", "core/plan", "core/state", "core/keys", "core/datamap", "core/journal", "core/request"},
	"core/recipient": {"core/subject", "core/plan", "core/state", "core/keys", "core/datamap", "core/request"},
	"core/journal":   {"core/subject", "core/plan", "core/state", "core/keys"},
	"connectors":     {"prepared"},
	"prepared":       {},
	"plugins":        {"connectors/..."},
	"manifests":      {"core/subject"},
	"cmd":            {"core", "connectors/...", "plugins", "manifests"},
	"test":           {"core", "connectors/...", "plugins", "manifests", "cmd"},
}

// mayLink names, of modules that decide what a room depends on in the world outside, the rooms that may import them.
var mayLink = map[string][]string{
	"google.golang.org/":           {"plugins"},
	"github.com/hashicorp/":        {"plugins"},
	"modernc.org/sqlite":           {"connectors/sqlite", "core/state", "manifests", "test"},
	"github.com/jackc/pgx/":        {"connectors/postgres", "test"},
	"github.com/aws/":              {"connectors/s3", "test"},
	"github.com/parquet-go/":       {"connectors/rowfile/parquet", "test"},
	"go.mongodb.org/mongo-driver":  {"connectors/mongodb", "test"},
	"github.com/go-sql-driver/":    {"connectors/mysql", "test"},
	"github.com/riverqueue/":       {"core/engine/wake", "core/state"}, // state migrates its tables
	"github.com/alecthomas/kong":   {"cmd"},
	"github.com/chromedp/chromedp": {},
}

// TestRooms fails when a room imports what it may not.
func TestRooms(t *testing.T) {
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != ".." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		rel, _ := filepath.Rel("..", filepath.Dir(path))
		room, ok := roomOf(filepath.ToSlash(rel))
		if !ok {
			t.Errorf("%s: the house has no room %s; add it to mayImport with what it may import", path, rel)
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, imp := range f.Imports {
			name, _ := strconv.Unquote(imp.Path.Value)
			target, inside := strings.CutPrefix(name, module)
			if !inside && !linked(filepath.ToSlash(rel), name) {
				t.Errorf("%s imports %s; mayLink says who may", path, name)
			}
			if inside && !allowed(room, target) {
				t.Errorf("%s: room %s imports %s; it may import %v", path, room, target, mayImport[room])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// roomOf finds the longest room a folder is in.
func roomOf(folder string) (string, bool) {
	for f := folder; f != "." && f != "/"; f = filepath.Dir(f) {
		if _, ok := mayImport[f]; ok && (f != "core" || folder == "core") {
			return f, true
		}
	}
	return "", false
}

func allowed(room, target string) bool {
	return within(target, room) || slices.ContainsFunc(mayImport[room], func(r string) bool {
		if whole, ok := strings.CutSuffix(r, "/..."); ok {
			return within(target, whole)
		}
		return target == r || r != "connectors" && within(target, r)
	})
}

func within(folder, room string) bool { return folder == room || strings.HasPrefix(folder, room+"/") }

// linked says whether a folder may import a module from outside; what is not named in mayLink is free.
func linked(folder, name string) bool {
	for prefix, rooms := range mayLink {
		if strings.HasPrefix(name, prefix) && !slices.ContainsFunc(rooms, func(r string) bool { return within(folder, r) }) {
			return false
		}
	}
	return true
}
