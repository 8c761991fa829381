package s3

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"github.com/dossier-dsr/dossier/connectors"
)

// removeAll takes an object away as it was found, with every version and delete marker: the oldest first, so that none of
// them is ever seen in place of the newest. errChanged where another version has come since.
func (s *store) removeAll(ctx context.Context, i item) error {
	if !s.versions {
		return s.removeOne(ctx, i.key, i.versions[0])
	}
	now, err := s.one(ctx, i.key)
	if err != nil {
		return err
	}
	if len(now.versions) == 0 {
		return errAbsent
	}
	if now.versions[0].id != i.versions[0].id || now.versions[0].etag != i.versions[0].etag {
		return errChanged
	}
	list := now.versions
	for n := len(list); n > 0; n-- {
		if err := s.removeOne(ctx, i.key, list[n-1]); err != nil && !errors.Is(err, errAbsent) {
			return err
		}
		s.reached("version")
	}
	return nil
}

// removeOne takes one version away. Where the bucket keeps no versions the request says which object is meant, and because there are services
// that do not heed that (MinIO), the object is looked at a moment before: errChanged where another stands there, errAbsent where none does.
func (s *store) removeOne(ctx context.Context, key string, v version) error {
	in := &s3.DeleteObjectInput{Bucket: &s.bucket, Key: &key}
	if v.id != "" {
		in.VersionId = &v.id
		_, err := s.client.DeleteObject(ctx, in)
		return failure("s3:DeleteObject", err)
	}
	since := s.clock()
	now, err := s.one(ctx, key)
	switch {
	case err != nil:
		return err
	case len(now.versions) == 0:
		return errAbsent
	case now.versions[0].etag != v.etag:
		return errChanged
	}
	s.reached("looked")
	in.IfMatch = &v.etag
	_, err = s.client.DeleteObject(ctx, in, s.unlessLate(since))
	if unknownThere(err) {
		in.IfMatch = nil
		_, err = s.client.DeleteObject(ctx, in, s.unlessLate(since))
	}
	return failure("s3:DeleteObject", err)
}

// moment is how old the look at an object may be when it is removed. It is shorter than the lease of a step.
const moment = 10 * time.Second

// unlessLate lets a request go out only a moment after since, however long this process stood still before: what it was decided by may be true no more. It is
// looked at after the request was signed, so that one that stood still later still is refused by the service for its age.
func (s *store) unlessLate(since time.Time) func(*s3.Options) {
	return s3.WithAPIOptions(func(stack *middleware.Stack) error {
		return stack.Finalize.Add(middleware.FinalizeMiddlewareFunc("DossierUnlessLate", //nolint:misspell // the library calls it so
			func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
				if s.clock().Sub(since) > moment {
					return middleware.FinalizeOutput{}, middleware.Metadata{}, errChanged
				}
				return next.HandleFinalize(ctx, in)
			}), middleware.After)
	})
}

// clock does not stand still while a machine sleeps.
func (s *store) clock() time.Time {
	if s.now != nil {
		return s.now()
	}
	return time.Now().Round(0)
}

// unknownThere says whether a service knows no such condition on a deletion.
func unknownThere(err error) bool {
	var answer smithy.APIError
	return errors.As(err, &answer) && answer.ErrorCode() == "NotImplemented"
}

// removeVersions takes some versions of a key away.
func (s *store) removeVersions(ctx context.Context, key string, ids []string) error {
	for _, id := range ids {
		if err := s.removeOne(ctx, key, version{id: id}); err != nil && !errors.Is(err, errAbsent) {
			return err
		}
	}
	return nil
}

// free says whether nothing keeps a version from being removed: a legal hold is an ErrConflict, a period of retention an ErrTryLater
// that says how long it lasts. Neither is ever lifted for it.
func (s *store) free(ctx context.Context, key string, v version) error {
	if !s.locks || v.marker {
		return nil
	}
	out, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.bucket, Key: &key, VersionId: text(v.id)})
	if err != nil {
		return failure("s3:GetObject", err)
	}
	if out.ObjectLockLegalHoldStatus == types.ObjectLockLegalHoldStatusOn {
		return errHold
	}
	if until := aws.ToTime(out.ObjectLockRetainUntilDate); out.ObjectLockMode != "" && time.Until(until) > 0 {
		return &retained{until}
	}
	return nil
}

var errHold = fmt.Errorf("%w: an object is under a legal hold", connectors.ErrConflict)

// retained is an ErrTryLater: the bucket lets nobody remove a version before a day.
type retained struct{ until time.Time }

func (r *retained) Error() string {
	return "an object may not be removed before " + r.until.UTC().Format(time.RFC3339) + " (object lock)"
}
func (r *retained) Unwrap() error { return connectors.After(time.Until(r.until)) }

// locked notes in the outcome why an object cannot be removed.
func (w *work) locked(err error) error {
	var r *retained
	switch {
	case errors.Is(err, errHold):
		w.note("objects are under a legal hold", "whoever set the hold lifts it; then the work goes on")
	case errors.As(err, &r):
		w.note(err.Error(), "the bucket's owner set this period; the work goes on after it")
	}
	return err
}

func (w *work) note(what, hint string) {
	w.out.Notes = append(w.out.Notes, connectors.Diagnostic{Severity: connectors.Error, Path: w.On.Collection.Name, Summary: w.On.Collection.Name + ": " + what, Detail: hint})
}
