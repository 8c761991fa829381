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

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// s3Env names a service to be used instead of one started here: http://KEY:SECRET@HOST:PORT/?region=REGION.
const s3Env = "DOSSIER_TEST_S3_URL"

// Bucket is one test's own bucket of a service that speaks S3's protocol.
type Bucket struct {
	Name, Endpoint, Region string
	Key, Secret            string     // of an account that may do everything
	Client                 *s3.Client // to look and to lay out past the connector
}

// BucketKind is how a bucket keeps what was deleted.
type BucketKind int

// The kinds.
const (
	Plain     BucketKind = iota
	Versioned            // every version is kept
	Locked               // and versions can be put under a legal hold or a retention period
)

// Settings are those of the connector.
func (b Bucket) Settings() map[string]string {
	return map[string]string{"bucket": b.Name, "endpoint": b.Endpoint, "region": b.Region, "path_style": "true", "access_key_id": b.Key, "secret_access_key": b.Secret}
}

var minio = sync.OnceValues(findS3)

// S3 gives a test an empty bucket, and takes it away with the test.
func S3(t testing.TB, kind BucketKind) Bucket {
	t.Helper()
	b, err := NewS3(fmt.Sprintf("dossier-test-%d-%d", os.Getpid(), databases.Add(1)), kind)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.leave(t, kind) })
	return b
}

func (b Bucket) leave(t testing.TB, kind BucketKind) {
	t.Helper()
	if err := b.remove(context.Background(), kind); err != nil {
		t.Errorf("removing the test's bucket: %v", err)
	}
}

// NewS3 makes an empty bucket of a name. The service lasts as long as this process.
func NewS3(name string, kind BucketKind) (Bucket, error) {
	server, err := minio()
	if err != nil {
		return Bucket{}, fmt.Errorf("a service that speaks S3's protocol is needed, and none is to be had: %w\n`make deps` builds one; %s names one", err, s3Env)
	}
	b := Bucket{Name: name, Region: "us-east-1", Key: server.User.Username()}
	b.Secret, _ = server.User.Password()
	if r := server.Query().Get("region"); r != "" {
		b.Region = r
	}
	return b.lay(server, kind)
}

// lay makes the bucket.
func (b Bucket) lay(server *url.URL, kind BucketKind) (Bucket, error) {
	b.Endpoint = (&url.URL{Scheme: server.Scheme, Host: server.Host}).String()
	b.Client = s3.New(s3.Options{BaseEndpoint: aws.String(b.Endpoint), Region: b.Region, UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider(b.Key, b.Secret, "")})
	ctx := context.Background()
	_, err := b.Client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &b.Name, ObjectLockEnabledForBucket: aws.Bool(kind == Locked)})
	if err == nil && kind == Versioned {
		_, err = b.Client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{Bucket: &b.Name,
			VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
	}
	if err != nil {
		return b, fmt.Errorf("making a bucket: %w", err)
	}
	return b, nil
}

// Remove takes a plain bucket away with everything in it.
func (b Bucket) Remove(ctx context.Context) error { return b.remove(ctx, Plain) }

// remove takes the bucket away with everything in it.
func (b Bucket) remove(ctx context.Context, kind BucketKind) error {
	pages := s3.NewListObjectVersionsPaginator(b.Client, &s3.ListObjectVersionsInput{Bucket: &b.Name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		var all []types.ObjectIdentifier
		for _, v := range page.Versions {
			if kind == Locked {
				_, err := b.Client.PutObjectLegalHold(ctx, &s3.PutObjectLegalHoldInput{Bucket: &b.Name, Key: v.Key, VersionId: v.VersionId,
					LegalHold: &types.ObjectLockLegalHold{Status: types.ObjectLockLegalHoldStatusOff}})
				if err != nil {
					return err
				}
			}
			all = append(all, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
		}
		for _, v := range page.DeleteMarkers {
			all = append(all, types.ObjectIdentifier{Key: v.Key, VersionId: v.VersionId})
		}
		if len(all) == 0 {
			continue
		}
		out, err := b.Client.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: &b.Name, Delete: &types.Delete{Objects: all},
			BypassGovernanceRetention: aws.Bool(kind == Locked)})
		if err != nil {
			return err
		}
		for _, e := range out.Errors {
			return errors.New(aws.ToString(e.Message))
		}
	}
	_, err := b.Client.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: &b.Name})
	return err
}

func findS3() (*url.URL, error) {
	if text := os.Getenv(s3Env); text != "" {
		return url.Parse(text)
	}
	binary, err := tool("minio", "github.com/minio/minio")
	if err != nil {
		return nil, err
	}
	var failed error
	for range 5 { // somebody may take the port between finding and using it
		address, err := startMinIO(binary)
		if err == nil {
			return address, nil
		}
		failed = err
	}
	return nil, failed
}

func startMinIO(binary string) (*url.URL, error) {
	own := account{}
	dir, err := own.folder("s3")
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	address := net.JoinHostPort("127.0.0.1", port)
	if err = own.start(dir, minioReady, minioCommand(binary, address, dir)...); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return minioURL(address), nil
}

// minioReady is what MinIO says when it can be asked.
const minioReady = "API:"

func minioCommand(binary, address, dir string) []string {
	return []string{"env", "MINIO_ROOT_USER=dossier", "MINIO_ROOT_PASSWORD=" + ordinary, "MINIO_BROWSER=off", "MINIO_UPDATE=off", "MINIO_CI_CD=1",
		binary, "server", "--address", address, dir}
}

func minioURL(address string) *url.URL {
	return &url.URL{Scheme: "http", User: url.UserPassword("dossier", ordinary), Host: address}
}
