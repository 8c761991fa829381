package servers

import (
	"context"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// mostInOneCommand is how many statements of one command FerretDB can carry out over PostgreSQL: for each it keeps a connection until the command ends.
const mostInOneCommand = 1100

// MongoOnPostgres is a database of FerretDB with its data in PostgreSQL.
type MongoOnPostgres struct {
	Mongo
	tables string // where PostgreSQL has them; "": a server finds documents by itself
}

// NewMongoOnPostgres starts FerretDB over a PostgreSQL server of its own, for measurements. Over SQLite it reads a whole collection for each document that is
// written under a filter for more than its _id; here it has the server look for the _id, which an index finds ([MongoOnPostgres.Index]). It is not what tests
// run on: updates and deletions whose filter leads through an array silently match nothing here.
func NewMongoOnPostgres() (MongoOnPostgres, error) {
	if os.Getenv(mongoEnv) != "" {
		m, err := NewMongo()
		return MongoOnPostgres{Mongo: m}, err
	}
	server, err := anyPostgres(fmt.Sprintf("max_connections=%d", mostInOneCommand+20), "shared_buffers=512MB", "jit=off")
	if err != nil {
		return MongoOnPostgres{}, err
	}
	if err := tell(server, "CREATE DATABASE ferretdb TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return MongoOnPostgres{}, err
	}
	u := *server
	u.Path = "/ferretdb"
	tables := u.String()
	pool := u.Query()
	pool.Set("pool_max_conns", fmt.Sprint(mostInOneCommand))
	u.RawQuery = pool.Encode()
	address, err := anyFerret(u.String())
	if err != nil {
		return MongoOnPostgres{}, err
	}
	m, err := mongoAt(address)
	return MongoOnPostgres{m, tables}, err
}

// Index lets documents of a collection be found by their _id: FerretDB asks PostgreSQL for it with an operator that its own index cannot answer. The collection
// is there, and holds what it is going to.
func (m MongoOnPostgres) Index(ctx context.Context, c *mongo.Collection) error {
	if m.tables == "" {
		return nil
	}
	conn, err := pgx.Connect(ctx, m.tables)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var table string
	err = conn.QueryRow(ctx, "SELECT _jsonb->>'table' FROM "+m.Database+"._ferretdb_database_metadata WHERE _jsonb->>'_id' = $1", c.Name()).Scan(&table)
	if err != nil {
		return fmt.Errorf("looking for the table of %s: %w", c.Name(), err)
	}
	at := fmt.Sprintf("%s.%q", m.Database, table)
	for _, q := range []string{"CREATE INDEX ON " + at + " USING gin ((_jsonb->'_id')) WITH (fastupdate = off)", "ANALYZE " + at} { //nolint:misspell // SQL spells it so
		if _, err := conn.Exec(ctx, q); err != nil {
			return err
		}
	}
	return nil
}
