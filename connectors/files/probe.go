package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
)

// Probe finds the rows of a selection with the executor's eyes and tries them with an application's hands; see
// [connectors.Prober]. It opens files by their full path, as applications do: for reading, and for writing at the end without
// writing. Where the setting ordinary_user names an account it does so with that account's rights, and tries the closed folder, too;
// otherwise with the executor's own, and a row counts where it is found in its ordinary place, or where the closed
// folder is not closed. A row counts as writable where the file it stands in, or is, can be opened for writing.
func (s *store) Probe(ctx context.Context, sel connectors.Selection) (readable, writable int64, err error) {
	if len(sel.Any) == 0 && !sel.All {
		return 0, 0, nil
	}
	from, err := s.limits.Understand(sel.Collection)
	if err != nil {
		return 0, 0, err
	}
	m, err := objects.NewMatcher(from, sel)
	if err != nil {
		return 0, 0, err
	}
	p := &probe{store: s, ctx: ctx, from: from, match: m}
	err = s.tour(finder{ctx: ctx, from: from, match: m}, p.stand)
	return p.readable, p.writable, err
}

type probe struct {
	*store
	ctx   context.Context
	from  *objects.Source
	match *objects.Matcher

	readable, writable int64
}

// stand tries one path.
func (p *probe) stand(st *stand) error {
	if st.there {
		if err := p.inPlace(st); err != nil {
			return err
		}
	}
	for _, d := range st.docs {
		persons, err := (&view{from: p.from, object: d.object}).persons(p.match)
		if err != nil {
			return err
		}
		if len(persons) > 0 {
			if err := p.held(d.body, 1); err != nil {
				return err
			}
		}
	}
	n := int64(0)
	err := st.drawer.scan(p.from, st.object, p.match, func(*view, int, []int) error { n++; return nil })
	if err != nil || n == 0 {
		return err
	}
	return p.held(drawerName(st.drawer.Format, st.drawer.Path)+drawerEnd, n)
}

// inPlace counts the rows an application finds in the file at its path.
func (p *probe) inPlace(st *stand) error {
	name := filepath.Join(append([]string{p.root}, st.path()...)...)
	r, w, err := p.try(name)
	if err != nil || r == nil && !w {
		return err
	}
	read := r != nil
	if read {
		defer r.Close()
	}
	n := int64(0)
	count := func(*view, []int) error { n++; return nil }
	switch {
	case p.from.Codec == nil:
		one := &stand{object: st.object, there: true}
		err = one.documents(p.from, p.match, count)
	case read:
		var size int64
		if size, err = readable(p.ctx, p.from, r); err == nil {
			_, err = scan(p.ctx, p.from, io.NewSectionReader(r, 0, size), r, st.object, p.match, count)
		}
	default: // it can be written to without being read
		_, err = scan(p.ctx, p.from, st.f, st.f, st.object, p.match, count)
	}
	if err != nil {
		return err
	}
	if read {
		p.readable += n
	}
	if w {
		p.writable += n
	}
	return nil
}

// held counts n rows that lie in a file of the closed folder where an application can get at that.
func (p *probe) held(name string, n int64) error {
	if p.ordinary == nil {
		room, err := p.vault.share(p.ctx)
		if room == nil || err != nil {
			return err
		}
		defer room.close()
		if err := room.closed(); errors.Is(err, errOpen) {
			p.readable, p.writable = p.readable+n, p.writable+n
		} else if err != nil {
			return err
		}
		return nil
	}
	r, w, err := p.try(filepath.Join(p.vault.above, p.vault.name, name))
	if r != nil {
		r.Close()
		p.readable += n
	}
	if w {
		p.writable += n
	}
	return err
}

// try opens a file as an application does: for reading, and for writing.
func (p *probe) try(name string) (r *os.File, w bool, err error) {
	err = p.ordinary.as(func() error {
		var f *os.File
		var errR, errW error
		r, errR = regular(name, os.O_RDONLY)
		if f, errW = regular(name, os.O_WRONLY|os.O_APPEND); errW == nil {
			w = true
			_ = f.Close()
		}
		return errors.Join(refused(errR), refused(errW))
	})
	return r, w, err
}

// regular opens a regular file by its path, and nothing else.
func regular(name string, flag int) (*os.File, error) {
	f, err := os.OpenFile(name, flag|nonblock|nofollow, 0)
	if err != nil {
		return nil, clean(err)
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		_ = f.Close()
		return nil, errAbsent
	}
	return f, nil
}

// refused takes away an error that is the answer: the file is not there, or not to be opened.
func refused(err error) error {
	if errors.Is(err, errAbsent) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
}
