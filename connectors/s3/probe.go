package s3

import (
	"bytes"
	"context"
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors"
)

// Probe finds the rows of a selection with the executor's eyes and tries them with an application's hands; see [connectors.Prober]. Where the
// setting ordinary_access_key_id names an account it tries to read and to write each object with that account's rights, in its place and below
// the closed prefix; a write is tried on a condition that does not hold, so that it changes nothing. Without such an account a row counts
// where it is found in its place, or where the bucket's policy says nothing of the closed prefix. What stands in its place behind a delete marker counts as
// found there: applications read it no more and no less than before.
func (s *store) Probe(ctx context.Context, sel connectors.Selection) (readable, writable int64, err error) {
	if len(sel.Any) == 0 && !sel.All {
		return 0, 0, nil
	}
	p := &probe{store: s, known: map[string][2]bool{}}
	err = s.each(ctx, sel, func(r *row) error {
		key := r.st.key
		if r.held != "" {
			if s.ordinary == nil {
				return nil
			}
			key = s.drawerKey(formatName(r.from.Rows), r.st.path)
			if r.record == nil {
				key = s.bodyOf(r.st.drawer, r.held)
			}
		}
		if _, there := r.st.current(); r.held == "" && !there {
			readable++
			writable++
			return nil
		}
		read, write, err := p.try(ctx, key)
		if read {
			readable++
		}
		if write {
			writable++
		}
		return err
	})
	return readable, writable, err
}

type probe struct {
	*store
	mu    sync.Mutex
	known map[string][2]bool
}

// try says what an application can do with an object.
func (p *probe) try(ctx context.Context, key string) (read, write bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if k, ok := p.known[key]; ok {
		return k[0], k[1], nil
	}
	c := p.ordinary
	if c == nil {
		c = p.client
	}
	o, err := p.openAs(ctx, c, key, version{})
	if err == nil {
		read = true
		_ = o.Body.Close()
	} else if !denied(err) {
		return false, false, err
	}
	_, err = c.PutObject(ctx, &s3.PutObjectInput{Bucket: &p.bucket, Key: &key, Body: bytes.NewReader(nil), IfMatch: aws.String(`"0"`)})
	if err = failure("s3:PutObject", err); errors.Is(err, errChanged) || errors.Is(err, errAbsent) {
		write = true
	} else if !denied(err) {
		return false, false, err
	}
	p.known[key] = [2]bool{read, write}
	return read, write, nil
}

// denied says whether an error is the answer: it may not be done, or nothing is there.
func denied(err error) bool { return errors.Is(err, errDenied) || errors.Is(err, errAbsent) }
