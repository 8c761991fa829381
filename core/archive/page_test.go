package archive

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/dossier-dsr/dossier/core/request"
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
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), opts...)
	t.Cleanup(cancel)
	ctx, stop := chromedp.NewContext(ctx)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	ctx, end := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(end)
	return ctx
}

// unpacked lays a package out in a folder and gives the address of its page.
func unpacked(t *testing.T, raw []byte) string {
	t.Helper()
	dir := t.TempDir()
	for path, body := range unpack(t, raw) {
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

func eval[T any](t *testing.T, ctx context.Context, script string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return v
}

func TestPageInABrowser(t *testing.T) {
	shots := os.Getenv("DOSSIER_SCREENSHOTS") // a folder, to look at them
	if shots == "" {
		shots = t.TempDir()
	}
	for _, lang := range []string{"pl", "en"} {
		for _, right := range []request.Right{request.Access, request.Portability} {
			t.Run(lang+" "+string(right), func(t *testing.T) {
				ctx := browser(t)
				watch, stop := context.WithCancel(ctx)
				defer stop()
				requests := chromedp.Events(watch, network.RequestWillBeSent)
				console := chromedp.Console(watch)
				page := unpacked(t, sample(t, lang, right))
				if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(page)); err != nil {
					t.Fatal(err)
				}
				checkStructure(t, ctx, lang, right)
				checkKeyboard(t, ctx)
				screenshots(t, ctx, shots, lang+"-"+string(right))
				stop()
				for e, err := range requests {
					if err != nil {
						break
					}
					if u := e.Request.URL; u != page && !strings.HasPrefix(u, page+"#") {
						t.Errorf("the page asks for %s", u)
					}
				}
				for m, err := range console {
					if err != nil {
						break
					}
					t.Errorf("the browser says: %s: %s", m.Type, m.Text)
				}
			})
		}
	}
}

// recordTables is how many tables of the executor's own records the sample has.
func recordTables(right request.Right) int {
	if right == request.Access {
		return len(sampleRecords())
	}
	return 0
}

func checkStructure(t *testing.T, ctx context.Context, lang string, right request.Right) {
	t.Helper()
	w, err := wordsIn(lang)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := eval[string](t, ctx, "document.title"), w.T("title."+string(right))+" – 2026-000123"; got != want {
		t.Errorf("title %q, want %q", got, want)
	}
	if got := eval[string](t, ctx, "document.documentElement.lang"); got != lang {
		t.Errorf("lang %q", got)
	}
	for what, want := range map[string]int{
		"h1": 1, "main": 1, "header": 1, "nav[aria-label]": 1, "a.skip[href='#main']": 1, "script": 0, "[style]": 0, "img": 0, "iframe": 0, "form": 0,
		"table:not(:has(> caption))": 0, "th:not([scope])": 0, ".scroll:not([tabindex='0'])": 0,
		".scroll:not([aria-label]):not([aria-labelledby])": 0, "#data section.collection": 3, "#own section.collection": recordTables(right), "#own > .scroll table": 1, "meta[http-equiv='Content-Security-Policy']": 1,
		"section:not([aria-labelledby])": 0,
	} {
		if got := eval[int](t, ctx, fmt.Sprintf("document.querySelectorAll(%q).length", what)); got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	for what, script := range map[string]string{
		"inline event handlers":       `[...document.querySelectorAll('*')].filter(e => e.getAttributeNames().some(a => a.startsWith('on'))).length`,
		"labels that lead nowhere":    `[...document.querySelectorAll('[aria-labelledby]')].filter(e => !document.getElementById(e.getAttribute('aria-labelledby'))).length`,
		"links that lead nowhere":     `[...document.querySelectorAll('a[href^="#"]')].filter(e => !document.getElementById(e.getAttribute('href').slice(1))).length`,
		"ids given twice":             `(ids => ids.length - new Set(ids).size)([...document.querySelectorAll('[id]')].map(e => e.id))`,
		"skipped heading levels":      `(h => h.filter((l, i) => i && l > h[i-1] + 1).length)([...document.querySelectorAll('h1,h2,h3,h4')].map(e => +e.tagName[1]))`,
		"empty headings and captions": `[...document.querySelectorAll('h1,h2,h3,h4,caption,th,dt,summary,a')].filter(e => !e.textContent.trim()).length`,
		"sideways scrolling":          `document.documentElement.scrollWidth - document.documentElement.clientWidth`,
	} {
		if got := eval[int](t, ctx, script); got != 0 {
			t.Errorf("%s: %d", what, got)
		}
	}
	text := eval[string](t, ctx, "document.body.innerText")
	for _, want := range []string{"Łucja", "Źdźbło-Kowalska", "1980-05-17", "2026-000123"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	if strings.Contains(text, "%!") || strings.Contains(text, "<no value>") {
		t.Error("a text of the page is broken")
	}
	if tells := strings.Contains(text, w.T("info")); tells != (right == request.Access) {
		t.Errorf("information on the processing is shown: %v", tells)
	}
}

// checkKeyboard goes through the page with the Tab key: the skip link first, then what follows in the order of the text.
func checkKeyboard(t *testing.T, ctx context.Context) {
	t.Helper()
	var order []int
	for i := range 40 {
		if err := chromedp.Do(ctx, chromedp.KeyEvent(kb.Tab)); err != nil {
			t.Fatal(err)
		}
		at := eval[int](t, ctx, "[...document.querySelectorAll('*')].indexOf(document.activeElement)")
		if len(order) > 0 && at < order[0]+1 { // round, at the browser's own controls
			break
		}
		if i == 0 && !eval[bool](t, ctx, "document.activeElement.classList.contains('skip') && document.activeElement.getBoundingClientRect().top >= 0") {
			t.Error("the first Tab does not show the skip link")
		}
		if i == 1 && !eval[bool](t, ctx, "!!document.activeElement.closest('nav')") {
			t.Error("the second Tab does not lead into the contents")
		}
		order = append(order, at)
	}
	if !slices.IsSorted(order) || len(order) < 20 {
		t.Errorf("Tab does not follow the text: %v", order)
	}
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void]("document.querySelector('.skip').focus()"), chromedp.KeyEvent(kb.Enter)); err != nil {
		t.Fatal(err)
	}
	if got := eval[string](t, ctx, "document.activeElement.tagName"); got != "MAIN" {
		t.Errorf("the skip link leads to %s", got)
	}
	if !eval[bool](t, ctx, "(s => { s.focus(); return document.activeElement === s })(document.querySelector('.collection > .scroll'))") {
		t.Error("a table cannot be reached by keyboard")
	}
}

// screenshots look at the page wide and narrow, light and dark, and check that nothing sticks out and that texts stand off their ground.
func screenshots(t *testing.T, ctx context.Context, dir, name string) {
	t.Helper()
	contrast, err := os.ReadFile(filepath.Join("testdata", "contrast.js"))
	if err != nil {
		t.Fatal(err)
	}
	take := chromedp.CaptureScreenshot()
	if os.Getenv("DOSSIER_SCREENSHOTS") != "" {
		take = chromedp.FullScreenshot(90) // slow
	}
	for _, width := range []int64{1280, 390} {
		for _, scheme := range []string{"light", "dark"} {
			if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}); err != nil { //nolint:misspell // the name in CSS
				t.Fatal(err)
			}
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Evaluate[chromedp.Void]("document.activeElement.blur(); scrollTo(0, 0)")); err != nil {
				t.Fatal(err)
			}
			shot, err := chromedp.Run(ctx, take)
			if err != nil || len(shot) < 10_000 {
				t.Fatalf("screenshot of %d bytes: %v", len(shot), err)
			}
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d-%s.jpg", name, width, scheme)), shot, 0o600); err != nil {
				t.Fatal(err)
			}
			if over := eval[int](t, ctx, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
				t.Errorf("%s at %d: the page is %d pixels too wide", scheme, width, over)
			}
			if low := eval[string](t, ctx, string(contrast)); low != "" {
				t.Errorf("%s at %d: too little contrast (WCAG AA wants 4.5): %s", scheme, width, low)
			}
		}
	}
}
