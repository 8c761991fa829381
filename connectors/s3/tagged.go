package s3

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/dossier-dsr/dossier/connectors"
)

// methodTag blocks a document where it stands: each of its versions gets a tag, and statements of the bucket's policy keep what has it from
// applications. Key, content, entity tag and versions stay as they are, and so do its other tags.
const methodTag = "tag"

// heldTag is the name of that tag. Its value says on whose account it stands, request by request; see label.
const heldTag = "dossier-restricted"

// What S3 allows: tags of an object, and characters of a value.
const (
	maxTags   = 10
	maxLabels = 256
)

// label is what stands in the tag for a request: its name need not be one a tag can hold, and is nobody's business who may list tags.
func label(mark string) string {
	sum := sha256.Sum256([]byte(mark))
	return hex.EncodeToString(sum[:8])
}

const betweenLabels = "."

// tagged are the tags of one version: the labels of ours, and all others.
type tagged struct {
	labels []string
	others []types.Tag
}

// tagSet are all tags of a version.
func (s *store) tagSet(ctx context.Context, key string, v version) ([]types.Tag, error) {
	out, err := s.client.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: &s.bucket, Key: &key, VersionId: text(v.id)})
	if err != nil {
		return nil, failure("s3:GetObjectTagging", err)
	}
	return out.TagSet, nil
}

// putTags gives a version these tags, and takes its others.
func (s *store) putTags(ctx context.Context, key string, v version, set []types.Tag) error {
	_, err := s.client.PutObjectTagging(ctx, &s3.PutObjectTaggingInput{Bucket: &s.bucket, Key: &key, VersionId: text(v.id), Tagging: &types.Tagging{TagSet: set}})
	return failure("s3:PutObjectTagging", err)
}

func (s *store) tagsOf(ctx context.Context, key string, v version) (tagged, error) {
	set, err := s.tagSet(ctx, key, v)
	if err != nil {
		return tagged{}, err
	}
	var t tagged
	for _, x := range set {
		if aws.ToString(x.Key) == heldTag {
			t.labels = strings.Split(aws.ToString(x.Value), betweenLabels)
			continue
		}
		t.others = append(t.others, x)
	}
	return t, nil
}

// write gives a version these tags.
func (t tagged) write(ctx context.Context, s *store, key string, v version) error {
	set := slices.Clone(t.others)
	if len(t.labels) > 0 {
		set = append(set, types.Tag{Key: aws.String(heldTag), Value: aws.String(strings.Join(t.labels, betweenLabels))})
	}
	if len(set) == 0 {
		_, err := s.client.DeleteObjectTagging(ctx, &s3.DeleteObjectTaggingInput{Bucket: &s.bucket, Key: &key, VersionId: text(v.id)})
		return failure("s3:DeleteObjectTagging", err)
	}
	return s.putTags(ctx, key, v, set)
}

// full says whether the tag of a version has no room for one more request.
func (t tagged) full(one string) bool {
	labels := len(strings.Join(t.labels, betweenLabels))
	return len(t.labels) == 0 && len(t.others) >= maxTags || labels > 0 && labels+len(betweenLabels)+len(one) > maxLabels
}

// tagging is what a document's versions say of it.
type tagging struct {
	any, all map[string]bool // labels at least one version has, and those each has
}

// taggingOf asks all versions of a document that stands in its place. Where versions can be written over nothing is blocked so, and nothing is asked.
func (s *store) taggingOf(ctx context.Context, i item) (tagging, error) {
	out := tagging{any: map[string]bool{}}
	if !s.versions {
		return out, nil
	}
	for _, v := range i.versions {
		if v.marker {
			continue
		}
		t, err := s.tagsOf(ctx, i.key, v)
		if errors.Is(err, errAbsent) {
			continue
		}
		if err != nil {
			return out, err
		}
		all := map[string]bool{}
		for _, x := range t.labels {
			if out.any[x] = true; out.all == nil || out.all[x] {
				all[x] = true
			}
		}
		out.all = all
	}
	return out, nil
}

// stands are the marks, for a treatment, of a document that stands in its place: it is blocked once each version says so, and free once none does.
func (t tagging) stands(w *work) []string {
	if w.Verb == connectors.Block && t.all[label(w.Mark)] || w.Verb == connectors.Release && t.any[label(w.Mark)] {
		return []string{w.Mark}
	}
	return nil
}

// restrictTagged puts the mark of a treatment on all versions of a document, or takes it off: what applications see last of all, so that what was begun and
// not finished is as good as not begun.
func (a *application) restrictTagged(ctx context.Context, w *work, key string) error {
	now, err := a.one(ctx, key)
	if err != nil {
		return err
	}
	if _, there := now.newest(); !there {
		return errAbsent
	}
	mine := label(w.Mark)
	for _, v := range slices.Backward(now.versions) {
		if v.marker {
			continue
		}
		t, err := a.tagsOf(ctx, key, v)
		if errors.Is(err, errAbsent) {
			continue
		}
		if err != nil {
			return err
		}
		if slices.Contains(t.labels, mine) == (w.Verb == connectors.Block) {
			continue
		}
		if w.Verb == connectors.Release {
			t.labels = slices.DeleteFunc(t.labels, func(x string) bool { return x == mine })
		} else {
			if t.full(mine) {
				return w.refused("an object has as many tags as it may have", "take one off, or block: move")
			}
			t.labels = append(t.labels, mine)
		}
		if err := t.write(ctx, a.store, key, v); err != nil && !errors.Is(err, errAbsent) {
			return err
		}
		a.reached("tagged")
	}
	return nil
}

// taggable says whether what is to be blocked by a tag can be: documents, in a bucket that keeps what is written over, whose owner has closed what has the tag.
func (a *application) taggable(ctx context.Context, w *work) error {
	switch {
	case w.Method != methodTag || w.Verb != connectors.Block:
		return nil
	case w.from.Codec != nil:
		w.note("a tag restricts a whole object, and others have rows in it", "restrict: { block: move }")
		return fmt.Errorf("%w: blocking rows inside objects by %s", connectors.ErrNotSupported, methodTag)
	}
	why, err := a.closed(ctx)
	if err == nil && why != "" {
		w.note("nothing can be restricted by a tag: "+why, "the bucket's owner installs what `dossier connector install SYSTEM` prints; or restrict: { block: move }")
		err = fmt.Errorf("%w: blocking by %s: %s", connectors.ErrNotSupported, methodTag, why)
	}
	return err
}

// lookTagged finds out, of a document that stands in its place and is to be blocked or released, what its tags say. One that is blocked so is dealt with so, whatever
// the map says by now.
func (a *application) lookTagged(ctx context.Context, w *work, r *row, sp *spot) error {
	if r.record != nil || r.held != "" || sp.id != "" || sp.asked[w.Mark] || w.Verb != connectors.Block && w.Verb != connectors.Release {
		return nil
	}
	if sp.tags == nil {
		t, err := a.taggingOf(ctx, r.st.item)
		if err != nil {
			return err
		}
		mine := sp.own()
		mine.tags, mine.tag, mine.asked = &t, len(t.any) > 0, map[string]bool{}
	}
	sp.tag = sp.tag || w.Method == methodTag && w.Verb == connectors.Block
	sp.asked[w.Mark] = true
	sp.planned.Marks = append(sp.planned.Marks, sp.tags.stands(w)...)
	return nil
}

// stays says whether a treatment leaves what it restricts, or releases, in its place, so that nothing has to be removed.
func (w *work) stays(rows []target) bool {
	return !slices.ContainsFunc(rows, func(t target) bool { return !t.spot.tag })
}
