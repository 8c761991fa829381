package s3

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// heldPrefix is where held content lies unless the setting held says otherwise.
const heldPrefix = objects.OwnPrefix + "held/"

// drawer is what is held of one key: rows of the object that stands there, or documents that stood there. It is an object below the closed
// prefix, named by a digest of the key, and every change to it is made over the drawer that was read.
type drawer struct {
	Path   []string
	Format string // of rows; "" for documents

	rowfile.Kept
	Skeleton *rowfile.Skeleton `json:",omitempty"`
	Docs     []heldDoc         `json:",omitempty"`

	// Pending is a change of rows that may not have been finished: it is written before the object is, and taken away after.
	Pending *pending `json:",omitempty"`

	etag string // of the drawer, as it was read
}

// pending says which rows are on their way. While the object is what it was before, they are where they were; once it is another, they have arrived,
// unless the object says otherwise; see settle.go.
type pending struct {
	Verb     connectors.Verb
	IDs      []string
	Before   string // the object's entity tag
	Replaces string `json:",omitempty"` // its version, which goes once there is another
}

// heldDoc is a document below the closed prefix, with all versions it had.
type heldDoc struct {
	ID        string
	Marks     []string
	From      []was // where it came from, the oldest version first
	Discarded bool  `json:",omitempty"` // it stood behind a delete marker
	Step      step  `json:",omitempty"`
}

// was is one version of a document that was moved.
type was struct{ ID, ETag, Sum string }

// step says how far a document is on its way.
type step string

const (
	resting   step = ""
	copying   step = "copying"   // it still stands in its place
	copied    step = "copied"    // all of it is held, and it may still stand in its place
	returning step = "returning" // it may stand in its place again
)

func (d *drawer) empty() bool { return d == nil || len(d.Rows)+len(d.Docs) == 0 }

func (s *store) drawerKey(format string, path []string) string {
	return s.held + digest(format, path) + drawerEnd
}

const drawerEnd = ".held"

func digest(format string, path []string) string {
	sum := sha256.Sum256([]byte(format + "\x00" + strings.Join(path, "/")))
	return hex.EncodeToString(sum[:20])
}

// bodyKey is where version n of a held document lies.
func (s *store) bodyKey(doc heldDoc, n int) string {
	return s.held + doc.ID + "." + strconv.Itoa(n)
}

// formatName is one text for a row format.
func formatName(f *connectors.RowFormat) string {
	if f == nil {
		return ""
	}
	b, _ := json.Marshal(f)
	return string(b)
}

// drawers lists the keys of all drawers.
func (s *store) drawers(ctx context.Context) (map[string]bool, error) {
	out := map[string]bool{}
	err := s.list(ctx, s.held, func(i item) (bool, error) {
		if _, ok := i.current(); ok && strings.HasSuffix(i.key, drawerEnd) {
			out[i.key] = true
		}
		return true, nil
	})
	return out, err
}

// drawer reads one; nil where there is none.
func (s *store) drawer(ctx context.Context, key string) (*drawer, error) {
	o, err := s.open(ctx, key, version{})
	if errors.Is(err, errAbsent) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer o.Body.Close()
	content, err := io.ReadAll(reader{o.Body})
	if err != nil {
		return nil, err
	}
	d := &drawer{etag: aws.ToString(o.ETag)}
	if err := json.Unmarshal(content, d); err != nil {
		return nil, errHeld
	}
	if d.Bones = d.Skeleton; d.Bones != nil {
		if err := d.Bones.Unpack(); err != nil {
			return nil, errHeld
		}
	}
	return d, nil
}

var errHeld = fmt.Errorf("what is held of an object cannot be read; restore the closed prefix from a backup")

// save puts a drawer in place over the one that was read; one that holds nothing goes.
func (s *store) save(ctx context.Context, d *drawer) error {
	key := s.drawerKey(d.Format, d.Path)
	if d.empty() {
		if d.etag == "" {
			return nil
		}
		d.etag = ""
		return s.drop(ctx, key)
	}
	if d.Skeleton = d.Bones; d.Bones != nil {
		d.Bones.Pack()
	}
	b, err := json.Marshal(d)
	if err != nil {
		return err
	}
	w, err := s.hold(ctx, key, bytes.NewReader(b), &traits{ContentType: "application/json"}, over{d.etag})
	if err != nil {
		return err
	}
	d.etag = w.etag
	s.reached("kept")
	return nil
}

// hold writes an object below the closed prefix, under a legal hold where the bucket has them, and leaves no earlier version of it.
func (s *store) hold(ctx context.Context, key string, r io.Reader, like *traits, over over) (written, error) {
	if s.locks {
		held := *like
		held.hold = true
		like = &held
	}
	u := s.upload(ctx, key, like, over)
	defer u.abort()
	if _, err := io.Copy(u, r); err != nil {
		return written{}, err
	}
	w, err := u.commit()
	if err != nil || !s.versions {
		return w, err
	}
	i, err := s.one(ctx, key)
	if err != nil {
		return w, err
	}
	return w, s.dropVersions(ctx, key, slices.DeleteFunc(i.versions, func(v version) bool { return v.id == w.version }))
}

// drop removes an object below the closed prefix, with all its versions.
func (s *store) drop(ctx context.Context, key string) error {
	i, err := s.one(ctx, key)
	if err != nil {
		return err
	}
	return s.dropVersions(ctx, key, i.versions)
}

func (s *store) dropVersions(ctx context.Context, key string, list []version) error {
	for n := len(list); n > 0; n-- {
		v := list[n-1]
		if s.locks && !v.marker { // the hold is our own
			_, err := s.client.PutObjectLegalHold(ctx, &s3.PutObjectLegalHoldInput{Bucket: &s.bucket, Key: &key, VersionId: text(v.id),
				LegalHold: &types.ObjectLockLegalHold{Status: types.ObjectLockLegalHoldStatusOff}})
			if err := failure("s3:PutObjectLegalHold", err); err != nil && !errors.Is(err, errAbsent) {
				return err
			}
		}
		if err := s.removeOne(ctx, key, v); err != nil && !errors.Is(err, errAbsent) {
			return err
		}
	}
	return nil
}

// out says whether a row of the drawer is held, and no longer in its object, whose entity tag is now.
func (d *drawer) out(id, now string) bool {
	p := d.Pending
	if p == nil || !slices.Contains(p.IDs, id) {
		return true
	}
	return (p.Verb == connectors.Block) == (now != p.Before)
}

// heldRows are the rows that are held.
func (d *drawer) heldRows(now string) []rowfile.HeldRow {
	if d == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(d.Rows), func(r rowfile.HeldRow) bool { return !d.out(r.ID, now) })
}

// heldDocs are the documents that are held; there says whether one stands in their place.
func (d *drawer) heldDocs(there bool) []heldDoc {
	if d == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(d.Docs), func(x heldDoc) bool { return x.Step == copying || x.Step != resting && there })
}

// replaces says whether a change of rows that may not have been finished has replaced a version, which is only still to be removed.
func (d *drawer) replaces(v, current version) bool {
	return d != nil && d.Pending != nil && d.Pending.Replaces != "" && v.id == d.Pending.Replaces && current.etag != d.Pending.Before
}
