package s3

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/dossier-dsr/dossier/connectors/objects"
)

// closed says why what has our tag is not out of reach of applications; "" where it is. S3 knows no statement that keeps an object with a tag from being written
// over or deleted; where the bucket keeps versions, neither changes what stands there, so that only removing versions has to be denied beside reading and
// taking the tag off. An account of applications tries all of it, on an object made for that; where none is named, the statements have to be in
// the bucket's policy.
func (s *store) closed(ctx context.Context) (why string, err error) {
	if !s.keeps {
		return "the bucket keeps no versions, so that objects are written over and deleted whatever tags they have", nil
	}
	if s.ordinary == nil {
		there, err := s.statesTag(ctx)
		if err == nil && !there {
			why = "its policy has no statements " + tagSid + " and " + versionsSid
		}
		return why, err
	}
	return s.tried(ctx)
}

// triedPrefix is where the object stands for a moment on which is tried what applications may do.
const triedPrefix = objects.OwnPrefix + "tried/"

// tried makes an object with the tag, lets an account of applications try to get at it, and takes it away again.
func (s *store) tried(ctx context.Context) (why string, err error) {
	key := triedPrefix + rand.Text()
	made, err := s.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &s.bucket, Key: &key, Body: bytes.NewReader(nil), Tagging: aws.String(heldTag + "=" + label("tried"))})
	if err = failure("s3:PutObject", err); err != nil {
		return "", err
	}
	defer func() {
		if left, dropped := s.one(context.WithoutCancel(ctx), key); dropped == nil {
			err = errors.Join(err, s.dropVersions(context.WithoutCancel(ctx), key, left.versions))
		} else {
			err = errors.Join(err, dropped)
		}
	}()
	id := made.VersionId
	other := &types.Tagging{TagSet: []types.Tag{{Key: aws.String("tried"), Value: aws.String("yes")}}}
	c := s.ordinary
	for _, x := range []struct {
		doing, says string
		try         func() error
	}{
		{"s3:GetObject", "read it", func() error {
			return opened(c.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: &key}))
		}},
		{"s3:GetObjectVersion", "read its version", func() error {
			return opened(c.GetObject(ctx, &s3.GetObjectInput{Bucket: &s.bucket, Key: &key, VersionId: id}))
		}},
		{"s3:PutObjectTagging", "give it other tags", func() error {
			_, err := c.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{Bucket: &s.bucket, Key: &key, Tagging: other})
			return err
		}},
		{"s3:PutObjectVersionTagging", "give its version other tags", func() error {
			_, err := c.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{Bucket: &s.bucket, Key: &key, VersionId: id, Tagging: other})
			return err
		}},
		{"s3:DeleteObjectTagging", "take its tags off", func() error {
			_, err := c.DeleteObjectTagging(ctx, &s3.DeleteObjectTaggingInput{Bucket: &s.bucket, Key: &key})
			return err
		}},
		{"s3:DeleteObjectVersionTagging", "take the tags of its version off", func() error {
			_, err := c.DeleteObjectTagging(ctx, &s3.DeleteObjectTaggingInput{Bucket: &s.bucket, Key: &key, VersionId: id})
			return err
		}},
		{"s3:DeleteObjectVersion", "remove its version", func() error {
			_, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &key, VersionId: id})
			return err
		}},
	} {
		err := failure(x.doing, x.try())
		switch {
		case errors.Is(err, errDenied):
		case err == nil:
			return "an account of applications may " + x.says + " (" + x.doing + ")", nil
		default:
			return "", err
		}
	}
	return "", nil
}

func opened(o *s3.GetObjectOutput, err error) error {
	if err == nil {
		_ = o.Body.Close()
	}
	return err
}

// statesTag says whether the bucket's policy has the statements Install gives for this method. What the owner made of them is the owner's.
func (s *store) statesTag(ctx context.Context) (bool, error) {
	policy, err := s.policy(ctx)
	return strings.Contains(policy, `"`+tagSid+`"`) && strings.Contains(policy, `"`+versionsSid+`"`) && strings.Contains(policy, heldTag), err
}
