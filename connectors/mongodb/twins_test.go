package mongodb

import (
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// TestWhatTwinsAreCalled: of an _id those of other types that are the same value here are asked for, and no others.
func TestWhatTwinsAreCalled(t *testing.T) {
	id := bson.ObjectID{0xab, 2, 3}
	for _, x := range []struct {
		of   any
		want []any
	}{
		{int32(7), []any{"7"}},
		{int64(7), []any{"7"}},
		{7.5, []any{"7.5"}},
		{"7", []any{int64(7)}},
		{id, []any{id.Hex()}},
		{id.Hex(), []any{id}},
		{bson.Binary{Subtype: bson.TypeBinaryUUID, Data: make([]byte, 16)}, []any{"00000000-0000-0000-0000-000000000000"}},
		{"C-7", nil},
		{bson.D{{Key: "a", Value: 1}}, nil},
	} {
		of, err := marshal(x.of)
		if err != nil {
			t.Fatal(err)
		}
		w := &twins{finder: &finder{store: &store{}}}
		if err := w.row(t.Context(), row{stand: standing(of, nil)}); err != nil {
			t.Fatal(err)
		}
		if len(w.asked) != len(x.want) {
			t.Errorf("of %v %d are asked for, want %d", x.of, len(w.asked), len(x.want))
			continue
		}
		for i, want := range x.want {
			if v, err := marshal(want); err != nil || !identical(w.asked[i], v) {
				t.Errorf("of %v %v is asked for, want %v", x.of, w.asked[i], want)
			}
		}
	}
}
