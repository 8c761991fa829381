package connectors

import (
	"testing"
	"time"
)

func FuzzCutDate(f *testing.F) {
	for _, s := range []string{"", "2006-01-02", "0000-00-00", "2006-01-02 15:04:05.999999 +01:00", "2006-01-02T15:04Z", "2006-02-30", "2006-01-02T15:04:05+0530", "2006-01-02 15:04:05+02"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, _, ok := Date(s, time.UTC)
		for _, how := range []How{Year, Month} {
			cut := CutDate(s, how, time.UTC)
			if (cut != nil) != ok {
				t.Fatalf("%q is read: %v, cut to %v", s, ok, cut)
			}
			if cut == nil {
				continue
			}
			if cut.(string)[:4] != s[:4] || len(cut.(string)) != len(s) {
				t.Fatalf("%q is cut to %v", s, cut)
			}
			if again := CutDate(cut, how, time.UTC); again != cut {
				t.Fatalf("%v is cut again to %v", cut, again)
			}
		}
	})
}

func FuzzEqual(f *testing.F) {
	f.Add("7", int64(7), 7.0)
	f.Add("1e400", int64(0), 1e300)
	f.Fuzz(func(t *testing.T, s string, n int64, x float64) {
		values := []any{s, []byte(s), Decimal(s), JSON(s), n, x, n%2 == 0, nil, time.Unix(n%1e11, 0)}
		for _, a := range values {
			for _, b := range values {
				if Equal(a, b) != Equal(b, a) {
					t.Fatalf("Equal(%T, %T) is not the same both ways", a, b)
				}
			}
		}
	})
}
