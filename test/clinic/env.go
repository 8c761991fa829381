package clinic

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Env is what the map's ${…} stand for; the connectors are let in with nothing but what an administrator granted them.
func (s *Stores) Env() map[string]string {
	return map[string]string{
		"RECORDS_URL": s.Records.Bare, "RECORDS_APP_URL": s.Records.Ordinary,
		"BILLING_URL": s.Billing.Bare, "BILLING_APP_URL": s.Billing.Ordinary,
		"DESK_URL": s.Desk.URL, "DESK_DATABASE": s.Desk.Database,
		"IMAGES_ENDPOINT": s.Images.Endpoint, "IMAGES_BUCKET": s.Images.Name, "IMAGES_REGION": s.Images.Region,
		"IMAGES_KEY_ID": s.Images.Key, "IMAGES_SECRET": s.Images.Secret,
		"SALDO_WEBHOOK_SECRET": "whsec_c2FtcGxlLW9ubHktbm90LWEtc2VjcmV0",
	}
}

// MapDir is a copy of the clinic's map without the systems named.
func MapDir(t testing.TB, without ...string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(manifest())); err != nil {
		t.Fatal(err)
	}
	for _, name := range append(without, "sample") {
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// manifest is the folder of the clinic's map.
func manifest() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "manifests", "clinic")
}
