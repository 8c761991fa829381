package clinic

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// Snapshot is everything the stores hold, by name: "records/visits/17", "billing/items/FV/3/1", "desk/threads/T-P-000001-0",
// "images/xrays/P-000001/…". A row is a line for each column that is not NULL, in their order: "service=przegląd". A document is a line for what it holds and one for
// each message in it, with the types of its values; a file of GridFS its description and its bytes. An object is, version by version, what it holds and how it is described, an export
// the line of each row; its versions' own numbers and dates stand under its name with " versions" behind it. What restriction keeps for itself is not in it.
type Snapshot map[string]string

// Snapshot reads all stores, past the connectors.
func (s *Stores) Snapshot(t testing.TB) Snapshot {
	t.Helper()
	out := Snapshot{}
	for name, read := range map[string]func(context.Context, Snapshot) error{"records": s.readRecords, "billing": s.readBilling, "desk": s.readDesk, "images": s.readImages} {
		if err := read(t.Context(), out); err != nil {
			t.Fatalf("reading %s: %v", name, err)
		}
	}
	return out
}

// Gone takes names away; each has to be there.
func (a Snapshot) Gone(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, there := a[name]; !there {
			t.Errorf("%s was never there", name)
		}
		delete(a, name)
	}
}

// Set writes another value into a column, or with "" makes it NULL.
func (a Snapshot) Set(t testing.TB, name, column, value string) {
	t.Helper()
	lines := strings.Split(a[name], "\n")
	i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, column+"=") })
	switch {
	case i < 0:
		t.Errorf("%s has no %s", name, column)
	case value == "":
		lines = slices.Delete(lines, i, i+1)
	default:
		lines[i] = column + "=" + value
	}
	a[name] = strings.Join(lines, "\n")
}

// Lose takes every line that holds a text out of what stands under a name.
func (a Snapshot) Lose(t testing.TB, name, text string) {
	t.Helper()
	lines := strings.Split(a[name], "\n")
	left := slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return strings.Contains(l, text) })
	if len(left) == len(lines) {
		t.Errorf("%s has no line with %q", name, text)
	}
	a[name] = strings.Join(left, "\n")
}

// Replace puts another text in the place of each of one, under a name.
func (a Snapshot) Replace(t testing.TB, name, from, to string) {
	t.Helper()
	if !strings.Contains(a[name], from) {
		t.Errorf("%s does not hold %q:\n%s", name, from, a[name])
	}
	a[name] = strings.ReplaceAll(a[name], from, to)
}

// Rewritten leaves out of both what tells that objects were written anew, with other numbers and dates than before.
func (a Snapshot) Rewritten(b Snapshot, names ...string) {
	for _, name := range names {
		delete(a, name+" versions")
		delete(b, name+" versions")
	}
}

// With is a copy that is to be changed.
func (a Snapshot) With() Snapshot { return maps.Clone(a) }

// Diff says, name by name, in what b is not a.
func (a Snapshot) Diff(b Snapshot) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(a)) {
		v, there := b[name]
		switch {
		case !there:
			out = append(out, fmt.Sprintf("%s is gone", name))
		case v != a[name]:
			out = append(out, fmt.Sprintf("%s is\n%s\nand not\n%s", name, v, a[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(b)) {
		if _, there := a[name]; !there {
			out = append(out, fmt.Sprintf("%s is new:\n%s", name, b[name]))
		}
	}
	return out
}

// Names are those that begin with one of the texts, sorted.
func (a Snapshot) Names(prefixes ...string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(a)), func(name string) bool {
		return !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
	})
}
