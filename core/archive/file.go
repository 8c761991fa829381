package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// FileInfo is a document that belongs to no row: a scan of paper, a letter.
type FileInfo struct {
	Name        string // proposed file name
	Title       string // what the subject reads
	Description string
	System      string // label
	MediaType   string // "" unknown
}

type file struct {
	entry
	title, description, system, media string
	table                             *Table // nil: of no row
}

// own says whether the document belongs to the executor's own records.
func (f *file) own() bool { return f.table != nil && f.table.info.own }

// File adds a document, read to its end before File returns.
func (b *Builder) File(ctx context.Context, info FileInfo, r io.Reader) error {
	f := &file{title: info.Title, description: info.Description, system: info.System, media: mediaType(info.MediaType)}
	b.mu.Lock()
	number := len(b.files) + 1
	b.mu.Unlock()
	return b.add(ctx, f, fileName("documents", info.Name, info.MediaType, number), r, -1)
}

// blob writes the bytes behind a value and gives their path in the package.
func (b *Builder) blob(ctx context.Context, t *Table, c *column, v Blob) (string, error) {
	if v.Open == nil {
		return "", fmt.Errorf("field %q of the collection %q: a document cannot be opened", c.name, t.info.Label)
	}
	r, err := v.Open(ctx)
	if err != nil {
		return "", fmt.Errorf("open a document of the collection %q: %w", t.info.Label, err)
	}
	f := &file{title: c.Title, system: t.info.System, media: mediaType(v.MediaType), table: t}
	err = b.add(ctx, f, fileName(t.name, v.Name, v.MediaType, int(t.rows)), r, v.Size)
	if cerr := r.Close(); err == nil && cerr != nil {
		err = fmt.Errorf("read a document of the collection %q: %w", t.info.Label, cerr)
	}
	return f.Path, err
}

// bytes writes a value too large for a cell.
func (b *Builder) bytes(ctx context.Context, t *Table, c *column, v []byte) (string, error) {
	media := mediaType(http.DetectContentType(v))
	ending := endings[media]
	if ending == "" || strings.HasPrefix(media, "text/") { // a guess is good for pictures; of texts it is only a guess
		media, ending = mediaType(""), "bin"
	}
	f := &file{title: c.Title, system: t.info.System, media: media, table: t}
	err := b.add(ctx, f, fmt.Sprintf("files/%s/%06d-%s.%s", t.name, t.rows, c.name, ending), bytes.NewReader(v), int64(len(v)))
	return f.Path, err
}

// add streams one file into the ZIP; want is its size, -1 unknown.
func (b *Builder) add(ctx context.Context, f *file, name string, r io.Reader, want int64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.usable(); err != nil {
		return err
	}
	name = b.uniquePath(name)
	w, err := b.z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: b.at})
	if err != nil {
		return b.fail(noSpace(fmt.Errorf("write the package: %w", pathless(err))))
	}
	sum := sha256.New()
	from := &source{ctx: ctx, r: r}
	n, err := io.Copy(io.MultiWriter(w, sum), from)
	switch {
	case from.err != nil:
		return b.fail(fmt.Errorf("read a document for the package: %w", from.err))
	case err != nil:
		return b.fail(noSpace(fmt.Errorf("write the package: %w", pathless(err))))
	case want >= 0 && n != want:
		return b.fail(fmt.Errorf("read a document for the package: %d bytes where its store announced %d", n, want))
	}
	f.entry = entry{Path: name, Bytes: n, SHA256: hex.EncodeToString(sum.Sum(nil))}
	b.files = append(b.files, f)
	b.entries = append(b.entries, f.entry)
	return nil
}

// source tells a failure to read from a failure to write, and stops when ctx ends.
type source struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	if s.err = s.ctx.Err(); s.err != nil {
		return 0, s.err
	}
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

func (b *Builder) uniquePath(name string) string {
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	out := name
	for i := 2; b.paths[out]; i++ {
		out = stem + "-" + strconv.Itoa(i) + ext
	}
	b.paths[out] = true
	return out
}

// fileName makes a neutral path of a proposed name: no folders, plain letters, a short ending.
func fileName(folder, proposed, media string, number int) string {
	proposed = proposed[strings.LastIndexAny(proposed, `/\`)+1:]
	ext := path.Ext(proposed)
	stem := strings.TrimSuffix(proposed, ext)
	ext = slug(ext, '-', 8, "")
	if ext == "" {
		ext = endings[mediaType(media)]
	}
	if ext == "" {
		ext = "bin"
	}
	return "files/" + folder + "/" + slug(stem, '-', 60, fmt.Sprintf("%06d", number)) + "." + ext
}

func mediaType(m string) string {
	m, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(m)), ";")
	if kind, sub, ok := strings.Cut(m, "/"); !ok || kind == "" || sub == "" {
		return "application/octet-stream"
	}
	return m
}

// endings of files whose name says none; the rest are .bin.
var endings = map[string]string{
	"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/tiff": "tif",
	"image/webp": "webp", "application/dicom": "dcm", "text/plain": "txt", "text/csv": "csv", "text/html": "html",
	"application/json": "json", "application/xml": "xml", "text/xml": "xml", "message/rfc822": "eml",
	"application/zip": "zip", "audio/mpeg": "mp3", "audio/wav": "wav", "video/mp4": "mp4", "application/msword": "doc",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       "xlsx",
	"application/vnd.oasis.opendocument.text":                                 "odt",
}
