package servers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

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
	binary, err := ferretBinary()
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

// ferretBinary is the server, built by the first who needs it and kept among the tools of the house; test/servers/ferretdb is its source.
func ferretBinary() (string, error) {
	house, err := house()
	if err != nil {
		return "", err
	}
	tools, source := filepath.Join(house, ".tools"), filepath.Join(house, "test", "servers", "ferretdb")
	if err := os.MkdirAll(tools, 0o755); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(filepath.Join(tools, "ferretdb.lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	binary := filepath.Join(tools, "ferretdb")
	if newer(binary, filepath.Join(source, "main.go"), filepath.Join(source, "go.mod"), filepath.Join(source, "go.sum")) {
		return binary, nil
	}
	build := exec.Command("go", "build", "-trimpath", "-o", binary, ".")
	build.Dir, build.Env = source, append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building it: %w\n%s", err, out)
	}
	now := time.Now() // go build leaves a binary alone that is as it should be
	return binary, os.Chtimes(binary, now, now)
}

// newer says whether a file is there and not older than any of the others.
func newer(file string, others ...string) bool {
	info, err := os.Stat(file)
	if err != nil {
		return false
	}
	for _, o := range others {
		if other, err := os.Stat(o); err != nil || other.ModTime().After(info.ModTime()) {
			return false
		}
	}
	return true
}

// house is the folder above the tests' own that holds the server's source.
func house() (string, error) {
	dir, err := os.Getwd()
	for err == nil && dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "test", "servers", "ferretdb", "go.mod")); err == nil {
			return dir, nil
		}
		dir = filepath.Dir(dir)
	}
	return "", errors.Join(errors.New("no folder above this test holds test/servers/ferretdb"), err)
}
