package archive

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/core/request"
)

// Paths of the files that are always the same.
const (
	indexPath       = "dossier.json"
	informationPath = "article15.json"
	contextPath     = "article15.context.jsonld"
	packagePath     = "datapackage.json"
	pagePath        = "index.html"
	sumsPath        = "SHA256SUMS"
)

//go:embed article15.context.jsonld
var contextFile []byte

// Result is what was written; collections, rows and files are those of the controller's systems, the executor's own records apart.
type Result struct {
	SHA256      string // sha256:… of the ZIP, as written to w
	Bytes       int64
	Collections int
	Rows        int64
	Files       int
}

// informs says whether article15.json belongs into the package.
func (b *Builder) informs() bool { return b.info.Right == request.Access }

// Close writes what is told beside the data, then the descriptor, the page and the sums, and ends the ZIP; w stays
// open. Every table has been closed before; language, number and day are those of the package. A package without any table is valid: "we hold nothing".
func (b *Builder) Close(told *Article15) (Result, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.usable(); err != nil {
		return Result{}, err
	}
	if told == nil || len(told.Controllers) == 0 {
		return Result{}, b.fail(errors.New("a package says whose data it holds: name the controller"))
	}
	var r Result
	for _, f := range b.files {
		if !f.own() {
			r.Files++
		}
	}
	for _, t := range b.tables {
		if !t.closed {
			return Result{}, b.fail(fmt.Errorf("the collection %q is still open", t.info.Label))
		}
		if !t.info.own {
			r.Collections++
			r.Rows += t.rows
		}
	}
	if err := b.finish(b.complete(told, r)); err != nil {
		return Result{}, b.fail(err)
	}
	b.done = true
	r.SHA256, r.Bytes = b.out.sum(), b.out.n
	return r, nil
}

// complete fills in what follows from the package itself, so that what is told never contradicts what is there, and
// that an empty list is written as one. The caller's value stays as it is.
func (b *Builder) complete(told *Article15, r Result) *Article15 {
	a := *told
	a.Processed = a.Processed || r.Rows > 0 || r.Files > 0
	a.Request, a.Language, a.AsOf = b.info.Request, b.info.Language, b.info.AsOf
	a.Searched, a.Found, a.FoundBy = list(a.Searched), list(a.Found), list(a.FoundBy)
	a.Purposes, a.Categories = slices.Clone(list(a.Purposes)), slices.Clone(list(a.Categories))
	a.Recipients, a.Rights = list(a.Recipients), list(a.Rights)
	for i := range a.Purposes {
		a.Purposes[i].Bases = list(a.Purposes[i].Bases)
	}
	for i := range a.Categories {
		a.Categories[i].Places, a.Categories[i].Sources = list(a.Categories[i].Places), list(a.Categories[i].Sources)
	}
	return &a
}

func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func (b *Builder) finish(told *Article15) error {
	defer func() { _ = b.page.close(); _ = b.index.close() }()
	if err := b.write(indexPath, func(w io.Writer) error { return b.writeIndex(w, told) }); err != nil {
		return err
	}
	if b.informs() {
		if err := b.write(informationPath, func(w io.Writer) error { return writeInformation(w, told) }); err != nil {
			return err
		}
		if err := b.write(contextPath, func(w io.Writer) error { _, err := w.Write(contextFile); return err }); err != nil {
			return err
		}
	}
	err := b.write(packagePath, func(w io.Writer) error {
		out, err := b.describe(told)
		if err == nil {
			_, err = w.Write(append(out, '\n'))
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := b.write(pagePath, func(w io.Writer) error { return b.writePage(w, told) }); err != nil {
		return err
	}
	if err := b.write(sumsPath, b.writeSums); err != nil {
		return err
	}
	return noSpace(b.z.Close())
}

// write makes one file of the package; mu is held.
func (b *Builder) write(path string, f func(io.Writer) error) error {
	p, err := newPart(b.newSpool())
	if err != nil {
		return err
	}
	if err = f(p); err == nil {
		err = p.finish()
	}
	if err != nil {
		_ = p.spool.close()
		return noSpace(fmt.Errorf("make %s: %w", path, err))
	}
	e, err := p.copyInto(b.z, path, b.at)
	if err == nil {
		b.entries = append(b.entries, e)
	}
	return err
}

func (b *Builder) writeSums(w io.Writer) error {
	sorted := slices.SortedFunc(slices.Values(b.entries), func(x, y entry) int { return strings.Compare(x.Path, y.Path) })
	for _, e := range sorted {
		if _, err := fmt.Fprintf(w, "%s  %s\n", e.SHA256, e.Path); err != nil {
			return err
		}
	}
	return nil
}

// writeInformation writes article15.json: plain JSON that a JSON-LD reader understands through the context beside it.
func writeInformation(w io.Writer, told *Article15) error {
	a := *told
	a.Context, a.Type = contextPath, "eu-gdpr:SARNotice"
	a.AsOf = a.AsOf.UTC()
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(a)
}
