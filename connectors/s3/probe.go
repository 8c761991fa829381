package s3

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/connectors"
)

// Probe finds the rows of a selection with the executor's eyes and tries them with an application's hands; see [connectors.Prober]. Where the
// setting ordinary_access_key_id names an account it tries to read and to write each object with that account's rights, in its place and below
// the closed prefix; a write is tried on a condition that does not hold, so that it changes nothing. Without such an account a row counts
// where it is found in its place, and where a tag restricts it there, unless the bucket's policy has the statements by which one does. What stands in its place behind
// a delete marker counts as found there: applications read it no more and no less than before.
func (s *store) Probe(ctx context.Context, sel connectors.Selection) (readable, writable int64, err error) {
	if len(sel.Any) == 0 && !sel.All {
		return 0, 0, nil
	}
	p := &probe{store: s, known: map[string][2]bool{}}
	err = s.each(ctx, sel, func(r *row) error {
		if r.held == "" && r.record == nil {
			if tagged, read, write, err := p.tagged(ctx, r.st.item); tagged || err != nil {
				if read {
					readable++
				}
				if write {
					writable++
				}
				return err
			}
		}
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
	asked bool // whether what has the tag is closed
	why   string
}

// tagged says what an application can do with a document that is blocked where it stands: each of its versions is tried. To write over it or to delete it changes
// none of them; to give it other tags, or to remove a version, does, and that is tried on another object (closed.go).
func (p *probe) tagged(ctx context.Context, i item) (tagged, read, write bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t, err := p.taggingOf(ctx, i)
	if err != nil || len(t.any) == 0 {
		return false, false, false, err
	}
	if !p.asked {
		if p.why, err = p.closed(ctx); err != nil {
			return true, false, false, err
		}
		p.asked = true
	}
	write = p.why != "" || len(t.all) == 0
	if p.ordinary == nil {
		return true, write, write, nil
	}
	tries := slices.DeleteFunc(slices.Clone(i.versions), func(v version) bool { return v.marker })
	if _, there := i.current(); there {
		tries = append(tries, version{})
	}
	for _, v := range tries {
		o, err := p.openAs(ctx, p.ordinary, i.key, v)
		if err == nil {
			read = true
			_ = o.Body.Close()
		} else if !denied(err) {
			return true, false, false, err
		}
	}
	return true, read, write, nil
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
