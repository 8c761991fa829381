package faults

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// way is the network between dossier and a bucket: it answers in the service's place, loses what is sent, and what comes back.
type way struct {
	url string

	mu    sync.Mutex
	rules []*rule
}

// what becomes of a request.
type what int

const (
	slow    what = iota // it is answered: slow down
	denied              // it is answered: denied
	cut                 // half of what was asked for, or sent, arrives
	unheard             // it is done, and the answer is lost
	watched             // first is run, and all goes on
)

// rule says what becomes of requests by a method for keys that hold some words, but of the first of them, and how often.
type rule struct {
	method, words string
	after, times  int // times is 0 for always
	what          what
	first         func() // run before; may be nil
	met           int
}

func newWay(t testing.TB, endpoint string) *way {
	t.Helper()
	to, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	w := &way{}
	service := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host // it is signed
	}, ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }}
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) { w.pass(service, out, in) }))
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// disturb sets a rule, and clear takes all away.
func (w *way) disturb(r *rule) *rule {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rules = append(w.rules, r)
	return r
}

func (w *way) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rules = nil
}

func (w *way) rule(in *http.Request) *rule {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.rules {
		if r.method != in.Method || !strings.Contains(in.URL.Path, r.words) {
			continue
		}
		if r.met++; r.met > r.after && (r.times == 0 || r.met <= r.after+r.times) {
			return r
		}
	}
	return nil
}

func (w *way) pass(service http.Handler, out http.ResponseWriter, in *http.Request) {
	r := w.rule(in)
	if r == nil {
		service.ServeHTTP(out, in)
		return
	}
	if r.first != nil {
		r.first()
	}
	switch r.what {
	case slow:
		answer(out, http.StatusServiceUnavailable, "SlowDown")
	case denied:
		answer(out, http.StatusForbidden, "AccessDenied")
	case cut:
		if in.Method == http.MethodGet {
			w.cutAnswer(service, out, in)
			return
		}
		_, _ = io.CopyN(io.Discard, in.Body, in.ContentLength/2)
		panic(http.ErrAbortHandler)
	case unheard:
		service.ServeHTTP(httptest.NewRecorder(), in)
		panic(http.ErrAbortHandler)
	default:
		service.ServeHTTP(out, in)
	}
}

func answer(out http.ResponseWriter, status int, code string) {
	out.WriteHeader(status)
	_, _ = io.WriteString(out, "<Error><Code>"+code+"</Code><Message>x</Message></Error>")
}

// cutAnswer lets half of an object through.
func (w *way) cutAnswer(service http.Handler, out http.ResponseWriter, in *http.Request) {
	kept := httptest.NewRecorder()
	service.ServeHTTP(kept, in)
	for name, values := range kept.Header() {
		out.Header()[name] = values
	}
	out.WriteHeader(kept.Code)
	_, _ = out.Write(kept.Body.Bytes()[:kept.Body.Len()/2])
	_ = http.NewResponseController(out).Flush()
	panic(http.ErrAbortHandler)
}
