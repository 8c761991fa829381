package mongodb

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// TestAsItWasPutAside: what is in a document, and what is going to become of it, comes back as it was put aside, from memory and from the file.
func TestAsItWasPutAside(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	raw, err := bson.Marshal(bson.D{{Key: "_id", Value: "T-1"}, {Key: "n", Value: int32(1)}, {Key: "in", Value: bson.D{{Key: "list", Value: bson.A{"a", "b", bson.D{{Key: "no", Value: 3}}}}}}, {Key: "large", Value: bytes.Repeat([]byte{7}, 1<<20)}})
	if err != nil {
		t.Fatal(err)
	}
	path := []string{"in", "list"}
	k := newKnown()
	defer k.close()
	bodies := map[string]func(*stand){
		"as it was read": func(s *stand) {
			if _, err := s.parts(path); err != nil {
				t.Error(err)
			}
		},
		"never looked into": func(*stand) {},
		"with a plan": func(s *stand) {
			ps, _ := s.parts(path)
			ps[0].gone, ps[1].now, ps[1].marks = true, text("x"), []string{"r", "s"}
			s.now, _ = put(s.doc, []string{"n"}, null)
		},
		"half worked": func(s *stand) {
			ps, _ := s.parts(path)
			ps[2].off, ps[1].cur = true, text("y")
			s.arrays["in.list"] = []*part{{no: -1, was: text("new"), now: text("new"), cur: text("newer")}, ps[1], ps[0]}
			s.cur, _ = put(s.doc, []string{"n"}, text("z"))
			s.gone, s.off, s.marks = true, true, []string{"q"}
		},
		"held": func(s *stand) {
			s.entry = &entry{ID: text("E-1"), Coll: "c", Of: s.at, State: moving, Marks: []string{"r"}, At: 4, Before: []int32{1, -2}, Doc: null}
		},
	}
	for round := range 2 {
		var all []*stand
		var want []body
		for name, change := range bodies {
			s, err := k.stand(fmt.Sprint(name, round), standing(bson.Raw(raw).Lookup("_id"), raw))
			if err != nil {
				t.Fatal(err)
			}
			k.wait(s)
			change(s)
			all, want = append(all, s), append(want, *s.body)
		}
		naked := &stand{body: &body{at: text("E-2"), entry: &entry{ID: text("E-2"), Of: text("T-1"), Path: "in.list", Marks: []string{}, Before: []int32{}, Doc: null}, around: raw}, looks: 1}
		naked.arrays = map[string][]*part{"": {{was: text("a"), now: null, cur: text("a"), marks: []string{"r"}}}}
		k.wait(naked)
		all, want = append(all, naked), append(want, *naked.body)
		for _, s := range all {
			if err := k.rest(s); err != nil || s.body != nil {
				t.Fatalf("it is not put aside: %v", err)
			}
		}
		for i, s := range all {
			if err := k.look(s); err != nil {
				t.Fatal(err)
			}
			if want[i].arrays == nil {
				want[i].arrays = map[string][]*part{}
			}
			if got := *s.body; !same(got, want[i]) {
				t.Errorf("round %d: %s came back as another", round, s.name)
			}
			k.turned(s)
			if err := k.rest(s); err != nil {
				t.Fatal(err)
			}
		}
		if len(k.stands) > 0 {
			t.Errorf("%d documents are remembered after their turn", len(k.stands))
		}
	}
}

// same compares what two documents hold.
func same(a, b body) bool {
	if len(a.arrays) != len(b.arrays) {
		return false
	}
	for path, ps := range a.arrays {
		if len(ps) != len(b.arrays[path]) {
			return false
		}
		for i, p := range ps {
			q := b.arrays[path][i]
			if !identical(p.was, q.was) || !identical(p.now, q.now) || !identical(p.cur, q.cur) || !slices.Equal(p.marks, q.marks) || p.no != q.no || p.gone != q.gone || p.off != q.off {
				return false
			}
		}
	}
	for _, x := range []*body{&a, &b} {
		x.arrays = nil
		if x.entry != nil {
			x.entry.Doc = null
		}
	}
	return reflect.DeepEqual(a, b)
}
