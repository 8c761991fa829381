package s3

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors"
)

// shelve moves a document below the closed prefix: copies all its versions, says so, and only then removes them from their place.
func (s *store) shelve(ctx context.Context, st *stand, d *drawer, i int) error {
	doc := &d.Docs[i]
	if doc.Step == copying {
		for n, from := range doc.From {
			key := s.bodyKey(*doc, n)
			if err := s.drop(ctx, key); err != nil { // half of a call that was killed
				return err
			}
			_, sum, err := s.transfer(ctx, st.key, version{id: from.ID, etag: from.ETag}, key, over{}, true, nil)
			if err != nil {
				return err
			}
			doc.From[n].Sum = sum
			s.reached("copied")
		}
		doc.Step = copied
		if err := s.save(ctx, d); err != nil {
			return err
		}
	}
	for _, v := range slices.Backward(st.versions) {
		moved := v.marker || slices.ContainsFunc(doc.From, func(w was) bool { return w.ID == v.id && w.ETag == v.etag })
		if !moved {
			continue // written since
		}
		if err := s.removeOne(ctx, st.key, v); err != nil && !errors.Is(err, errAbsent) {
			return err
		}
		s.reached("version")
	}
	st.versions = nil
	d.Docs[i].Step = resting
	return s.save(ctx, d)
}

// unshelve puts a document back in its place, its versions in the order they had, and what was discarded behind a delete marker.
func (s *store) unshelve(ctx context.Context, st *stand, d *drawer, i int) error {
	doc := d.Docs[i]
	key := strings.Join(d.Path, "/")
	from, back, err := s.returned(ctx, key, doc)
	if err != nil {
		return err
	}
	all := from > len(doc.From)
	for n := from; n < len(doc.From); n++ {
		w, _, err := s.transfer(ctx, s.bodyKey(doc, n), version{}, key, back, false, nil)
		if err != nil {
			return err
		}
		back = over{w.etag}
		s.reached("back")
	}
	if doc.Discarded && !all {
		_, err := s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &key})
		if err := failure("s3:DeleteObject", err); err != nil {
			return err
		}
		s.reached("discarded")
	}
	if st.item, err = s.one(ctx, key); err != nil {
		return err
	}
	for n := range doc.From {
		if err := s.drop(ctx, s.bodyKey(doc, n)); err != nil {
			return err
		}
	}
	d.Docs = slices.Delete(slices.Clone(d.Docs), i, i+1)
	return s.save(ctx, d)
}

var errTaken = fmt.Errorf("%w: another object stands there", connectors.ErrConflict)

// returned says how many versions of a document a call that was killed has put back, and over what the next one goes; one more than there are where it
// has been discarded again too.
func (s *store) returned(ctx context.Context, key string, doc heldDoc) (int, over, error) {
	i, err := s.one(ctx, key)
	if err != nil {
		return 0, over{}, err
	}
	v, there := i.current()
	if !there {
		if doc.Discarded && len(i.versions) > len(doc.From) { // nothing stands above the marker, and what was behind it is
			return len(doc.From) + 1, over{}, nil
		}
		return 0, over{}, nil
	}
	for n := len(doc.From); n > 0; n-- {
		same, err := s.holds(ctx, key, doc.From[n-1].Sum)
		if err != nil {
			return 0, over{}, err
		}
		if same {
			return n, over{v.etag}, nil
		}
	}
	return 0, over{}, errTaken
}
