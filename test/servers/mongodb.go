package servers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// mongoEnv names a server to be used instead of one started here.
const mongoEnv = "DOSSIER_TEST_MONGODB_URL"

// Mongo is one test's own database on a server that speaks MongoDB's protocol, and one more for what is restricted.
type Mongo struct {
	URL      string
	Database string
	Held     string
	Client   *mongo.Client // to look and to lay out past the connector
}

var ferret = sync.OnceValues(findMongo)

// MongoDB gives a test an empty database, and takes it away with the test.
func MongoDB(t testing.TB) Mongo {
	t.Helper()
	m, err := NewMongo()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Drop(context.Background()); err != nil {
			t.Errorf("dropping the test's databases: %v", err)
		}
	})
	return m
}

// NewMongo is an empty database of its own, until Drop takes it away.
func NewMongo() (Mongo, error) {
	server, err := ferret()
	if err != nil {
		return Mongo{}, fmt.Errorf("this needs a server that speaks MongoDB's protocol, and none is to be had: %w\n`make deps` builds one; %s names one", err, mongoEnv)
	}
	return mongoAt(server)
}

func mongoAt(server string) (Mongo, error) {
	client, err := mongo.Connect(options.Client().ApplyURI(server))
	if err != nil {
		return Mongo{}, fmt.Errorf("connecting: %w", err)
	}
	name := fmt.Sprintf("dossier_test_%d_%d", os.Getpid(), databases.Add(1))
	return Mongo{URL: server, Database: name, Held: name + "_held", Client: client}, nil
}

// Drop takes both databases away.
func (m Mongo) Drop(ctx context.Context) error {
	return errors.Join(m.Client.Database(m.Database).Drop(ctx), m.Client.Database(m.Held).Drop(ctx), m.Client.Disconnect(ctx))
}

func findMongo() (string, error) {
	if text := os.Getenv(mongoEnv); text != "" {
		return text, nil
	}
	return anyFerret()
}

// anyFerret starts a server of its own, with the arguments after its address.
func anyFerret(args ...string) (string, error) {
	binary, err := tool("ferretdb", ".")
	if err != nil {
		return "", err
	}
	var failed error
	for range 5 { // somebody may take the port between finding and using it
		address, err := startFerret(binary, args...)
		if err == nil {
			return address, nil
		}
		failed = err
	}
	return "", failed
}

func startFerret(binary string, args ...string) (string, error) {
	own := account{}
	dir, err := own.folder("fdb")
	if err != nil {
		return "", err
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	address := net.JoinHostPort("127.0.0.1", port)
	if err := own.start(dir, "listening", append([]string{binary, address}, args...)...); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	u := url.URL{Scheme: "mongodb", Host: address, Path: "/"}
	return u.String(), nil
}
