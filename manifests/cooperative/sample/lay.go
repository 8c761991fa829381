package sample

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"
)

// Sample is a laid-out cooperative.
type Sample struct {
	Dir          string
	RegisterFile string // SQLite, WAL
	LedgerFile   string // SQLite, WAL
	DocumentsDir string
	AsOf         time.Time // midnight in [Zone]
	Persons      Persons
}

// Env is what the map's ${…} stand for.
func (s *Sample) Env() map[string]string {
	return map[string]string{
		"REGISTER_FILE":         s.RegisterFile,
		"LEDGER_FILE":           s.LedgerFile,
		"DOCUMENTS_DIR":         s.DocumentsDir,
		"BILANS_WEBHOOK_SECRET": "whsec_c2FtcGxlLW9ubHktbm90LWEtc2VjcmV0",
	}
}

// sink takes households and makes a store of them.
type sink interface {
	write(*household) error
	finish() error
}

// Lay lays a sample out in dir: register.db, ledger.db and documents/. The folder is made where it is missing; one
// that holds any of them already is refused. What an error leaves behind is incomplete and may be removed.
func Lay(ctx context.Context, dir string, opt Options) (*Sample, error) {
	opt, err := opt.withDefaults()
	if err != nil {
		return nil, err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	s := &Sample{Dir: dir, RegisterFile: filepath.Join(dir, "register.db"), LedgerFile: filepath.Join(dir, "ledger.db"),
		DocumentsDir: filepath.Join(dir, "documents"), AsOf: opt.AsOf}
	g := newGenerator(opt)
	persons, cast, err := g.named()
	if err != nil {
		return nil, err
	}
	if err := s.free(); err != nil {
		return nil, err
	}
	s.Persons = persons
	err = s.write(ctx, func(yield func(*household) error) error { return g.each(persons, cast, yield) })
	if err != nil {
		return nil, fmt.Errorf("lay out a sample: %w", err)
	}
	return s, nil
}

func (s *Sample) free() error {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	for _, path := range []string{s.RegisterFile, s.LedgerFile, s.DocumentsDir} {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("lay out a sample: %s is there already; remove it or choose another folder", path)
		}
	}
	return nil
}

// write makes households in one goroutine and writes the three stores in three others, in the same order.
func (s *Sample) write(ctx context.Context, each func(yield func(*household) error) error) error {
	register, err := newRegister(ctx, s.RegisterFile)
	if err != nil {
		return err
	}
	ledger, err := newLedger(ctx, s.LedgerFile)
	if err != nil {
		return errors.Join(err, register.close())
	}
	documents, err := newDocuments(s.DocumentsDir)
	if err != nil {
		return errors.Join(err, register.close(), ledger.close())
	}
	g, ctx := errgroup.WithContext(ctx)
	var outs []chan *household
	for _, to := range []sink{register, ledger, documents} {
		in := make(chan *household, 64)
		outs = append(outs, in)
		g.Go(func() error { return fill(ctx, to, in) })
	}
	g.Go(func() error {
		err := each(func(h *household) error {
			for _, out := range outs {
				select {
				case out <- h:
				case <-ctx.Done():
					return context.Cause(ctx)
				}
			}
			return nil
		})
		if err != nil { // the sinks stop, unfinished
			return err
		}
		for _, out := range outs {
			close(out)
		}
		return nil
	})
	if err := g.Wait(); err != nil {
		return errors.Join(err, register.close(), ledger.close())
	}
	return nil
}

// fill writes what comes in and finishes when all has come; it stops where another has failed.
func fill(ctx context.Context, to sink, in <-chan *household) error {
	for {
		select {
		case h, more := <-in:
			if !more {
				return to.finish()
			}
			if err := to.write(h); err != nil {
				return err
			}
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
