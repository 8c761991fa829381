package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/parquet-go/parquet-go"
)

// found is what was found of a patient: how many rows of each collection, and the files, by what is in them.
type found struct {
	rows  map[string]int
	files []string
}

func (f *found) all() (n int) {
	for _, rows := range f.rows {
		n += rows
	}
	return n
}

// same says whether both found the same.
func (f *found) same(ours *found) error {
	if !maps.Equal(f.rows, ours.rows) {
		return fmt.Errorf("by hand %v were found, by Dossier %v", f.rows, ours.rows)
	}
	slices.Sort(f.files)
	slices.Sort(ours.files)
	if !slices.Equal(f.files, ours.files) {
		return fmt.Errorf("by hand %d images were found, by Dossier %d, or they are not the same", len(f.files), len(ours.files))
	}
	return nil
}

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// foundByHand is what lies in a folder, with so many rows in its files.
func foundByHand(dir string, rows map[string]int) (*found, error) {
	f := &found{rows: rows}
	maps.DeleteFunc(f.rows, func(_ string, n int) bool { return n == 0 })
	images, err := filepath.Glob(filepath.Join(dir, "image-*"))
	for _, image := range images {
		b, rerr := os.ReadFile(image)
		err = errors.Join(err, rerr)
		f.files = append(f.files, sumOf(b))
	}
	return f, err
}

// foundIn is what a package holds.
func (h *house) foundIn(ctx context.Context, id string) (*found, error) {
	var sealed bytes.Buffer
	if _, err := h.engine.Archive(ctx, id, &sealed, false); err != nil {
		return nil, err
	}
	z, err := zip.NewReader(bytes.NewReader(sealed.Bytes()), int64(sealed.Len()))
	if err != nil {
		return nil, err
	}
	var index struct {
		Collections []struct {
			Title, JSON string
			Own         bool
		}
	}
	if err := inPackage(z, "dossier.json", &index); err != nil {
		return nil, err
	}
	f := &found{rows: map[string]int{}}
	for _, c := range index.Collections {
		if c.Own { // the executor's own records
			continue
		}
		var rows []map[string]any
		if err := inPackage(z, c.JSON, &rows); err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			f.rows[c.Title] += len(rows)
		}
		for _, row := range rows {
			if name, ok := row["document"].(string); ok {
				b, err := fileIn(z, name)
				if err != nil {
					return nil, err
				}
				f.files = append(f.files, sumOf(b))
			}
		}
	}
	return f, nil
}

func fileIn(z *zip.Reader, name string) ([]byte, error) {
	r, err := z.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func inPackage(z *zip.Reader, name string, into any) error {
	b, err := fileIn(z, name)
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	return err
}

// dosesOf are a patient's rows of an export, as texts.
func dosesOf(content []byte, no string) (out [][]string, err error) {
	f, err := parquet.OpenFile(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	column := map[string]int{}
	for i, path := range f.Schema().Columns() {
		column[path[0]] = i
	}
	for _, group := range f.RowGroups() {
		rows, some := group.Rows(), make([]parquet.Row, 64)
		for err == nil {
			var n int
			n, err = rows.ReadRows(some)
			for _, row := range some[:n] {
				if row[column["patient_no"]].String() == no {
					out = append(out, []string{no, row[column["exposed_on"]].String(), row[column["dose_mgy"]].String()})
				}
			}
		}
		if !errors.Is(err, io.EOF) {
			return nil, err
		}
		err = rows.Close()
	}
	return out, err
}
