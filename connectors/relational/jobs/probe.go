package jobs

import "strconv"

// Take takes in a row of [relational.Reached].
func (f *Found) Take(row [][]byte) error {
	person, err := strconv.Atoi(string(row[0]))
	if err == nil {
		f.Add(person, string(row[1]) == "1", Texts(row[2:]))
	}
	return err
}

// Into takes in the names of rows.
func Into(names map[string]bool) func(row [][]byte) error {
	return func(row [][]byte) error {
		names[NameOf(Texts(row))] = true
		return nil
	}
}

// Probe counts the rows an application can read and those it can change; try tries one. Of a held row it reads something where tells says that
// what stands in its place tells of its content.
func Probe(rows []Target, tells map[string]bool, try func(Target) (seen, changed bool, err error)) (readable, writable int64, err error) {
	for _, r := range rows {
		seen, changed, err := try(r)
		if err != nil {
			return 0, 0, err
		}
		if seen && (!r.Held || tells[r.Name()]) {
			readable++
		}
		if changed {
			writable++
		}
	}
	return readable, writable, nil
}
