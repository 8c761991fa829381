package servers

import (
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// OwnS3 is a MinIO of one test's own, which may be killed and started anew. It ends with the test.
type OwnS3 struct {
	dir      string
	url      *url.URL
	command  []string
	watchers []*watcher // of this server and of those that were killed
}

// StartS3 starts one.
func StartS3(t testing.TB) *OwnS3 {
	t.Helper()
	binary, err := tool("minio", "github.com/minio/minio")
	if err != nil {
		t.Fatalf("this test needs a MinIO of its own: %v\n`make deps` builds one", err)
	}
	var failed error
	for range 5 { // somebody may take the port between finding and using it
		dir, err := account{}.folder("s3")
		if err != nil {
			t.Fatal(err)
		}
		port, err := freePort()
		if err != nil {
			t.Fatal(err)
		}
		address := net.JoinHostPort("127.0.0.1", port)
		data := filepath.Join(dir, "data")
		numbered := []string{"/bin/sh", "-c", `echo $$ >"$0"; exec "$@"`, filepath.Join(dir, "pid")}
		o := &OwnS3{dir: dir, url: minioURL(address), command: append(numbered, minioCommand(binary, address, data)...)}
		if failed = o.Start(); failed == nil {
			t.Cleanup(func() {
				for _, w := range slices.Backward(o.watchers) {
					if err := w.end(); err != nil {
						t.Errorf("ending the test's own server: %v", err)
					}
				}
			})
			return o
		}
		failed = errors.Join(failed, os.RemoveAll(dir))
	}
	t.Fatal(failed)
	return nil
}

// Bucket gives an empty bucket of the server, as [S3] does. The server has to be there when the test ends.
func (o *OwnS3) Bucket(t testing.TB, kind BucketKind) Bucket {
	t.Helper()
	b, err := Bucket{Name: "own", Region: "us-east-1", Key: o.url.User.Username(), Secret: ordinary}.lay(o.url, kind)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.leave(t, kind) })
	return b
}

// Start starts the server anew, once it was killed, with what its disk holds, and waits until it answers.
func (o *OwnS3) Start() error {
	w, err := account{}.begin(o.dir, minioReady, o.command...)
	if err == nil {
		o.watchers = append(o.watchers, w)
	}
	return err
}

// Kill ends the server as a power cut does, and waits until it is gone.
func (o *OwnS3) Kill() error { return kill(o.dir) }
