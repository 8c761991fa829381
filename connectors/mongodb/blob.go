package mongodb

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"github.com/dossier-dsr/dossier/connectors"
)

// handle names a file of GridFS: when it was written belongs to it, so that a handle never comes to mean another file of the same _id. It
// holds an _id, which may name a person: handles print masked.
type handle struct {
	Bucket string        `bson:"b"`
	ID     bson.RawValue `bson:"i"`
	Date   bson.RawValue `bson:"d"`
	Length int64         `bson:"l"`
}

var errNoFile = errors.New("there is no such file any more; locate it again")

// blobOf is the file a row is, to be opened; nil where the collection's rows are no data themselves.
func blobOf(from source, r row) (any, error) {
	if !from.Document || from.bucket == "" {
		return nil, nil
	}
	h, err := handleOf(from, r.doc, r.id())
	if err != nil {
		return nil, err
	}
	id, err := bson.Marshal(h)
	if err != nil {
		return nil, errNoBSON
	}
	name, _ := r.doc.Lookup("filename").StringValueOK()
	media, ok := r.doc.Lookup("contentType").StringValueOK()
	if !ok {
		if media, ok = r.doc.Lookup("metadata", "contentType").StringValueOK(); !ok {
			media = "application/octet-stream"
		}
	}
	return connectors.Blob{ID: base64.RawURLEncoding.EncodeToString(id), Name: fileName(name, from.Name), MediaType: media, Size: h.Length}, nil
}

func handleOf(from source, doc bson.Raw, id bson.RawValue) (handle, error) {
	h := handle{Bucket: from.bucket, ID: id, Date: doc.Lookup("uploadDate")}
	if h.Date.Type == 0 {
		h.Date = null
	}
	length, ok := doc.Lookup("length").AsInt64OK()
	if !ok {
		return h, fmt.Errorf("a file of %s has no length: its entry in %s is not one of GridFS", from.Name, from.coll)
	}
	h.Length = length
	return h, nil
}

// fileName is a name without folders.
func fileName(name, otherwise string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == "/" || name == ".." {
		return otherwise
	}
	return name
}

// OpenBlob opens a file of GridFS, wherever it lies now.
func (s *store) OpenBlob(ctx context.Context, b connectors.Blob) (io.ReadCloser, error) {
	raw, err := base64.RawURLEncoding.DecodeString(b.ID)
	var h handle
	if err != nil || bson.Unmarshal(raw, &h) != nil {
		return nil, errNoFile
	}
	from := source{Collection: connectors.Collection{Name: gridPrefix + h.Bucket}, coll: h.Bucket + ".files", bucket: h.Bucket}
	doc, err := s.document(ctx, from.coll, h.ID)
	if err != nil {
		return nil, err
	}
	st := standing(h.ID, doc)
	if st.doc == nil {
		e, err := s.heldDocument(ctx, from.coll, h.ID)
		if err != nil {
			return nil, err
		}
		if e == nil {
			return nil, errNoFile
		}
		st = e.stand()
	}
	now, err := handleOf(from, st.doc, h.ID)
	if err != nil || !identical(now.Date, h.Date) || now.Length != h.Length {
		return nil, errNoFile
	}
	return s.open(ctx, from, st, h.Length)
}

// open reads the content of a file, chunk by chunk.
func (s *store) open(ctx context.Context, from source, st *stand, length int64) (io.ReadCloser, error) {
	in, id := s.content(st)
	cur, err := in.Collection(from.bucket+chunks).Find(ctx, ofFile(id), options.Find().SetSort(bson.D{{Key: "n", Value: 1}}))
	if err != nil {
		return nil, failure(ctx, "opening a file of "+from.Name, err)
	}
	return &file{ctx: ctx, from: from, chunks: cur, left: length}, nil
}

// file is the content of a file. One that ends too early, or has a gap, is an error and not a shorter file.
type file struct {
	ctx    context.Context
	from   source
	chunks *mongo.Cursor
	n      int64
	left   int64
	rest   bytes.Reader
}

func (f *file) Read(p []byte) (int, error) {
	for f.rest.Len() == 0 {
		if f.left == 0 {
			return 0, io.EOF
		}
		if !f.chunks.Next(f.ctx) {
			if err := f.chunks.Err(); err != nil {
				return 0, failure(f.ctx, "reading a file of "+f.from.Name, err)
			}
			return 0, fmt.Errorf("reading a file of %s: content is missing: %w", f.from.Name, io.ErrUnexpectedEOF)
		}
		n, ok := f.chunks.Current.Lookup("n").AsInt64OK()
		_, data, isBytes := f.chunks.Current.Lookup("data").BinaryOK()
		if !ok || !isBytes || n != f.n || len(data) == 0 || int64(len(data)) > f.left {
			return 0, fmt.Errorf("reading a file of %s: its content is not in order", f.from.Name)
		}
		f.n, f.left = f.n+1, f.left-int64(len(data))
		f.rest.Reset(append([]byte(nil), data...))
	}
	return f.rest.Read(p)
}

func (f *file) Close() error { return f.chunks.Close(context.WithoutCancel(f.ctx)) }
