package jobs

import (
	"strconv"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// Tally takes in a row of [relational.Count]: the number of one person's rows, or, under the person Everyone, of all.
func Tally(t *connectors.Tally, row [][]byte) error {
	person, err := strconv.Atoi(string(row[0]))
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(string(row[1]), 10, 64)
	if err != nil {
		return err
	}
	if person == relational.Everyone { // the last row; the sum counts a row of two persons twice
		t.Total = n
		return nil
	}
	t.ByPerson[person] = n
	t.Total += n
	return nil
}
