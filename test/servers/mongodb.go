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
	server, err := ferret()
	if err != nil {
		t.Fatalf("this test needs a server that speaks MongoDB's protocol, and none is to be had: %v\n`make deps` builds one; %s names one", err, mongoEnv)
	}
	client, err := mongo.Connect(options.Client().ApplyURI(server))
	if err != nil {
		t.Fatalf("connecting: %v", err)
	}
	name := fmt.Sprintf("dossier_test_%d_%d", os.Getpid(), databases.Add(1))
	m := Mongo{URL: server, Database: name, Held: name + "_held", Client: client}
	t.Cleanup(func() {
		ctx := context.Background()
		err := errors.Join(client.Database(m.Database).Drop(ctx), client.Database(m.Held).Drop(ctx), client.Disconnect(ctx))
		if err != nil {
			t.Errorf("dropping the test's databases: %v", err)
		}
	})
	return m
}

func findMongo() (string, error) {
	if text := os.Getenv(mongoEnv); text != "" {
		return text, nil
	}
	binary, err := tool("ferretdb", ".")
	if err != nil {
		return "", err
	}
	var failed error
	for range 5 { // somebody may take the port between finding and using it
		address, err := startFerret(binary)
		if err == nil {
			return address, nil
		}
		failed = err
	}
	return "", failed
}

func startFerret(binary string) (string, error) {
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
	if err := own.start(dir, "listening", binary, address); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	u := url.URL{Scheme: "mongodb", Host: address, Path: "/"}
	return u.String(), nil
}
