package s3

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// traits are what an object has beside its content, and keeps when it is rewritten or moved: media type, metadata, tags, storage class, encryption.
type traits struct {
	ContentType, CacheControl, Disposition, Encoding, Language, Redirect string `json:",omitempty"`
	Expires                                                              string `json:",omitempty"`
	Metadata                                                             map[string]string
	Tags                                                                 string `json:",omitempty"`
	Class                                                                string `json:",omitempty"`
	Encryption, KMSKey                                                   string `json:",omitempty"`
	BucketKey                                                            bool   `json:",omitempty"`

	hold bool // it is put under a legal hold
}

// traitsOf reads those of an object that was opened.
func (s *store) traitsOf(ctx context.Context, key string, v version, o *s3.GetObjectOutput) (*traits, error) {
	t := &traits{ContentType: aws.ToString(o.ContentType), CacheControl: aws.ToString(o.CacheControl), Disposition: aws.ToString(o.ContentDisposition),
		Encoding: aws.ToString(o.ContentEncoding), Language: aws.ToString(o.ContentLanguage), Redirect: aws.ToString(o.WebsiteRedirectLocation),
		Expires: aws.ToString(o.ExpiresString), Metadata: o.Metadata, Class: string(o.StorageClass),
		Encryption: string(o.ServerSideEncryption), KMSKey: aws.ToString(o.SSEKMSKeyId), BucketKey: aws.ToBool(o.BucketKeyEnabled)}
	if aws.ToInt32(o.TagCount) == 0 {
		return t, nil
	}
	var err error
	t.Tags, err = s.tags(ctx, key, v)
	return t, err
}

func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (t *traits) expires() *time.Time {
	at, err := time.Parse(time.RFC1123, t.Expires)
	if err != nil {
		return nil
	}
	return &at
}

func (t *traits) locked() types.ObjectLockLegalHoldStatus {
	if t.hold {
		return types.ObjectLockLegalHoldStatusOn
	}
	return ""
}

// put lets an object have the traits; nil traits are none.
func (t *traits) put(in *s3.PutObjectInput) *s3.PutObjectInput {
	if t == nil {
		return in
	}
	in.ContentType, in.CacheControl, in.ContentDisposition = text(t.ContentType), text(t.CacheControl), text(t.Disposition)
	in.ContentEncoding, in.ContentLanguage, in.WebsiteRedirectLocation = text(t.Encoding), text(t.Language), text(t.Redirect)
	in.Expires, in.Metadata, in.Tagging = t.expires(), t.Metadata, text(t.Tags)
	in.StorageClass, in.ServerSideEncryption = types.StorageClass(t.Class), types.ServerSideEncryption(t.Encryption)
	in.SSEKMSKeyId, in.ObjectLockLegalHoldStatus = text(t.KMSKey), t.locked()
	if t.BucketKey {
		in.BucketKeyEnabled = &t.BucketKey
	}
	return in
}

func (t *traits) multipart(in *s3.CreateMultipartUploadInput) *s3.CreateMultipartUploadInput {
	if t == nil {
		return in
	}
	in.ContentType, in.CacheControl, in.ContentDisposition = text(t.ContentType), text(t.CacheControl), text(t.Disposition)
	in.ContentEncoding, in.ContentLanguage, in.WebsiteRedirectLocation = text(t.Encoding), text(t.Language), text(t.Redirect)
	in.Expires, in.Metadata, in.Tagging = t.expires(), t.Metadata, text(t.Tags)
	in.StorageClass, in.ServerSideEncryption = types.StorageClass(t.Class), types.ServerSideEncryption(t.Encryption)
	in.SSEKMSKeyId, in.ObjectLockLegalHoldStatus = text(t.KMSKey), t.locked()
	if t.BucketKey {
		in.BucketKeyEnabled = &t.BucketKey
	}
	return in
}
