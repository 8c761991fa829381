package s3

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors"
)

// abandoned is the age from which on an upload in parts is believed to have been given up by who began it.
const abandoned = 24 * time.Hour

// clear takes away what a deletion by key leaves beside objects: uploads in parts that were begun at such a key and given up. Nobody sees them,
// and they hold what was sent.
func (a *application) clear(ctx context.Context, w *work) error {
	if w.Verb != connectors.Delete || !w.byPath {
		return nil
	}
	for _, p := range prefixes(w.from, w.match) {
		pages := s3.NewListMultipartUploadsPaginator(a.client, &s3.ListMultipartUploadsInput{Bucket: &a.bucket, Prefix: &p.text})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if unnameable(err) {
				break
			}
			if err != nil {
				return failure("s3:ListBucketMultipartUploads", err)
			}
			for _, u := range page.Uploads {
				if !w.names(aws.ToString(u.Key)) || time.Since(aws.ToTime(u.Initiated)) < a.patience() {
					continue
				}
				_, err := a.client.AbortMultipartUpload(ctx, &s3.AbortMultipartUploadInput{Bucket: &a.bucket, Key: u.Key, UploadId: u.UploadId})
				if err := failure("s3:AbortMultipartUpload", err); err != nil && !errors.Is(err, errAbsent) {
					return err
				}
			}
		}
	}
	return nil
}

// names says whether the selection names a key by fields of its path.
func (w *work) names(key string) bool {
	values, ok := w.from.Path.Read(strings.Split(key, "/"))
	return ok && w.match.May(len(w.from.Path.Segments)-1, values)
}

func (s *store) patience() time.Duration {
	if s.given > 0 {
		return s.given
	}
	return abandoned
}
