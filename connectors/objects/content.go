package objects

import (
	"bytes"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/rowfile"
)

// Content is what a file of these rows, laid out anew, holds.
func (from *Source) Content(rows []connectors.Row) ([]byte, error) {
	if from.Codec == nil {
		switch x := rows[0][connectors.DocumentField].(type) {
		case []byte:
			return x, nil
		case string:
			return []byte(x), nil
		}
		return nil, nil
	}
	var inside []connectors.Row
	var header []string
	seen := map[string]bool{}
	for _, row := range rows {
		r := connectors.Row{}
		for _, name := range rowfile.SortedNames(row) {
			if from.Path.Has(name) {
				continue
			}
			r[name] = row[name]
			if !seen[name] {
				seen[name] = true
				header = append(header, name)
			}
		}
		inside = append(inside, r)
	}
	rowfile.WithHeader(from.Codec, header)
	var out bytes.Buffer
	err := from.Codec.Pass(bytes.NewReader(nil), &out, nil, inside)
	return out.Bytes(), err
}
