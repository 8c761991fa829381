package servers

import (
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"
)

// OwnS3 is a MinIO of one test's own, which may be killed and started anew. It ends with the test.
type OwnS3 struct {
	dir     string
	url     *url.URL
	command []string
	watched
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
			o.endWith(t)
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
	return o.begin(account{}, o.dir, minioReady, o.command...)
}

// Kill ends the server as a power cut does, and waits until it is gone.
func (o *OwnS3) Kill() error { return kill(o.dir) }
