package mongodb

import (
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"github.com/dossier-dsr/dossier/connectors"
)

const (
	settingURL      = "url"
	settingDatabase = "database"
	settingHeld     = "held_database"
	settingOrdinary = "ordinary_url"
)

// patience is how long a server may take to be found, at most: an address may say less (serverSelectionTimeoutMS).
const patience = 15 * time.Second

// settings is where the database is.
type settings struct {
	url, database, held, ordinary string
}

func wrong(setting, summary, hint string) error {
	return connectors.Diagnostics{{Severity: connectors.Error, Path: "config." + setting, Summary: summary, Detail: hint}}
}

// fromConfig reads the config; no message holds a value of it.
func fromConfig(c connectors.Config) (settings, error) {
	s := settings{url: c[settingURL], database: c[settingDatabase], held: c[settingHeld], ordinary: c[settingOrdinary]}
	if s.held == "" {
		s.held = s.database + "_held"
	}
	if badDatabase(s.database) {
		return s, wrong(settingDatabase, "database is no name of a database", "letters, digits, _ and -, at most 63")
	}
	if badDatabase(s.held) || s.held == s.database {
		return s, wrong(settingHeld, "held_database is no name of another database", "letters, digits, _ and -, at most 63")
	}
	return s, nil
}

func badDatabase(name string) bool {
	return name == "" || len(name) > 63 || strings.ContainsAny(name, "/\\. \"$*<>:|?\x00")
}

// connect makes a client. What is read is what a majority holds and cannot be rolled back; what is written waits for a majority
// and its journal. A read is made from the primary, never from a copy that may lag behind.
func (s settings) connect(setting, url string) (*mongo.Client, error) {
	journal := true
	majority := writeconcern.Majority()
	majority.Journal = &journal
	opts := options.Client().ApplyURI(url)
	if opts.Validate() != nil {
		return nil, wrong(setting, setting+" is no address of a MongoDB server", "mongodb://account:password@host/?options")
	}
	if t := opts.ServerSelectionTimeout; t == nil || *t <= 0 || *t > patience {
		opts.SetServerSelectionTimeout(patience)
	}
	opts.SetAppName("dossier").SetReadPreference(readpref.Primary()).
		SetReadConcern(readconcern.Majority()).SetWriteConcern(majority).SetRetryWrites(true)
	client, err := mongo.Connect(opts)
	if err != nil {
		return nil, wrong(setting, setting+" is no address of a MongoDB server", "mongodb://account:password@host/?options")
	}
	return client, nil
}
