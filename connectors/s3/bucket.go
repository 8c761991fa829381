package s3

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// version is one of an object; of a bucket without versions, the object itself, without an id.
type version struct {
	id     string
	etag   string
	size   int64
	at     time.Time
	marker bool // a delete marker
}

// item is one key and its versions, the newest first.
type item struct {
	key      string
	versions []version
}

// current is what applications see; ok is false where there is nothing, or a delete marker.
func (i item) current() (version, bool) {
	if len(i.versions) == 0 || i.versions[0].marker {
		return version{}, false
	}
	return i.versions[0], true
}

// newest is the newest version with content.
func (i item) newest() (version, bool) {
	for _, v := range i.versions {
		if !v.marker {
			return v, true
		}
	}
	return version{}, false
}

// look asks how the bucket keeps what is deleted.
func (s *store) look(ctx context.Context) error {
	v, err := s.client.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &s.bucket})
	if err := failure("s3:GetBucketVersioning", err); err != nil {
		if errors.Is(err, errAbsent) {
			return wrong(settingBucket, "there is no bucket of this name", "")
		}
		return err
	}
	s.versions, s.keeps = v.Status != "", v.Status == types.BucketVersioningStatusEnabled
	if !s.versions {
		return nil
	}
	lock, err := s.client.GetObjectLockConfiguration(ctx, &s3.GetObjectLockConfigurationInput{Bucket: &s.bucket})
	if err := failure("s3:GetBucketObjectLockConfiguration", err); err != nil {
		if errors.Is(err, errAbsent) {
			return nil
		}
		return err
	}
	s.locks = lock.ObjectLockConfiguration != nil && lock.ObjectLockConfiguration.ObjectLockEnabled == types.ObjectLockEnabledEnabled
	s.retains = s.locks && lock.ObjectLockConfiguration.Rule != nil && lock.ObjectLockConfiguration.Rule.DefaultRetention != nil
	return nil
}

// list visits the keys that begin with prefix, in order, until visit says that it has enough. What the service gives no name to is no key.
func (s *store) list(ctx context.Context, prefix string, visit func(item) (more bool, err error)) error {
	if s.versions {
		return s.listVersions(ctx, prefix, visit)
	}
	pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if unnameable(err) {
			return nil
		}
		if err != nil {
			return failure("s3:ListBucket", err)
		}
		for _, o := range page.Contents {
			v := version{etag: aws.ToString(o.ETag), size: aws.ToInt64(o.Size), at: aws.ToTime(o.LastModified)}
			if more, err := visit(item{key: aws.ToString(o.Key), versions: []version{v}}); err != nil || !more {
				return err
			}
		}
	}
	return nil
}

func (s *store) listVersions(ctx context.Context, prefix string, visit func(item) (bool, error)) error {
	pages := s3.NewListObjectVersionsPaginator(s.client, &s3.ListObjectVersionsInput{Bucket: &s.bucket, Prefix: &prefix})
	var in item
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if unnameable(err) {
			return nil
		}
		if err != nil {
			return failure("s3:ListBucketVersions", err)
		}
		for _, next := range merged(page) {
			if next.key == in.key {
				in.versions = append(in.versions, next.versions...)
				continue
			}
			if in.key != "" {
				if more, err := visit(in); err != nil || !more {
					return err
				}
			}
			in = next
		}
	}
	if in.key == "" {
		return nil
	}
	_, err := visit(in)
	return err
}

// merged brings the versions and the delete markers of a page together, each key's from the newest.
func merged(page *s3.ListObjectVersionsOutput) []item {
	var out []item
	at := map[string]int{}
	add := func(key string, v version, latest bool) {
		i, known := at[key]
		if !known {
			i = len(out)
			at[key] = i
			out = append(out, item{key: key})
		}
		list := out[i].versions
		n := len(list)
		for n > 0 && (latest || v.at.After(list[n-1].at)) {
			n--
		}
		out[i].versions = append(list[:n:n], append([]version{v}, list[n:]...)...)
	}
	for _, v := range page.Versions {
		add(aws.ToString(v.Key), version{id: aws.ToString(v.VersionId), etag: aws.ToString(v.ETag), size: aws.ToInt64(v.Size), at: aws.ToTime(v.LastModified)}, false)
	}
	for _, m := range page.DeleteMarkers {
		add(aws.ToString(m.Key), version{id: aws.ToString(m.VersionId), at: aws.ToTime(m.LastModified), marker: true}, aws.ToBool(m.IsLatest))
	}
	sortByKey(out)
	return out
}

// one gives a key as it is now; without versions where there is none.
func (s *store) one(ctx context.Context, key string) (item, error) {
	out := item{key: key}
	err := s.list(ctx, key, func(i item) (bool, error) {
		if i.key == key { // the first of those it is a prefix of
			out = i
		}
		return false, nil
	})
	return out, err
}

// open opens a version as it was found; errAbsent where it is gone, errChanged where another stands there.
func (s *store) open(ctx context.Context, key string, v version) (*s3.GetObjectOutput, error) {
	return s.openAs(ctx, s.client, key, v)
}

func (s *store) openAs(ctx context.Context, c *s3.Client, key string, v version) (*s3.GetObjectOutput, error) {
	in := &s3.GetObjectInput{Bucket: &s.bucket, Key: &key}
	if v.etag != "" {
		in.IfMatch = &v.etag
	}
	if v.id != "" {
		in.VersionId = &v.id
	}
	out, err := c.GetObject(ctx, in)
	if err != nil {
		return nil, failure("s3:GetObject", err)
	}
	out.Body = metered(ctx, s.resuming(ctx, c, *in, out))
	return out, nil
}

// outdated is the error of reading the version that was found to be the newest: where it has gone although the bucket keeps versions, another has come in its place, and
// what stands there now has to be looked at.
func (v version) outdated(err error) error {
	if v.id != "" && errors.Is(err, errAbsent) {
		return errChanged
	}
	return err
}

// reader gives a body whose errors name no key.
type reader struct {
	io.ReadCloser
}

func (r reader) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = failure("s3:GetObject", err)
	}
	return n, err
}
