package index

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dossier-dsr/dossier/connectors"
)

func row(who any) connectors.Row { return connectors.Row{"who": who} }

// TestSecondPass: what was read once is read again only where it may hold what is asked for, or is new or changed; and nothing is concluded of a
// column that nobody had asked for.
func TestSecondPass(t *testing.T) {
	l, shelf := newLake(t), newMemory()
	x := newIndex(t, secret, shelf)
	for i := range 50 {
		l.put(fmt.Sprintf("imports/2024-%02d/a.jsonl", i), connectors.Row{"who": fmt.Sprintf("C-%d", i), "mail": "x@y.example"}, row("everywhere"))
	}
	ask := func(what string, read int, m connectors.Match) {
		t.Helper()
		wanted, _ := l.find(t, nil, l.asked(t, m), "imports/", "")
		found, got := l.find(t, x, l.asked(t, m), "imports/", "")
		if d := cmp.Diff(wanted, found); d != "" || len(got) != read {
			t.Errorf("%s: read %d, want %d\n%s", what, len(got), read, d)
		}
	}
	ask("the first time", 50, by("who", "C-7"))
	ask("the second", 1, by("who", "C-7"))
	ask("another person", 1, by("who", "C-9"))
	ask("nobody", 0, by("who", "C-99"))
	ask("everybody", 50, by("who", "everywhere"))
	ask("two of them", 2, by("who", "C-1", "C-2", "C-999"))
	ask("another column", 50, by("mail", "x@y.example"))
	ask("the other column, of which nobody", 0, by("mail", "C-7"))
	folded := by("who", "c-7")
	folded.Folded = true
	ask("in whatever case", 1, folded)
	ask("both columns in one row", 1, connectors.Match{Fields: []string{"who", "mail"}, Values: []connectors.Tuple{{Values: []any{"C-7", "x@y.example"}}}})
	ask("both columns, and no such row", 0, connectors.Match{Fields: []string{"who", "mail"}, Values: []connectors.Tuple{{Values: []any{"C-7", "other"}}}})
	within := by("who", "C-7")
	within.Fields, within.Values[0].Values = []string{"month", "who"}, []any{"2024-08", "C-7"}
	ask("a month she is not in", 0, within)
	l.put("imports/2024-03/a.jsonl", row("C-7"))
	l.put("imports/2024-51/a.jsonl", row("C-7"))
	ask("one changed, one new", 3, by("who", "C-7"))
	ask("and remembered", 3, by("who", "C-7"))
	ask("one of them no more", 0, by("who", "C-3"))
	delete(l.objects, "imports/2024-04/a.jsonl")
	ask("one gone", 0, by("who", "C-4"))
	if all := remembered(t, x); len(all) != 50 || slices.Contains(all, "imports/2024-04/a.jsonl") {
		t.Errorf("of %d objects something is remembered, want 50, and not of the one that is gone: %v", len(all), all)
	}
	for name, piece := range shelf.pieces {
		for _, planted := range []string{"everywhere", "x@y.example", "imports", "2024-03"} {
			if bytes.Contains(piece, []byte(planted)) || strings.Contains(name, planted) {
				t.Errorf("%q stands in piece %s", planted, name)
			}
		}
	}
}

// TestUntrusted: whatever has been done to the index, the answers are those of the objects; and it is made anew.
func TestUntrusted(t *testing.T) {
	flip := func(b []byte) []byte { b[len(b)/2] ^= 1; return b }
	for name, spoil := range map[string]func(m *memory, name string){
		"flipped":  func(m *memory, name string) { m.pieces[name] = flip(m.pieces[name]) },
		"torn":     func(m *memory, name string) { m.pieces[name] = m.pieces[name][:len(m.pieces[name])/2] },
		"emptied":  func(m *memory, name string) { m.pieces[name] = nil },
		"lost":     func(m *memory, name string) { delete(m.pieces, name) },
		"exchange": func(m *memory, name string) { m.pieces[name] = m.pieces[other(m, name)] },
	} {
		for _, what := range []string{"blocks", "directory", "all"} {
			l, shelf := newLake(t), newMemory()
			x := newIndex(t, secret, shelf)
			l.put("imports/2024-01/a.jsonl", row("C-1"))
			l.put("imports/2024-02/a.jsonl", row("C-2"))
			l.find(t, x, l.asked(t, by("who", "C-1")), "imports/", "")
			for n := range shelf.pieces {
				if isDirectory := strings.HasSuffix(n, directoryEnd); what == "all" || isDirectory == (what == "directory") {
					spoil(shelf, n)
				}
			}
			found, read := l.find(t, x, l.asked(t, by("who", "C-2")), "imports/", "")
			if len(found) != 1 || len(read) != 2 {
				t.Errorf("%s, %s: found %v in %v", name, what, found, read)
			}
			if _, read := l.find(t, x, l.asked(t, by("who", "C-2")), "imports/", ""); len(read) != 1 {
				t.Errorf("%s, %s: not made anew, read %v", name, what, read)
			}
			if n := shelf.blocks(); n != 1 {
				t.Errorf("%s, %s: %d blocks are left, want 1", name, what, n)
			}
		}
	}
}

func other(m *memory, name string) string {
	for n := range m.pieces {
		if n != name {
			return n
		}
	}
	return name
}

// TestForeign: the index of another key, of which only this is known, is of no use, and goes.
func TestForeign(t *testing.T) {
	l, shelf := newLake(t), newMemory()
	l.put("imports/2024-01/a.jsonl", row("C-1"))
	m := l.asked(t, by("who", "C-2"))
	l.find(t, newIndex(t, "the secret that was used before this one", shelf), m, "imports/", "")
	if _, read := l.find(t, newIndex(t, secret, shelf), m, "imports/", ""); len(read) != 1 {
		t.Errorf("read %v", read)
	}
	if len(shelf.pieces) != 2 {
		t.Errorf("%d pieces are left, want a directory and a block", len(shelf.pieces))
	}
}

// TestForget: nothing of an object is remembered any more, nor of one that is gone, whatever became of it in between; of its neighbours, all is.
func TestForget(t *testing.T) {
	l, shelf := newLake(t), newMemory()
	x := newIndex(t, secret, shelf)
	for i := range 30 {
		l.put(fmt.Sprintf("imports/2024-%02d/a.jsonl", i), row(i))
	}
	m := l.asked(t, by("who", "nobody"))
	l.find(t, x, m, "imports/", "")
	keys := []string{"imports/2024-17/a.jsonl", "imports/2024-02/a.jsonl", "imports/2024-99/a.jsonl"}
	if err := x.Forget(t.Context(), keys); err != nil {
		t.Fatal(err)
	}
	if all := remembered(t, x); len(all) != 28 || slices.Contains(all, keys[0]) || slices.Contains(all, keys[1]) || shelf.blocks() != 1 {
		t.Errorf("remembered are %v, in %d blocks", all, shelf.blocks())
	}
	if _, read := l.find(t, x, m, "imports/", ""); !slices.Equal(read, []string{keys[1], keys[0]}) {
		t.Errorf("read %v", read)
	}
	shelf.fail = func(doing, _ string) error {
		if doing == "put" {
			return errors.New("denied")
		}
		return nil
	}
	if x.Forget(t.Context(), keys) == nil {
		t.Error("what could not be forgotten is said to be")
	}
}

// TestMeanwhile: of two passes at once one is remembered, and what was forgotten meanwhile does not come back.
func TestMeanwhile(t *testing.T) {
	l, shelf := newLake(t), newMemory()
	l.put("imports/2024-01/a.jsonl", row("C-1"))
	l.put("imports/2024-02/a.jsonl", row("C-2"))
	m := l.asked(t, by("who", "C-1"))
	one, two := newIndex(t, secret, shelf), newIndex(t, secret, shelf)
	l.find(t, one, m, "imports/", "")
	l.put("imports/2024-02/a.jsonl", row("C-3"))
	span := Span{Prefixes: []string{"imports/"}, Visits: func(string) bool { return true }}
	late := one.Begin(t.Context(), "imports", m, span, true)
	if again := one.Begin(t.Context(), "imports", m, span, true); again.out != nil {
		t.Error("two passes of one process write the same index")
	}
	if err := two.Forget(t.Context(), []string{"imports/2024-01/a.jsonl"}); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"imports/2024-01/a.jsonl", "imports/2024-02/a.jsonl"} {
		late.Object(key).End([]Version{l.objects[key].Version})
	}
	late.End(t.Context(), true)
	if all := remembered(t, two); slices.Contains(all, "imports/2024-01/a.jsonl") || shelf.blocks() != 1 {
		t.Errorf("remembered are %v, in %d blocks", all, shelf.blocks())
	}
	if p := one.Begin(t.Context(), "imports", m, span, true); p.out == nil {
		t.Error("a pass that ended still keeps others from remembering")
	}
}

// TestBlocks: an index of many objects is in blocks, and one that is changed at one place is written there only.
func TestBlocks(t *testing.T) {
	l, shelf := newLake(t), newMemory()
	x := newIndex(t, secret, shelf)
	x.blockBytes = 1 << 14
	for i := range 400 {
		var rows []connectors.Row
		for n := range 50 {
			rows = append(rows, row(int64(i*50+n)))
		}
		l.put(fmt.Sprintf("imports/%04d/a.jsonl", i), rows...)
	}
	m := l.asked(t, by("who", int64(15432)))
	l.find(t, x, m, "imports/", "")
	blocks, writes := shelf.blocks(), shelf.writes
	if blocks < 4 {
		t.Fatalf("%d blocks", blocks)
	}
	if _, read := l.find(t, x, m, "imports/", ""); !slices.Contains(read, "imports/0308/a.jsonl") || len(read) > 5 || shelf.writes != writes {
		t.Errorf("read %v, and written %d pieces of the index although nothing is otherwise", read, shelf.writes-writes)
	}
	l.put("imports/0200/a.jsonl", row("new"))
	l.put("imports/0500/a.jsonl", row("new"))
	l.find(t, x, m, "imports/", "")
	if n := shelf.writes - writes; n > 4 {
		t.Errorf("written %d of %d pieces for two objects", n, blocks+1)
	}
	for key := range l.objects {
		if key > "imports/0002" {
			delete(l.objects, key)
		}
	}
	l.find(t, x, m, "imports/", "")
	if shelf.blocks() != 1 || len(remembered(t, x)) != 2 {
		t.Errorf("%d blocks for %d objects", shelf.blocks(), len(remembered(t, x)))
	}
}

// TestLikeALakeWithout: whatever happens to a lake and to its index, a pass with the index finds what one without finds.
func TestLikeALakeWithout(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		l, shelf := newLake(t), newMemory()
		x := newIndex(t, secret, shelf)
		values := rapid.SampledFrom([]any{"C-1", "c-1", "1", int64(1), 1.0, "1e0", true, "true", "2024-01-05T10:00:00Z", time.Date(2024, 1, 5, 10, 0, 0, 0, time.UTC),
			"2024-01-05 10:00:00", "Ł", "ł", "", nil, connectors.Decimal("1.00"), "straße", "STRASSE", " C-1 "})
		keys := rapid.Map(rapid.IntRange(0, 11), func(n int) string { return fmt.Sprintf("imports/%d/%d.jsonl", n/4, n%4) })
		steps := rapid.IntRange(5, 40).Draw(r, "steps")
		for range steps {
			switch what := rapid.IntRange(0, 9).Draw(r, "what"); what {
			case 0, 1, 2:
				var rows []connectors.Row
				for range rapid.IntRange(0, 3).Draw(r, "rows") {
					rows = append(rows, connectors.Row{"who": values.Draw(r, "who"), "mail": values.Draw(r, "mail")})
				}
				l.put(keys.Draw(r, "key"), rows...)
			case 3:
				delete(l.objects, keys.Draw(r, "gone"))
			case 4:
				if err := x.Forget(t.Context(), []string{keys.Draw(r, "forgotten")}); err != nil {
					r.Fatal(err)
				}
			case 5:
				for n := range shelf.pieces {
					if rapid.Bool().Draw(r, "spoil") && len(shelf.pieces[n]) > 0 {
						shelf.pieces[n][0] ^= 1
					}
				}
			default:
				way := by(rapid.SampledFrom([]string{"who", "mail"}).Draw(r, "field"), rapid.SliceOfN(values, 1, 3).Draw(r, "values")...)
				if way.Folded = rapid.Bool().Draw(r, "folded"); rapid.IntRange(0, 4).Draw(r, "both") == 0 {
					way.Fields, way.Values = []string{"mail", "who"}, []connectors.Tuple{{Values: []any{values.Draw(r, "a"), values.Draw(r, "b")}}}
				}
				ways := []connectors.Match{way}
				if rapid.IntRange(0, 3).Draw(r, "more") == 0 {
					ways = append(ways, connectors.Match{Fields: []string{"month"}, Values: []connectors.Tuple{{Values: []any{"1"}}}})
				}
				prefix := rapid.SampledFrom([]string{"imports/", "imports/", "imports/1/", "imports/2/3"}).Draw(r, "prefix")
				cut := rapid.SampledFrom([]string{"", "", "imports/1/2.jsonl"}).Draw(r, "cut")
				m := l.asked(t, ways...)
				want, _ := l.find(t, nil, m, prefix, cut)
				got, _ := l.find(t, x, m, prefix, cut)
				if d := cmp.Diff(want, got); d != "" {
					r.Fatalf("ways %d: %s", len(ways), d)
				}
			}
		}
	})
}
