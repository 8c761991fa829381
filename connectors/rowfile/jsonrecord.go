package rowfile

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
)

// jsonRecord is one object: a line, or an element of an array.
type jsonRecord struct {
	n    int64
	raw  []byte
	list []member // of raw, once it was checked
}

func (r *jsonRecord) Number() int64 { return r.n }
func (r *jsonRecord) Bytes() []byte { return r.raw }
func (r *jsonRecord) Fixed() bool   { return false }

func (r *jsonRecord) Names() []string {
	var out []string
	for _, m := range r.list {
		out = append(out, m.called(r.raw))
	}
	return out
}

func (r *jsonRecord) Value(name string) (any, bool) {
	for i := len(r.list) - 1; i >= 0; i-- {
		if m := r.list[i]; m.is(r.raw, name) {
			return FromJSON(r.raw[m.start:m.end]), true
		}
	}
	all := spans(r.raw, r.list, name)
	if len(all) == 0 {
		return nil, false
	}
	m := all[len(all)-1]
	return FromJSON(r.raw[m.start:m.end]), true
}

// stand lets the record stand on a row; an error says that raw is no object.
func (r *jsonRecord) stand(n int64, raw []byte) (err error) {
	var ok bool
	r.n, r.raw = n, raw
	if r.list, ok = members(r.list[:0], raw); ok {
		return nil
	}
	if json.Valid(raw) {
		return &Malformed{row: r.n, what: "not an object"}
	}
	return &Malformed{row: r.n, what: "not valid JSON"}
}

// rewritten is the object with new values; all other bytes stay. A member that is not there is put at the
// end, unless the value is NULL: absent is NULL.
func (r *jsonRecord) rewritten(set connectors.Row) ([]byte, error) {
	type patch struct {
		start, end int
		With       []byte
	}
	var patches []patch
	raw := r.raw
	for _, name := range slices.Sorted(maps.Keys(set)) {
		found := spans(r.raw, r.list, name)
		for _, m := range found {
			b, err := toJSON(set[name], r.raw[m.start:m.end])
			if err != nil {
				return nil, err
			}
			patches = append(patches, patch{m.start, m.end, b})
		}
		if len(found) > 0 || set[name] == nil {
			continue
		}
		b, err := toJSON(set[name], nil)
		if err != nil {
			return nil, err
		}
		key, err := quoteJSON(name)
		if err != nil {
			return nil, err
		}
		list := r.list
		close := bytes.LastIndexByte(r.raw, '}')
		piece := slices.Concat(key, []byte(": "), b)
		at := close
		if len(list) > 0 {
			at = list[len(list)-1].end
		}
		first := len(list) == 0 && !slices.ContainsFunc(patches, func(p patch) bool { return p.start == at && p.end == at })
		if !first {
			piece = slices.Concat([]byte(", "), piece)
		}
		patches = append(patches, patch{at, at, piece})
	}
	slices.SortStableFunc(patches, func(a, b patch) int { return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end)) })
	var out []byte
	at := 0
	for _, p := range patches {
		if p.start < at {
			return nil, fmt.Errorf("%w: two fields that are set lie in one another", connectors.ErrConflict)
		}
		out = append(append(out, raw[at:p.start]...), p.With...)
		at = p.end
	}
	return append(out, raw[at:]...), nil
}
