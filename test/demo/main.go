// Command demo puts the databases of the demonstration's sample on a server:
//
//	demo postgres .demo
//	demo mysql .demo
//
// It starts a server, moves .demo/stores/register.db and ledger.db to it, writes the map with the other connector's name to .demo/map, and
// says on standard output where everything is, a NAME=VALUE line each, then an empty line. It ends, and the server with it, when its
// standard input does. Exit codes: 0 ended so, 1 failed, 2 usage.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/dossier-dsr/dossier/test/moved"
	"github.com/dossier-dsr/dossier/test/servers"
)

// stores are the kinds of servers, each by the name of its connector, and how a file is moved to one.
var stores = map[string]func(ctx context.Context, system, file string) (servers.Database, error){
	"postgres": toPostgres,
	"mysql":    toMySQL,
}

func main() {
	if len(os.Args) != 3 || stores[os.Args[1]] == nil {
		_, _ = fmt.Fprintln(os.Stderr, "demo postgres|mysql .demo: a kind of server and the demonstration's folder are expected")
		os.Exit(2)
	}
	err := run(context.Background(), os.Args[1], os.Args[2], os.Stdout)
	if err == nil {
		_, err = io.Copy(io.Discard, os.Stdin)
	}
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, connector, dir string, out io.Writer) error {
	mapDir := filepath.Join(dir, "map")
	if err := os.CopyFS(mapDir, os.DirFS(filepath.Join("manifests", "cooperative"))); err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(mapDir, "sample")); err != nil {
		return err
	}
	for _, system := range moved.Stores {
		db, err := stores[connector](ctx, system, filepath.Join(dir, "stores", system+".db"))
		if err != nil {
			return err
		}
		if err := moved.Map(mapDir, system, connector); err != nil {
			return err
		}
		name := strings.ToUpper(system)
		if _, err := fmt.Fprintf(out, "%[1]s_URL=%[2]s\n%[1]s_APP_URL=%[3]s\n%[1]s_ADMIN_URL=%[4]s\n", name, db.Bare, db.Ordinary, db.URL); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(out, "DOSSIER_MAP=%s\n\n", mapDir)
	return err
}

func toPostgres(ctx context.Context, system, file string) (servers.Database, error) {
	db, err := servers.NewPostgres(system)
	if err != nil {
		return db, err
	}
	admin, err := pgx.Connect(ctx, db.URL)
	if err != nil {
		return db, err
	}
	return db, errors.Join(moved.Move(ctx, file, moved.Postgres{Conn: admin}), admin.Close(ctx))
}

func toMySQL(ctx context.Context, system, file string) (servers.Database, error) {
	db, err := servers.NewMySQL(system)
	if err != nil {
		return db, err
	}
	pool, err := servers.OpenMySQL(db.URL)
	if err != nil {
		return db, err
	}
	admin, err := pool.Conn(ctx)
	if err != nil {
		return db, errors.Join(err, pool.Close())
	}
	return db, errors.Join(moved.Move(ctx, file, moved.MySQL{Conn: admin}), admin.Close(), pool.Close())
}
