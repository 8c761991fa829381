package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/dossier-dsr/dossier/core/request"
)

// pathPattern is the one pattern of the profile that Go's regular expressions cannot express: it looks ahead.
const pathPattern = `^((?=[^./~])(?!file:)((?!\/\.\.\/)(?!\\)(?!:\/\/).)*|(http|ftp)s?:\/\/.*)$`

type lookahead string

func (l lookahead) String() string { return string(l) }

// MatchString is pathPattern by hand: a relative path that does not climb, or a web address.
func (l lookahead) MatchString(s string) bool {
	if regexp.MustCompile(`^(http|ftp)s?://`).MatchString(s) {
		return true
	}
	return s != "" && !strings.ContainsRune("./~", rune(s[0])) && !strings.HasPrefix(s, "file:") &&
		!strings.Contains(s, "/../") && !strings.ContainsAny(s, "\\\n") && !strings.Contains(s, "://")
}

func profile(t testing.TB) *jsonschema.Schema {
	t.Helper()
	raw, err := os.Open(filepath.Join("testdata", "profiles", "2.0", "datapackage.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = raw.Close() }()
	doc, err := jsonschema.UnmarshalJSON(raw)
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) {
		if s == pathPattern {
			return lookahead(s), nil
		}
		return regexp.Compile(s)
	})
	if err := c.AddResource("profile.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("profile.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func validate(t testing.TB, files map[string][]byte) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(files["datapackage.json"]))
	if err != nil {
		t.Fatal(err)
	}
	if err := profile(t).Validate(doc); err != nil {
		t.Fatalf("datapackage.json does not follow the published profile: %v", err)
	}
	for _, r := range doc.(map[string]any)["resources"].([]any) {
		r := r.(map[string]any)
		body, there := files[r["path"].(string)]
		if !there {
			t.Errorf("resource %v names a file that is not there", r["path"])
			continue
		}
		if hash := fmt.Sprintf("sha256:%x", sha256.Sum256(body)); r["hash"] != hash {
			t.Errorf("%v: hash %v, is %v", r["path"], r["hash"], hash)
		}
		if n, _ := r["bytes"].(json.Number).Int64(); n != int64(len(body)) {
			t.Errorf("%v: %v bytes, is %d", r["path"], r["bytes"], len(body))
		}
	}
}

func TestTheProfileRefusesWhatIsWrong(t *testing.T) {
	for _, bad := range []string{`{}`, `{"resources":[]}`, `{"resources":[{"name":"x","path":"../x"}]}`,
		`{"resources":[{"name":"x","path":"x.csv","schema":{"fields":[{"name":"a","type":"text"}]}}]}`,
		`{"resources":[{"name":"x","path":"x.csv","hash":"sha256"}]}`} {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(bad))
		if err != nil {
			t.Fatal(err)
		}
		if profile(t).Validate(doc) == nil {
			t.Errorf("%s is said to be a data package", bad)
		}
	}
}

func TestDescriptorFollowsTheProfile(t *testing.T) {
	for _, right := range []request.Right{request.Access, request.Portability} {
		for _, lang := range []string{"pl", "en"} {
			files := unpack(t, sample(t, lang, right))
			validate(t, files)
			validateSums(t, files)
		}
	}
}

func TestNothingHeldIsAPackage(t *testing.T) {
	files := unpack(t, pack(t, info("pl", request.Access), told()))
	validate(t, files)
	validateSums(t, files)
	if !strings.Contains(string(files["index.html"]), "Nie przetwarzamy Pani/Pana danych osobowych") {
		t.Error("the page does not say that nothing is held")
	}
	var index struct {
		Collections []any
		Searched    []Place
	}
	if err := json.Unmarshal(files["dossier.json"], &index); err != nil {
		t.Fatal(err)
	}
	if len(index.Collections) != 0 || len(index.Searched) != 1 {
		t.Errorf("the index holds %+v", index)
	}
}

func TestAnEmptyTableIsATable(t *testing.T) {
	files := unpack(t, pack(t, info("en", request.Access), told(), rowsOf{TableInfo{System: "S", Label: "Empty", Fields: []Field{{Name: "a"}}}, nil}))
	validate(t, files)
	if got := readTable(t, files, "empty"); len(got.records) != 0 {
		t.Errorf("%d rows", len(got.records))
	}
}

func TestCodesAreCategoriesWhereTheyNameEveryValue(t *testing.T) {
	codes := map[string]string{"A": "active", "W": "expelled"}
	for value, want := range map[string]bool{"W": true, "X": false} {
		got := readTable(t, unpack(t, pack(t, info("en", request.Access), told(), rowsOf{
			TableInfo{System: "S", Label: "T", Fields: []Field{{Name: "status", Codes: codes}}}, [][]any{{"A"}, {value}, {nil}}})), "t")
		if _, there := got.fields[0]["categories"]; there != want {
			t.Errorf("with the value %q categories are there: %v", value, there)
		}
		if d, _ := got.fields[0]["description"].(string); want == strings.Contains(d, "W = expelled") {
			t.Errorf("with the value %q the description is %q", value, d)
		}
	}
}

func validateSums(t testing.TB, files map[string][]byte) {
	t.Helper()
	seen := map[string]bool{}
	for line := range strings.Lines(string(files["SHA256SUMS"])) {
		sum, path, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if fmt.Sprintf("%x", sha256.Sum256(files[path])) != sum {
			t.Errorf("SHA256SUMS is wrong about %s", path)
		}
		seen[path] = true
	}
	for path := range files {
		if !seen[path] && path != "SHA256SUMS" {
			t.Errorf("SHA256SUMS does not name %s", path)
		}
	}
}

func TestOtherProgramsReadThePackage(t *testing.T) {
	dir := t.TempDir()
	zipped := filepath.Join(dir, "package.zip")
	if err := os.WriteFile(zipped, sample(t, "pl", request.Access), 0o600); err != nil {
		t.Fatal(err)
	}
	if unzip, err := exec.LookPath("unzip"); err == nil {
		if out, err := exec.Command(unzip, "-t", zipped).CombinedOutput(); err != nil {
			t.Errorf("unzip -t: %v\n%s", err, out)
		}
		if out, err := exec.Command(unzip, "-q", zipped, "-d", dir).CombinedOutput(); err != nil {
			t.Fatalf("unzip: %v\n%s", err, out)
		}
		if sums, err := exec.LookPath("sha256sum"); err == nil {
			cmd := exec.Command(sums, "-c", "--quiet", "--strict", "SHA256SUMS")
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("sha256sum -c: %v\n%s", err, out)
			}
		}
	}
}

func TestTheSameInputMakesTheSamePackage(t *testing.T) {
	first, second := sample(t, "pl", request.Access), sample(t, "pl", request.Access)
	if !bytes.Equal(first, second) {
		t.Error("two packages of the same rows differ")
	}
}

func TestRowsBeyondAThousandAreNotInline(t *testing.T) {
	for n, inline := range map[int]bool{1000: true, 1001: false} {
		table := rowsOf{TableInfo{System: "S", Label: "Readings", Fields: []Field{{Name: "n"}, {Name: "at", Type: DateTime}}}, nil}
		for i := range n {
			table.rows = append(table.rows, []any{int64(i), made.Add(time.Duration(i) * time.Hour)})
		}
		files := unpack(t, pack(t, info("en", request.Access), told(), table))
		var index struct {
			Collections []struct {
				Rows      int
				CSV, JSON string
				Data      []map[string]any
			}
		}
		if err := json.Unmarshal(files["dossier.json"], &index); err != nil {
			t.Fatal(err)
		}
		c := index.Collections[0]
		if c.Rows != n || (len(c.Data) == n) != inline || !inline && c.Data != nil {
			t.Errorf("%d rows: %d inline of %d", n, len(c.Data), c.Rows)
		}
		if files[c.CSV] == nil || files[c.JSON] == nil {
			t.Errorf("%d rows: the files are not where the index says", n)
		}
		page := string(files["index.html"])
		if got := strings.Count(page, "<tr><td class=\"r\">"); got != 1000 {
			t.Errorf("%d rows: the page shows %d", n, got)
		}
		if strings.Contains(page, "The first 1,000 of 1,001 records") == inline {
			t.Errorf("%d rows: the page says wrongly whether there are more", n)
		}
		if got := readTable(t, files, "readings"); len(got.records) != n {
			t.Errorf("%d rows: %d in the CSV", n, len(got.records))
		}
	}
}
