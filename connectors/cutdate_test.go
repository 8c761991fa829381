package connectors

import (
	"testing"
	"time"
)

func TestCutDate(t *testing.T) {
	warsaw, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		in          any
		year, month any
	}{
		{"2006-05-06", "2006-01-01", "2006-05-01"},
		{"2006-05-06 10:11:12", "2006-01-01 00:00:00", "2006-05-01 00:00:00"},
		{"2006-05-06T10:11:12.345+02:00", "2006-01-01T00:00:00.000+02:00", "2006-05-01T00:00:00.000+02:00"},
		{"2006-05-06 10:11:12 +02:00", "2006-01-01 00:00:00 +02:00", "2006-05-01 00:00:00 +02:00"},
		{"2006-05-06T10:11Z", "2006-01-01T00:00Z", "2006-05-01T00:00Z"},
		{[]byte("2006-05-06"), []byte("2006-01-01"), []byte("2006-05-01")},
		{nil, nil, nil}, {"", nil, nil}, {"0000-00-00", nil, nil}, {"soon", nil, nil}, {int64(20060506), nil, nil}, {time.Time{}, nil, nil},
		// 2005-12-31T23:30Z is 2006 in Warsaw
		{time.Date(2005, 12, 31, 23, 30, 0, 0, time.UTC), time.Date(2006, 1, 1, 0, 0, 0, 0, warsaw), time.Date(2006, 1, 1, 0, 0, 0, 0, warsaw)},
	} {
		for how, want := range map[How]any{Year: c.year, Month: c.month} {
			got := CutDate(c.in, how, warsaw)
			if !Same(got, want) {
				t.Errorf("CutDate(%v, %s) = %v, want %v", c.in, how, got, want)
			}
			if again := CutDate(got, how, warsaw); !Same(again, got) {
				t.Errorf("CutDate(%v, %s) twice = %v", c.in, how, again)
			}
		}
	}
}

func TestDeriveText(t *testing.T) {
	key := []byte("0123456789abcdef0123456789abcdef")
	one := DeriveText(key, int64(7), "a")
	if len(one) != 16 || one != DeriveText(key, int64(7), "a") || one != DeriveText(key, "7", "a") {
		t.Errorf("DeriveText = %q, want 16 characters, the same each time and for the text of a number", one)
	}
	for _, other := range []string{DeriveText(key, int64(7), "b"), DeriveText([]byte("x"), int64(7), "a"), DeriveText(key, "7a", ""), DeriveText(key, "7a")} {
		if other == one {
			t.Error("different keys give the same text")
		}
	}
}
