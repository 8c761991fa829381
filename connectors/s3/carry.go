package s3

import (
	"context"
	"errors"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// carry gives what is written in place of a version, or copied from it, what stands beside the content of that one. Tags can be changed at any time
// without a new entity tag, so that no condition of a write guards them: they are asked for as late as can be and, where the version is still there once the
// other is written, compared with what was carried over.
type carry struct {
	s      *store
	ctx    context.Context
	key    string
	v      version
	to     string
	head   func() *s3.GetObjectOutput // of the version, as it was read a moment ago; nil where it was not
	change func(*traits) error        // what is to be otherwise; may be nil

	was, now string // the version's tags: as they were carried over, and as they were found since
	given    string // those the other was written with
}

// covers says whether nothing is left of the version once the other is written.
func (c *carry) covers() bool {
	return c.to == c.key && (!c.s.versions || c.v.id == nullVersion && !c.s.keeps)
}

// traits are those the other is written with. What was read a moment ago is believed only where tags are compared afterwards.
func (c *carry) traits() (*traits, error) {
	var head *s3.GetObjectOutput
	if !c.covers() {
		head = c.head()
	}
	if head == nil {
		var err error
		if head, err = c.s.head(c.ctx, c.key, c.v); err != nil {
			return nil, c.v.outdated(err)
		}
	}
	like, err := c.s.traitsOf(c.ctx, c.key, c.v, head)
	if err != nil {
		return nil, c.v.outdated(err)
	}
	c.was, c.now = like.Tags, like.Tags
	if c.change != nil {
		err = c.change(like)
	}
	c.given = like.Tags
	return like, err
}

// again asks for the tags of a version that is about to be written over, after its traits were given long before.
func (c *carry) again() (err error) {
	if c.covers() {
		c.now, err = c.s.tags(c.ctx, c.key, c.v)
	}
	return err
}

// finish gives what was written the tags the version got since they were carried over, unless somebody has given it others.
func (c *carry) finish(got written) error {
	if !c.covers() {
		tags, err := c.s.tags(c.ctx, c.key, c.v)
		if err != nil {
			return present(err)
		}
		c.now = tags
	}
	if c.now == c.was {
		return nil
	}
	other := version{id: got.version}
	if there, err := c.s.tags(c.ctx, c.to, other); err != nil || there != c.given {
		return present(err)
	}
	like := &traits{Tags: c.now}
	if c.change != nil {
		if err := c.change(like); err != nil {
			return err
		}
	}
	return present(c.s.tag(c.ctx, c.to, other, like.Tags))
}

// tags are those of a version, as a header has them.
func (s *store) tags(ctx context.Context, key string, v version) (string, error) {
	set, err := s.tagSet(ctx, key, v)
	if err != nil {
		return "", err
	}
	tags := url.Values{}
	for _, x := range set {
		tags.Set(aws.ToString(x.Key), aws.ToString(x.Value))
	}
	return tags.Encode(), nil
}

// tag gives a version tags, as a header has them.
func (s *store) tag(ctx context.Context, key string, v version, tags string) error {
	values, err := url.ParseQuery(tags)
	if err != nil {
		return errors.New("the tags of an object cannot be read")
	}
	set := []types.Tag{}
	for name, list := range values {
		set = append(set, types.Tag{Key: &name, Value: &list[0]})
	}
	return s.putTags(ctx, key, v, set)
}
