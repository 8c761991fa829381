package connectors

import (
	"testing"
	"time"
)

func TestEqual(t *testing.T) {
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		a, b any
		want bool
	}{
		{nil, nil, true}, {nil, "", false}, {nil, int64(0), false}, {"", "", true},
		{int64(7), "7", true}, {"07", int64(7), true}, {"07", "7", false}, {" 7", int64(7), false},
		{int64(7), 7.0, true}, {Decimal("7.00"), int64(7), true}, {Decimal("7.00"), Decimal("7"), true},
		{int64(9007199254740993), 9007199254740992.0, false}, {"9007199254740993", int64(9007199254740993), true},
		{Decimal("12345678901234567890.10"), "12345678901234567890.1", true},
		{"1e3", int64(1000), true}, {"0.1", 0.1, true}, {Decimal("0.1"), 0.1, true}, {Decimal("12345678901234567890.10"), 12345678901234567890.10, false},
		{1e300, Decimal("1e300"), true}, {5e-324, "5e-324", true}, {"1e999999999", int64(1), false}, {"1/2", 0.5, false}, {"0x10", int64(16), false},
		{true, "true", true}, {true, "TRUE", true}, {true, int64(1), true}, {false, int64(1), false},
		{"Ł", []byte("Ł"), true}, {"a", "A", false},
		{noon, noon.In(time.FixedZone("", 3600)), true}, {noon, "2026-03-01T12:00:00Z", true}, {noon, "2026-03-01", false},
		{Blob{ID: "x", Size: 1}, Blob{ID: "x", Size: 2}, true}, {Blob{ID: "x"}, "x", false},
	} {
		if got := Equal(c.a, c.b); got != c.want {
			t.Errorf("Equal(%#v, %#v) = %v", c.a, c.b, got)
		}
		if got := Equal(c.b, c.a); got != c.want {
			t.Errorf("Equal(%#v, %#v) = %v", c.b, c.a, got)
		}
	}
}

func TestSameMindsTheType(t *testing.T) {
	if Same(int64(7), "7") || Same("7", []byte("7")) || !Same([]byte{1}, []byte{1}) || Same([]byte{1}, []byte{2}) || !Same(nil, nil) {
		t.Error("Same must compare type and bytes")
	}
	if now := time.Now(); !Same(now, now.UTC()) {
		t.Error("an instant is the same in every zone")
	}
}
