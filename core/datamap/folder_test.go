package datamap_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/dossier-dsr/dossier/core/datamap"
)

// overBase is the base map with one text of one file replaced.
func overBase(t *testing.T, file, old, by string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	for _, name := range []string{"controller.yaml", "register.yaml"} {
		data, err := os.ReadFile("testdata/base/" + name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = &fstest.MapFile{Data: data}
	}
	if !strings.Contains(string(out[file].Data), old) {
		t.Fatalf("%s does not hold %s", file, old)
	}
	out[file].Data = []byte(strings.Replace(string(out[file].Data), old, by, 1))
	return out
}

func TestFolders(t *testing.T) {
	dir := t.TempDir()
	if m, p := datamap.Load(filepath.Join(dir, "none")); m != nil || len(p) != 1 || !strings.Contains(p[0].Text, "holds no controller.yaml") {
		t.Error(p)
	}
	if m, p := datamap.Load("testdata"); m != nil || len(p) != 1 || !strings.Contains(p[0].Hint, "--map testdata/estate") || !strings.Contains(p[0].Hint, "--map testdata/base") {
		t.Error(p)
	}
	said := datamap.Summary("testdata", nil, datamap.Problems{{Severity: datamap.Error, File: "testdata", Text: "x"}})
	if said != "testdata: 1 error. Nothing was checked against the stores." {
		t.Error(said)
	}
	fsys := overBase(t, "register.yaml", "35 days", "35 days")
	fsys["notes.md"], fsys[".hidden.yaml"], fsys["sub/other.yaml"] = &fstest.MapFile{Data: []byte("x: [")}, &fstest.MapFile{Data: []byte("x: [")}, &fstest.MapFile{Data: []byte("x: [")}
	if m, p := datamap.LoadFS(fsys, "map"); m == nil {
		t.Errorf("only the folder's own .yaml files make a map: %s", p)
	}
}

func TestDigest(t *testing.T) {
	digest := func(fsys fstest.MapFS) string {
		m, p := datamap.LoadFS(fsys, "map")
		if m == nil {
			t.Fatal(p)
		}
		return m.Digest
	}
	plain := overBase(t, "register.yaml", "35 days", "35 days")
	first := digest(plain)
	if !strings.HasPrefix(first, "sha256:") || len(first) != 71 || first != digest(plain) {
		t.Error(first)
	}
	if first == digest(overBase(t, "register.yaml", "35 days", "36 days")) {
		t.Error("another content, the same digest")
	}
	plain["list.yaml"] = plain["register.yaml"]
	delete(plain, "register.yaml")
	if first == digest(plain) {
		t.Error("another name, the same digest")
	}
}

func TestNotUTF8(t *testing.T) {
	m, p := datamap.LoadFS(overBase(t, "register.yaml", "Rejestr", "Rej\xb9estr"), "map")
	if m != nil || len(p) != 1 || p[0].Line != 2 || p[0].Col != 17 || p[0].Text != "register.yaml is not UTF-8 here" {
		t.Error(p)
	}
}

// TestNoSettingIsShown breaks a map in every place, by cutting it short and by a stray sign: no problem, in text or
// JSON, may show what a setting holds.
func TestNoSettingIsShown(t *testing.T) {
	for _, config := range []string{
		"config: { url: \"postgres://app:S3CR3T@db\", password: S3CR3T, list: [S3CR3T] }\n",
		"config:\n  url: postgres://app:S3CR3T@db/x\n  password: 'S3CR3T'\n  token: |\n    S3CR3T\n    S3CR3T\n  last: S3CR3T\n",
		"config:\n  {\n    url: S3CR3T,\n    dsn: \"S3CR3T\n      S3CR3T\" }\n",
		"\"config\": {password: S3CR3T}\n",
		"config: S3CR3T\n",
		"config:\n  # comment\n\n  password: &p S3CR3T\n  other: *p\n  : S3CR3T\n",
	} {
		whole := string(overBase(t, "register.yaml", "config: { file: \"${REGISTER_FILE}\" }\n", config)["register.yaml"].Data)
		word := strings.Index(whole, "config")
		for i := range whole {
			if i > word-2 && i < word+8 || i%3 != 0 {
				continue // in the word itself nothing says that these are settings
			}
			for _, broken := range []string{whole[:i], whole[:i] + "\t@" + whole[i:], whole[:i] + "}" + whole[i:], whole[:i] + "\n? [a]\n" + whole[i:]} {
				fsys := overBase(t, "controller.yaml", "Klub", "Klub")
				fsys["register.yaml"] = &fstest.MapFile{Data: []byte(broken)}
				_, problems := datamap.LoadFS(fsys, "map")
				raw, err := json.Marshal(problems)
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(string(raw), "S3CR3T") || strings.Contains(problems.String(), "S3CR3T") {
					t.Fatalf("shown:\n%s\nof:\n%s", problems, broken)
				}
			}
		}
	}
}
