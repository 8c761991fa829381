package s3

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors"
)

// heeds finds out, once, whether the service heeds preconditions: one that does not would let us overwrite what others write. It writes an
// empty object below the closed prefix on a condition that does not hold.
func (s *store) heeds(ctx context.Context) error {
	s.heedsOnce.Lock()
	defer s.heedsOnce.Unlock()
	if s.heedsIf {
		return nil
	}
	key := s.held + rand.Text() + ".try"
	_, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &s.bucket, Key: &key, Body: bytes.NewReader(nil), IfMatch: aws.String(`"0"`)})
	if err == nil {
		return errors.Join(fmt.Errorf("%w: this service does not heed preconditions (If-Match), so that objects others write meanwhile would be overwritten", connectors.ErrNotSupported),
			s.drop(ctx, key))
	}
	err = failure("s3:PutObject", err)
	if errors.Is(err, errAbsent) || errors.Is(err, errChanged) {
		s.heedsIf = true
		return nil
	}
	return err
}
