package archive

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/dossier-dsr/dossier/core/request"
)

// TestRecordsComeBack: every kind of record comes back from CSV and twin as it went in, in both languages, with a label for its table, its
// columns and its codes.
func TestRecordsComeBack(t *testing.T) {
	for _, lang := range []string{"pl", "en"} {
		w, err := wordsIn(lang)
		if err != nil {
			t.Fatal(err)
		}
		files := unpack(t, sample(t, lang, request.Access))
		if len(sampleRecords()) != len(recordFields) {
			t.Fatalf("the sample has %d kinds of records of %d", len(sampleRecords()), len(recordFields))
		}
		for kind, rows := range sampleRecords() {
			label := w.T("record." + string(kind))
			if label == "" || w.T("record."+string(kind)+".about") == "" {
				t.Errorf("%s: %s has no label", lang, kind)
				continue
			}
			got := readTable(t, files, slug(label, '-', 50, "data"))
			for n, f := range recordFields[kind] {
				title, _ := got.fields[n]["title"].(string)
				if got.fields[n]["name"] != f.name || title == "" || title == f.name {
					t.Errorf("%s: %s: column %d is %v, called %q", lang, kind, n+1, got.fields[n]["name"], title)
				}
				for i, row := range rows {
					cell, err := typed(got.records[i][n], got.fields[n])
					if err != nil {
						t.Errorf("%s: %s.%s: %v", lang, kind, f.name, err)
					}
					if fmt.Sprint(comparable15(cell)) != fmt.Sprint(comparable15(row[f.name])) && f.typ != Document {
						t.Errorf("%s: %s.%s: %v came back of %v", lang, kind, f.name, cell, row[f.name])
					}
					if code, _ := row[f.name].(string); f.codes != "" && code != "" && w.Code(f.codes, code) == "" {
						t.Errorf("%s: %s.%s: nobody says what %q means", lang, kind, f.name, code)
					}
					if twin := string(got.twin[i][f.name]); (twin == "null") != (cell == nil) {
						t.Errorf("%s: %s.%s: the twin says %s", lang, kind, f.name, twin)
					}
				}
			}
		}
	}
}

// comparable15 brings what went in and what came back into one form.
func comparable15(v any) any {
	switch x := v.(type) {
	case time.Time:
		if x.Equal(x.Truncate(24*time.Hour)) && x.Location() == time.UTC {
			return x.Format(time.DateOnly)
		}
		return x.UTC()
	case string:
		if x == "" {
			return nil
		}
	}
	return v
}

// TestRecordsAreNoFind: a package with nothing but our own records says that nothing is held; a field there is not is an error.
func TestRecordsAreNoFind(t *testing.T) {
	var out bytes.Buffer
	b, err := New(&out, fixedConfig(t), info("en", request.Access))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Records(context.Background(), RecordedRequests, sampleRecords()[RecordedRequests]); err != nil {
		t.Fatal(err)
	}
	if err := b.Records(context.Background(), RecordedTasks, nil); err != nil {
		t.Fatal(err)
	}
	r, err := b.Close(told())
	if err != nil || r.Rows != 0 || r.Collections != 0 {
		t.Errorf("%+v (%v)", r, err)
	}
	files := unpack(t, out.Bytes())
	page := string(files["index.html"])
	if !strings.Contains(page, "We hold no personal data about you") || !strings.Contains(page, "What our record of requests holds about you") {
		t.Error("the page does not say that nothing is held, or does not show the register")
	}
	if files["data/requests.csv"] == nil || files["data/tasks-for-people.csv"] != nil {
		t.Error("the table of requests is missing, or an empty one is there")
	}
	b, err = New(&out, fixedConfig(t), info("en", request.Access))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Abort()
	if err := b.Records(context.Background(), RecordedTasks, []Record{{"request": "1", "who": "x"}}); err == nil {
		t.Error("a field there is not was taken")
	}
}

// TestProvisions are written out as lawyers read them.
func TestProvisions(t *testing.T) {
	for code, want := range map[string][2]string{
		"art17_1_b": {"art.\u00a017 ust.\u00a01 lit.\u00a0b RODO", "Art. 17(1)(b) GDPR"},
		"art21_2":   {"art.\u00a021 ust.\u00a02 RODO", "Art. 21(2) GDPR"},
		"art19":     {"art.\u00a019 RODO", "Art. 19 GDPR"},
		"":          {}, "anything": {}, "art17_1_b_c": {},
	} {
		for i, lang := range []string{"pl", "en"} {
			w, err := wordsIn(lang)
			if err != nil {
				t.Fatal(err)
			}
			if got := w.Provision(code); got != want[i] {
				t.Errorf("%s in %s: %q, want %q", code, lang, got, want[i])
			}
		}
	}
}
