package mongodb

import (
	"context"

	"go.mongodb.org/mongo-driver/v2/mongo"

	"github.com/dossier-dsr/dossier/connectors"
)

// Version of this connector.
const Version = "0.1.0"

// maxValues is how many tuples a Match may have: their variants have to fit into one query.
const maxValues = 5000

// Connector makes stores of MongoDB databases.
type Connector struct{}

// Describe says what this connector is and can do.
func (Connector) Describe() connectors.Description {
	return connectors.Description{
		Name: "mongodb", Version: Version,
		Config: []connectors.Setting{
			{Name: settingURL, Required: true, Secret: true, Help: "mongodb:// or mongodb+srv://, with account and options; `dossier connector grants` prints the role of the account"},
			{Name: settingDatabase, Required: true, Help: "the database that holds the collections"},
			{Name: settingHeld, Help: "the closed database for what is restricted, of which applications know nothing; DATABASE_held unless named"},
			{Name: settingOrdinary, Secret: true, Help: "the account applications use: restriction is proven against it"},
		},
		Verbs: []connectors.Verb{connectors.Delete, connectors.Set, connectors.Ensure,
			connectors.Block, connectors.Release, connectors.Recount},
		Blocking:  []string{methodMove},
		Folds:     true,
		MaxValues: maxValues,
		KeepsDeleted: "the journal and the free space of the data files keep deleted documents until they are overwritten, the oplog of a replica set " +
			"until it has rolled over (by its size, usually days), and backups as long as they are kept",
	}
}

// Open connects to a database, and asks the server what it can do.
func (c Connector) Open(ctx context.Context, config connectors.Config) (connectors.Store, error) {
	if err := c.Describe().Check(config).Err(); err != nil {
		return nil, err
	}
	set, err := fromConfig(config)
	if err != nil {
		return nil, err
	}
	client, err := set.connect(settingURL, set.url)
	if err != nil {
		return nil, err
	}
	s := &store{settings: set, client: client, db: client.Database(set.database), heldDB: client.Database(set.held)}
	if s.can, err = ask(ctx, client); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// store is one open database. It remembers nothing between calls.
type store struct {
	settings
	can    can
	client *mongo.Client
	db     *mongo.Database
	heldDB *mongo.Database
}

// Close ends the connections.
func (s *store) Close() error {
	return failure(context.Background(), "closing", s.client.Disconnect(context.Background()))
}
