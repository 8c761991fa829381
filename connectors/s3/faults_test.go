package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/test/servers"
)

// between stands between the connector and the service: it hears every request, and may answer it in the service's place.
type between struct {
	mu     sync.Mutex
	heard  []string // GET, and the last part of the key
	bytes  int64    // of objects that were read
	key    string   // of the index
	answer func(w http.ResponseWriter, r *http.Request) (answered bool)
	lists  func(w http.ResponseWriter, r *http.Request) (answered bool) // the same, of listings
}

func (b *between) said(method string) (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, h := range b.heard {
		if strings.HasPrefix(h, method) {
			n++
		}
	}
	return n
}

// through gives a store of the bucket by way of what stands between, that does not wait long before it tries again.
func (b bucket) through(t *testing.T, x *between) bucket {
	t.Helper()
	to, err := url.Parse(b.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(to)
		r.Out.Host = r.In.Host // it is signed
	}}
	proxy.ModifyResponse = func(r *http.Response) error {
		if r.Request.Method == "GET" && r.Request.URL.Query().Get("x-id") == "GetObject" {
			r.Body = counted{r.Body, x}
		}
		return nil
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		object := strings.Count(r.URL.Path, "/") > 2 && r.URL.RawQuery == "" || r.URL.Query().Has("x-id")
		x.mu.Lock()
		if object {
			x.heard = append(x.heard, r.Method+" "+r.URL.Path)
		}
		x.mu.Unlock()
		if object && x.answer != nil && x.answer(w, r) || x.lists != nil && r.URL.Query().Has("list-type") && x.lists(w, r) {
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	settings := b.Settings()
	settings["endpoint"] = server.URL
	settings["index_key"] = x.key
	out := bucket{b.Bucket, open(t, settings)}
	out.client = s3.New(out.client.Options(), func(o *s3.Options) {
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = 3, time.Millisecond })
	})
	return out
}

// counted counts what is read of an object.
type counted struct {
	io.ReadCloser
	x *between
}

func (c counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.x.mu.Lock()
	defer c.x.mu.Unlock()
	c.x.bytes += int64(n)
	return n, err
}

const january = "imports/2024-01.csv"

// TestFaults: whatever goes wrong on the way, the object is the old one, the error says what to do, and the same call again does it.
func TestFaults(t *testing.T) {
	t.Parallel()
	slow := func(w http.ResponseWriter) bool {
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, "<Error><Code>SlowDown</Code><Message>x</Message></Error>")
		return true
	}
	cut := func(w http.ResponseWriter, begun string) bool {
		if begun != "" {
			w.Header().Set("Content-Length", "1000")
			w.Header().Set("ETag", `"x"`)
			_, _ = io.WriteString(w, begun)
			w.(http.Flusher).Flush()
		}
		panic(http.ErrAbortHandler)
	}
	for name, c := range map[string]struct {
		method string
		answer func(http.ResponseWriter) bool
		want   error
	}{
		"throttled while reading":   {"GET", slow, connectors.ErrTryLater},
		"throttled while writing":   {"PUT", slow, connectors.ErrTryLater},
		"cut before an answer":      {"GET", func(w http.ResponseWriter) bool { return cut(w, "") }, connectors.ErrTryLater},
		"cut within a row":          {"GET", func(w http.ResponseWriter) bool { return cut(w, "no,who\n1,C-") }, connectors.ErrTryLater},
		"cut between rows":          {"GET", func(w http.ResponseWriter) bool { return cut(w, "no,who\n1,C-1\n") }, connectors.ErrTryLater},
		"cut while it is written":   {"PUT", func(w http.ResponseWriter) bool { return cut(w, "") }, connectors.ErrTryLater},
		"may not be read":           {"GET", func(w http.ResponseWriter) bool { w.WriteHeader(http.StatusForbidden); return true }, errDenied},
		"may not be written":        {"PUT", func(w http.ResponseWriter) bool { w.WriteHeader(http.StatusForbidden); return true }, errDenied},
		"an error of the service's": {"PUT", func(w http.ResponseWriter) bool { w.WriteHeader(http.StatusInternalServerError); return true }, connectors.ErrTryLater},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			direct := newBucket(t, servers.Plain)
			direct.put(t, january, "no,who\n1,C-1\n2,C-2\n")
			x := &between{answer: func(w http.ResponseWriter, r *http.Request) bool {
				return r.Method == c.method && strings.HasSuffix(r.URL.Path, january) && c.answer(w)
			}}
			b := direct.through(t, x)
			out, err := b.Apply(t.Context(), []connectors.Treatment{remove(by(imports, "who", "C-1"))}, connectors.ApplyOptions{Confirm: yes})
			if !errors.Is(err, c.want) || strings.Contains(err.Error(), "2024-01") || out[0].Changed != 0 {
				t.Errorf("%v, %v; want %v, and no key of an object", out, err, c.want)
			}
			if strings.HasPrefix(name, "throttled") && connectors.RetryAfter(err) == 0 {
				t.Errorf("%v does not say when to try again", err)
			}
			if d := cmp.Diff(map[string][]string{january: {"no,who\n1,C-1\n2,C-2\n"}}, direct.contents(t)); d != "" {
				t.Error(d)
			}
			x.answer = nil
			b.apply(t, 1, remove(by(imports, "who", "C-1")))
		})
	}
}

// TestBrokenOff: an object whose transfer breaks off again and again is read on from there, and one that was replaced meanwhile is not.
func TestBrokenOff(t *testing.T) {
	t.Parallel()
	for _, replaced := range []bool{false, true} {
		t.Run(fmt.Sprint("replaced ", replaced), func(t *testing.T) {
			t.Parallel()
			direct := newBucket(t, servers.Plain)
			text := "no,who\n" + strings.Repeat("1,C-1\n2,C-2\n", 200_000)
			direct.put(t, january, text)
			broken := 0
			x := &between{}
			x.answer = func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method != "GET" || !strings.HasSuffix(r.URL.Path, january) || broken == 3 {
					return false
				}
				broken++
				if replaced && broken == 2 {
					direct.put(t, january, text+"3,C-1\n")
					return false
				}
				from, given := 0, http.StatusOK
				_, _ = fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
				o, err := direct.Client.HeadObject(r.Context(), &s3.HeadObjectInput{Bucket: &direct.Name, Key: aws.String(january)})
				if err != nil {
					t.Error(err)
				}
				w.Header().Set("Content-Length", fmt.Sprint(len(text)-from))
				w.Header().Set("ETag", aws.ToString(o.ETag))
				if from > 0 {
					given = http.StatusPartialContent
					w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(text)-1, len(text)))
				}
				w.WriteHeader(given)
				_, _ = io.WriteString(w, text[from:from+700_001])
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}
			b := direct.through(t, x)
			got, err := b.Count(t.Context(), []connectors.Selection{by(imports, "who", "C-1")})
			if replaced {
				if !errors.Is(err, connectors.ErrTryLater) {
					t.Errorf("%v, %v: the object was replaced while it was read", got, err)
				}
				return
			}
			if err != nil || got[0].Total != 200_000 || broken != 3 {
				t.Errorf("%v, %v, broken off %d times; want 200000 rows", got, err, broken)
			}
		})
	}
}

// TestThrottledForAWhile: a service that asks for less a few times is asked again.
func TestThrottledForAWhile(t *testing.T) {
	t.Parallel()
	direct := newBucket(t, servers.Plain)
	direct.put(t, january, "no,who\n1,C-1\n2,C-2\n")
	left := map[string]int{"GET": 2, "PUT": 2}
	x := &between{}
	x.answer = func(w http.ResponseWriter, r *http.Request) bool {
		x.mu.Lock()
		defer x.mu.Unlock()
		if left[r.Method]--; left[r.Method] < 0 || strings.Contains(r.URL.Path, heldPrefix) {
			return false
		}
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	}
	direct.through(t, x).apply(t, 1, remove(by(imports, "who", "C-1")))
}

// TestLostAcknowledgement: the object was written, and nobody heard it. It is not written twice, and the next call finds nothing to do.
func TestLostAcknowledgement(t *testing.T) {
	t.Parallel()
	direct := newBucket(t, servers.Plain)
	direct.put(t, january, "no,who\n1,C-1\n2,C-2\n")
	x := &between{}
	var done bool
	x.answer = func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method != "PUT" || !strings.HasSuffix(r.URL.Path, january) || done {
			return false
		}
		done = true
		direct.put(t, january, "no,who\n2,C-2\n") // as the request would have
		panic(http.ErrAbortHandler)
	}
	b := direct.through(t, x)
	if _, err := b.Apply(t.Context(), []connectors.Treatment{remove(by(imports, "who", "C-1"))}, connectors.ApplyOptions{Confirm: yes}); !errors.Is(err, connectors.ErrTryLater) {
		t.Errorf("the acknowledgement was lost, and Apply says %v", err)
	}
	b.apply(t, 0, remove(by(imports, "who", "C-1")))
}

// TestWriterMeanwhile: an object that is replaced after it was read is left as the writer wants it, whatever was to be done.
func TestWriterMeanwhile(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]connectors.Treatment{
		"delete": remove(by(imports, "who", "C-1")), "block": hold(by(imports, "who", "C-1")),
		"set": {ID: "set", Verb: connectors.Set, On: by(imports, "who", "C-1"), AtMost: 9, Assign: []connectors.Assign{{Field: "who", To: "nobody"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBucket(t, servers.Plain)
			b.put(t, january, "no,who\n1,C-1\n2,C-2\n")
			b.at = func(step string) {
				if step == "filled" {
					b.at = nil
					b.put(t, january, "no,who\n1,C-1\n2,C-2\n3,C-3\n4,C-1\n")
				}
			}
			out, err := b.Apply(t.Context(), []connectors.Treatment{do}, connectors.ApplyOptions{Confirm: yes})
			if !errors.Is(err, connectors.ErrTryLater) || out[0].Changed != 0 {
				t.Errorf("%v, %v", out, err)
			}
			if d := cmp.Diff(map[string][]string{january: {"no,who\n1,C-1\n2,C-2\n3,C-3\n4,C-1\n"}}, b.contents(t)); d != "" {
				t.Error(d)
			}
			b.count(t, 2, by(imports, "who", "C-1"))
			b.apply(t, 2, do)
		})
	}
}

// TestHeedless: a service that overwrites whatever the condition is not written to.
func TestHeedless(t *testing.T) {
	t.Parallel()
	direct := newBucket(t, servers.Plain)
	direct.put(t, january, "no,who\n1,C-1\n")
	b := direct.through(t, &between{answer: func(_ http.ResponseWriter, r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path, ".try") && r.Method == "PUT"
	}})
	_, err := b.Apply(t.Context(), []connectors.Treatment{remove(by(imports, "who", "C-1"))}, connectors.ApplyOptions{Confirm: yes})
	if !errors.Is(err, connectors.ErrNotSupported) {
		t.Errorf("the service heeds nothing, and Apply says %v", err)
	}
	direct.count(t, 1, by(imports, "who", "C-1"))
}

// TestOnePass: however many persons, each object is read once; those that hold some of them are rewritten from what was read.
func TestOnePass(t *testing.T) {
	t.Parallel()
	direct := newBucket(t, servers.Plain)
	var everybody []any
	for i := range 200 {
		everybody = append(everybody, fmt.Sprintf("P-%d", i))
	}
	for o := range 10 {
		text := "no,who\n"
		for i := range 300 {
			who := "other"
			if o < 4 {
				who = fmt.Sprintf("P-%d", i)
			}
			text += fmt.Sprintf("%d,%s\n", i, who)
		}
		direct.put(t, fmt.Sprintf("imports/2024-%d.csv", o), text)
	}
	x := &between{}
	b := direct.through(t, x)
	confirmed := 0
	out, err := b.Apply(t.Context(), []connectors.Treatment{remove(by(imports, "who", everybody...))}, connectors.ApplyOptions{
		Confirm: func(context.Context, []connectors.Outcome) error { confirmed++; return nil }})
	if err != nil || out[0].Changed != 800 || len(out[0].ByPerson) != 200 || out[0].ByPerson[7] != 4 || confirmed != 1 {
		t.Errorf("%v by %d persons, confirmed %d times, %v", out, len(out[0].ByPerson), confirmed, err)
	}
	if read, written := x.said("GET"), x.said("PUT "); read != 10 || written != 5 { // one of them asks whether conditions are heeded
		t.Errorf("%d objects read, %d written", read, written)
	}
	if got := direct.contents(t)["imports/2024-0.csv"][0]; strings.Count(got, "\n") != 101 || strings.Contains(got, "\n199,") || !strings.Contains(got, "\n200,P-200\n") {
		t.Errorf("what stays is %q", got)
	}
}

// TestStoodStill: between the look at a document and its removal the process stood still for a minute, in which another came and put a document back. It stays.
func TestStoodStill(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Plain)
	const key = "letters/C-1/2024-01-05-17.pdf"
	b.put(t, key, "hers")
	var late time.Duration
	b.now = func() time.Time { return time.Now().Add(late) }
	b.at = func(step string) {
		if step == "looked" {
			b.at, late = nil, time.Minute
			b.put(t, key, "put back")
		}
	}
	out, err := b.Apply(t.Context(), []connectors.Treatment{remove(by(letters, "member_no", "C-1"))}, connectors.ApplyOptions{Confirm: yes})
	if !errors.Is(err, connectors.ErrTryLater) || out[0].Changed != 0 {
		t.Errorf("%v, %v", out, err)
	}
	if d := cmp.Diff(map[string][]string{key: {"put back"}}, b.contents(t)); d != "" {
		t.Error(d)
	}
}

// TestReplacedWhileItMoves: a document that somebody writes anew while the old one is copied below the closed prefix is not removed.
func TestReplacedWhileItMoves(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Plain)
	const key = "letters/C-1/2024-01-05-17.pdf"
	b.put(t, key, "hers")
	b.at = func(step string) {
		if step == "copied" {
			b.at = nil
			b.put(t, key, "hers, written anew")
		}
	}
	if _, err := b.Apply(t.Context(), []connectors.Treatment{hold(by(letters, "member_no", "C-1"))}, connectors.ApplyOptions{Confirm: yes}); !errors.Is(err, connectors.ErrTryLater) {
		t.Errorf("%v", err)
	}
	if d := cmp.Diff(map[string][]string{key: {"hers, written anew"}}, b.contents(t)); d != "" {
		t.Error(d)
	}
	b.apply(t, 1, hold(by(letters, "member_no", "C-1")))
	b.count(t, 2, by(letters, "member_no", "C-1"))
}

// TestProgress: who looks is told how much of what has to be read was, up to all of it; also where the index makes reading needless.
func TestProgress(t *testing.T) {
	t.Parallel()
	direct := newBucket(t, servers.Versioned)
	settings := direct.Settings()
	settings["index_key"] = indexKey
	b := bucket{direct.Bucket, open(t, settings)}
	whole := int64(0)
	for i := range 5 {
		text := "no,who\n" + strings.Repeat("1,C-1\n", 1000*(i+1))
		b.put(t, fmt.Sprintf("imports/2024-%d.csv", i), text)
		whole += int64(len(text))
	}
	for range 2 {
		var one sync.Mutex
		var done, total int64
		ctx := connectors.WithProgress(t.Context(), func(d, all int64) {
			one.Lock()
			defer one.Unlock()
			if d < done || d > all {
				t.Errorf("%d of %d after %d", d, all, done)
			}
			done, total = d, all
		})
		if _, err := b.Count(ctx, []connectors.Selection{by(imports, "who", "C-2")}); err != nil {
			t.Fatal(err)
		}
		if done != whole || total != whole {
			t.Errorf("%d of %d, want all of %d", done, total, whole)
		}
	}
}

// TestProgressOfWork: who looks is told how much was read to find what is to be changed, and then how much of the objects that are.
func TestProgressOfWork(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Versioned)
	var whole, changed int64
	for i := range 4 {
		text := "no,who\n" + strings.Repeat("1,C-1\n", 1000*(i+1))
		if i%2 > 0 {
			text += "2,C-2\n"
			changed += int64(len(text))
		}
		b.put(t, fmt.Sprintf("imports/2024-%d.csv", i), text)
		whole += int64(len(text))
	}
	b.put(t, "letters/C-2/2024-01-05-17.pdf", "his")
	for _, x := range []struct {
		do   connectors.Treatment
		want []int64
	}{
		{hold(by(imports, "who", "C-2")), []int64{whole, changed}}, {lift(by(imports, "who", "C-2")), []int64{whole - 12, changed - 12}}, {remove(by(imports, "who", "C-2")), []int64{whole, changed}},
		{hold(by(letters, "member_no", "C-2")), []int64{3}}, {remove(by(letters, "member_no", "C-2")), nil},
	} {
		var one sync.Mutex
		var totals []int64
		var done int64
		ctx := connectors.WithProgress(t.Context(), func(d, all int64) {
			one.Lock()
			defer one.Unlock()
			if n := len(totals); n == 0 || totals[n-1] != all || d < done {
				if n > 0 && done != totals[n-1] {
					t.Errorf("%s: it ended at %d of %d", x.do.Verb, done, totals[n-1])
				}
				totals = append(totals, all)
			}
			if done = d; d > all {
				t.Errorf("%s: %d of %d", x.do.Verb, d, all)
			}
		})
		if _, err := b.Apply(ctx, []connectors.Treatment{x.do}, connectors.ApplyOptions{Confirm: yes}); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(x.want, totals); d != "" {
			t.Errorf("%s of %s: of how many bytes it told:\n%s", x.do.Verb, x.do.On.Collection.Name, d)
		}
	}
}

// TestUnnameable: values that can be no part of a key, here or anywhere, are nobody's objects.
func TestUnnameable(t *testing.T) {
	t.Parallel()
	for _, kind := range []servers.BucketKind{servers.Plain, servers.Versioned} {
		b := newBucket(t, kind)
		b.put(t, "letters/C-1/2024-01-05-17.pdf", "hers")
		for _, v := range []string{"..", " ..", ".. ", ".", " .", "../C-1", "C-1/..", "/", "\\", "\x00", strings.Repeat("x", 2000)} {
			b.count(t, 0, by(letters, "member_no", v))
			b.apply(t, 0, remove(by(letters, "member_no", v)))
		}
		b.count(t, 1, by(letters, "member_no", "..", " ..", "C-1"))
	}
}
