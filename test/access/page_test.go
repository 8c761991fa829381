package access

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// browser starts a real one. Without one the test fails: the page is made for browsers.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Fatal("no Chromium is installed; hint: make deps")
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()), chromedp.WindowSize(1100, 1400))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, end := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(end)
	return ctx
}

// page lays the package out in a folder and gives the address of its page.
func (p *parcel) page(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for path, body := range p.files {
		to := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, body, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return (&url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(dir, "index.html"))}).String()
}

// titles are the columns of every table of data as a reader sees them: the heads of wide tables, the first cells of records.
const titles = `[...document.querySelectorAll('section.collection')].map(s => [s.querySelector('h4').innerText,
	...[...s.querySelectorAll('details tbody th')].map(h => h.textContent)])`

// TestPage opens a real package in a browser, in both languages: every column has a name of its own that is no name of a
// database, and the page shows what the answer is about. DOSSIER_SCREENSHOTS names a folder for pictures of it.
func TestPage(t *testing.T) {
	h := newHouse(t, sample.Options{}, nil)
	ctx := browser(t)
	for lang, words := range map[string][]string{
		"pl": {"Kopia danych osobowych", "Data ustania członkostwa", "zimna woda", "okres przechowywania minął", "przegląda je pracownik", "Prezes Urzędu Ochrony Danych Osobowych"},
		"en": {"Copy of personal data", "Left on", "cold water", "the period is over", "a person is looking at it", "Personal Data Protection Office"},
	} {
		pack := h.fetch(t, "access", "2026-30-"+lang, language(lang))
		if pack.index.Language != lang || pack.told.Language != lang {
			t.Errorf("asked in %s, answered in %s", lang, pack.index.Language)
		}
		if err := chromedp.Do(ctx, chromedp.Navigate(pack.page(t)), chromedp.WaitVisible("#use")); err != nil {
			t.Fatal(err)
		}
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.documentElement.textContent"))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			if !strings.Contains(text, w) {
				t.Errorf("%s: the page does not say %q", lang, w)
			}
		}
		tables, err := chromedp.Run(ctx, chromedp.Evaluate[[][]string](titles))
		if err != nil {
			t.Fatal(err)
		}
		if len(tables) != len(pack.index.Collections) {
			t.Errorf("%s: %d tables shown of %d", lang, len(tables), len(pack.index.Collections))
		}
		met := map[string]bool{}
		for _, tab := range tables {
			if met[tab[0]] {
				t.Errorf("%s: two tables are called %s", lang, tab[0])
			}
			met[tab[0]] = true
			columns := map[string]bool{}
			for _, title := range tab[1:] {
				if title == "" || columns[title] || strings.Contains(title, "_") {
					t.Errorf("%s: %s has a column called %q", lang, tab[0], title)
				}
				columns[title] = true
			}
		}
		picture(t, ctx, lang)
	}
}

func picture(t *testing.T, ctx context.Context, lang string) {
	t.Helper()
	dir := os.Getenv("DOSSIER_SCREENSHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "access-"+lang+".png"), png, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
