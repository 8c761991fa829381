package engine

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
	"github.com/dossier-dsr/dossier/core/state"
)

// Opened is what was given out under a permit.
type Opened struct {
	Format      string `json:"format"` // dossier.held-rows/v1
	Restriction string `json:"restriction"`
	Permit      int64  `json:"permit"`
	Basis       string `json:"basis"`
	Law         string `json:"law,omitempty"`
	Account     string `json:"account"`
	For         string `json:"for"`
	OpenedAt    string `json:"opened_at"`
	DestroyBy   string `json:"destroy_by"` // the permit's last day
	Collections int    `json:"collections"`
	Rows        int64  `json:"rows"`
	Files       int    `json:"files"`
}

// OpenHeld writes the rows a restriction holds, as they stand, for a use the permit allows: a ZIP with permit.json, a JSON-lines file
// for each collection and the documents. The rows stay out of reach where they are. The use is recorded before the first row
// is read. only names collections as SYSTEM/COLLECTION; none are all: who needs two tables is given two.
func (e *Engine) OpenHeld(ctx context.Context, id string, permit int64, what string, only []string, w io.Writer) (*Opened, error) {
	if err := e.Use(ctx, id, permit, what); err != nil {
		return nil, err
	}
	p, err := read(ctx, e, func(tx *state.Tx) (state.Permit, error) { return permitOf(tx, id, permit) })
	if err != nil {
		return nil, err
	}
	work, err := e.heldWork(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &Opened{Format: "dossier.held-rows/v1", Restriction: id, Permit: permit, Basis: p.Basis, Law: p.Law, Account: p.Account, For: what,
		OpenedAt: e.Now().UTC().Format(time.RFC3339), DestroyBy: p.Until}
	z := zip.NewWriter(w)
	for _, part := range work.Systems {
		sys := e.Planner.Systems[part.System]
		for _, t := range part.Treatments {
			name := part.System + "/" + t.On.Collection.Name
			if t.Verb != connectors.Block || len(only) > 0 && !slices.Contains(only, name) {
				continue
			}
			e.progress("reading " + name)
			if err := out.table(ctx, z, sys, t.On, name); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	if out.Rows == 0 {
		return nil, hint(unfit("restriction %s holds nothing there", id), "dossier restriction list")
	}
	f, err := z.Create("permit.json")
	if err != nil {
		return nil, err
	}
	enc := json.NewEncoder(f)
	enc.SetIndent("", "  ")
	if err := enc.Encode(out); err != nil {
		return nil, err
	}
	return out, z.Close()
}

// heldWork finds what a restriction holds now.
func (e *Engine) heldWork(ctx context.Context, id string) (*planner.Work, error) {
	o, err := e.openRequest(ctx, id)
	if err != nil {
		return nil, err
	}
	defer o.Key.Wipe()
	if o.Content.Right != request.Restriction {
		return nil, unfit("request %s is no restriction", id)
	}
	made, err := e.make(ctx, o, o.AsOf, nil)
	if err != nil {
		return nil, err
	}
	for _, s := range made.Plan.Systems {
		if !s.Reached {
			return nil, fmt.Errorf("%s: %w", s.Name, connectors.ErrTryLater)
		}
	}
	return made.Work, nil
}

// table writes one collection.
func (o *Opened) table(ctx context.Context, z *zip.Writer, sys *planner.System, sel connectors.Selection, name string) error {
	c := sys.Map.Collection(sel.Collection.Name)
	sel.Fields = allFields(c)
	blobs, _ := connectors.As[connectors.BlobOpener](sys.Store)
	type pending struct {
		name string
		blob connectors.Blob
	}
	var files []pending
	f, err := z.Create(name + ".jsonl")
	if err != nil {
		return err
	}
	enc := json.NewEncoder(f)
	rows := o.Rows
	err = sys.Each(ctx, sel, func(_ int, vs []any) error {
		row := map[string]any{}
		for i, v := range vs {
			switch x := v.(type) {
			case connectors.Blob:
				file := fmt.Sprintf("files/%s-%d%s", strings.ReplaceAll(name, "/", "-"), len(files)+1, ending(x.Name))
				files = append(files, pending{file, x})
				row[sel.Fields[i]] = file
			case connectors.JSON:
				row[sel.Fields[i]] = json.RawMessage(x)
			default:
				row[sel.Fields[i]] = v
			}
		}
		o.Rows++
		return enc.Encode(row)
	})
	if err != nil {
		return err
	}
	if o.Rows > rows {
		o.Collections++
	}
	for _, p := range files {
		if err := copyBlob(ctx, z, blobs, p.name, p.blob); err != nil {
			return err
		}
		o.Files++
	}
	return nil
}

func copyBlob(ctx context.Context, z *zip.Writer, blobs connectors.BlobOpener, name string, b connectors.Blob) error {
	if blobs == nil {
		return connectors.ErrNotSupported
	}
	r, err := blobs.OpenBlob(ctx, b)
	if err != nil {
		return err
	}
	defer r.Close()
	f, err := z.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return err
}

// allFields are the fields of a collection that the map knows, its key first, the document last.
func allFields(c *datamap.Collection) []string {
	out := slices.Clone(c.Key)
	for _, f := range c.Fields {
		out = withAlso(out, []string{f.Name})
	}
	for _, x := range c.Edges {
		out = withAlso(out, x.Fields)
	}
	if c.Document != nil {
		out = append(out, connectors.DocumentField)
	}
	return out
}
