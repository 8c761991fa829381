package servers

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// OwnMongo is a FerretDB of one test's own, which may be killed and started anew. It ends with the test.
type OwnMongo struct {
	dir, address string
	command      []string
	watched
}

// StartMongo starts one.
func StartMongo(t testing.TB) *OwnMongo {
	t.Helper()
	binary, err := tool("ferretdb", ".")
	if err != nil {
		t.Fatalf("this test needs a FerretDB of its own: %v\n`make deps` builds one", err)
	}
	var failed error
	for range 5 { // somebody may take the port between finding and using it
		dir, err := account{}.folder("fdb")
		if err != nil {
			t.Fatal(err)
		}
		port, err := freePort()
		if err != nil {
			t.Fatal(err)
		}
		o := &OwnMongo{dir: dir, address: net.JoinHostPort("127.0.0.1", port)}
		o.command = []string{"/bin/sh", "-c", `echo $$ >"$0"; exec "$@"`, filepath.Join(dir, "pid"), binary, o.address}
		if failed = o.Start(); failed == nil {
			o.endWith(t)
			return o
		}
		failed = errors.Join(failed, os.RemoveAll(dir))
	}
	t.Fatal(failed)
	return nil
}

// Mongo is a database of the server.
func (o *OwnMongo) Mongo(t testing.TB) Mongo {
	t.Helper()
	u := (&url.URL{Scheme: "mongodb", Host: o.address, Path: "/"}).String()
	client, err := mongo.Connect(options.Client().ApplyURI(u))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(context.Background()) })
	return Mongo{URL: u, Database: "own", Held: "own_held", Client: client}
}

// Start starts the server anew, once it was killed, with what its disk holds, and waits until it listens.
func (o *OwnMongo) Start() error {
	return o.begin(account{}, o.dir, "listening", o.command...)
}

// Kill ends the server as a power cut does, and waits until it is gone.
func (o *OwnMongo) Kill() error { return kill(o.dir) }
