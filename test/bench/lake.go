package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"golang.org/x/sync/errgroup"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/s3"
	"github.com/dossier-dsr/dossier/test/servers"
)

// What a lake holds: of so many persons, rows spread over all objects.
const (
	lakePersons  = 100_000
	lakeErased   = 1000
	linesEach    = 200
	measuresEach = 20_000
	atOnce       = 6
	lakeRounds   = 3
)

// lake is one of two alike: in one it is done by hand, in the other by the connector.
type lake struct {
	servers.Bucket
	read   atomic.Int64 // bytes that came from the service
	stored int64
}

// thousand are the persons erased in a round; after it, those of the rounds before are gone too.
type thousand int

func (t thousand) has(who string) bool {
	n := numberOf(who)
	return n >= int(t)*lakeErased && n < int(t+1)*lakeErased
}
func (t thousand) had(who string) bool { n := numberOf(who); return n >= 0 && n < int(t+1)*lakeErased }

// numberOf is the number of a person, -1 for what is none.
func numberOf(who string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(who, "P-"))
	if err != nil {
		return -1
	}
	return n
}

// benchLake erases a thousand persons from the objects of a bucket, once by hand and once by the connector, which does what a plan asks of it: it finds
// and counts all rows before it changes one, asks, and then writes each object over the one that was read. Each round erases the next thousand, and
// begins with the other of the two.
func benchLake(ctx context.Context, s settings) error {
	servers.Lasting()
	t := &table{}
	for _, kind := range []lakeKind{jsonLake, parquetLake} {
		if !s.wants(kind.name) {
			continue
		}
		n := max(s.objects/kind.fewer, 1)
		var lakes [2]*lake
		for i := range lakes {
			l, err := newLake(ctx, fmt.Sprintf("lake-%s-%d", kind.name, i), kind, n)
			if err != nil {
				return err
			}
			lakes[i] = l
		}
		sides := [2]side{{by: eraseByHand, took: &series{name: "by hand"}}, {by: eraseByConnector, took: &series{name: "connector"}}}
		for round := range cmp.Or(s.rounds, lakeRounds) {
			for turn := range sides {
				i := (turn + round) % 2
				if err := sides[i].erase(ctx, lakes[i], kind, thousand(round)); err != nil {
					return err
				}
			}
			if err := sameLakes(ctx, lakes, kind, thousand(round)); err != nil {
				return err
			}
		}
		t.add(fmt.Sprintf("%d persons from %d %s objects", lakeErased, n, kind.name), sides[0].took, sides[1].took, "1.3")
		t.note("%s: %.1f MiB are stored; bytes read for each: by hand %.2f, the connector %.2f. At its most %.0f and %.0f MiB were in memory.", kind.name,
			float64(lakes[0].stored)/(1<<20), sides[0].share, sides[1].share, sides[0].peak, sides[1].peak)
		for _, l := range lakes {
			if err := l.Remove(context.WithoutCancel(ctx)); err != nil {
				return err
			}
		}
	}
	t.print("s3")
	return nil
}

// side is one who erases, and what it took.
type side struct {
	by    func(context.Context, *lake, lakeKind, thousand) error
	took  *series
	peak  float64 // MiB
	share float64 // of the bytes stored: those read
}

func (d *side) erase(ctx context.Context, l *lake, kind lakeKind, who thousand) error {
	debug.FreeOSMemory() // what came before is not counted
	l.read.Store(0)
	most, end := watchMemory(), start()
	err := d.by(ctx, l, kind, who)
	d.took.addSpent(end())
	d.peak, d.share = max(d.peak, most()), float64(l.read.Load())/float64(l.stored)
	return err
}

// newLake lays a lake out, and stands between it and whoever reads it.
func newLake(ctx context.Context, name string, kind lakeKind, n int) (*lake, error) {
	b, err := servers.NewS3(name, servers.Plain)
	if err != nil {
		return nil, err
	}
	l := &lake{Bucket: b}
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(atOnce)
	var stored atomic.Int64
	for i := range n {
		all.Go(func() error {
			body, err := kind.make(i)
			if err != nil {
				return err
			}
			stored.Add(int64(len(body)))
			_, err = l.Client.PutObject(ctx, &awss3.PutObjectInput{Bucket: &l.Name, Key: aws.String(kind.key(i)), Body: bytes.NewReader(body)})
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return nil, err
	}
	l.stored = stored.Load()
	return l, l.listen()
}

// listen lets all that is read from now on pass through here, where it is counted.
func (l *lake) listen() error {
	to, err := url.Parse(l.Endpoint)
	if err != nil {
		return err
	}
	here, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	l.Endpoint = "http://" + here.Addr().String()
	l.Client = awss3.New(l.Client.Options(), func(o *awss3.Options) { o.BaseEndpoint = &l.Endpoint })
	go func() {
		for {
			from, err := here.Accept()
			if err != nil {
				return
			}
			there, err := net.Dial("tcp", to.Host)
			if err != nil {
				_ = from.Close()
				continue
			}
			go pipe(there, from, nil)
			go pipe(from, there, &l.read)
		}
	}()
	return nil
}

func pipe(to, from net.Conn, count *atomic.Int64) {
	defer to.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if count != nil {
			count.Add(int64(n))
		}
		if _, failed := to.Write(buf[:n]); failed != nil || err != nil {
			return
		}
	}
}

// eraseByConnector has the connector erase them in one call.
func eraseByConnector(ctx context.Context, l *lake, kind lakeKind, who thousand) error {
	store, err := s3.Connector{}.Open(ctx, l.Settings())
	if err != nil {
		return err
	}
	defer store.Close()
	sel := connectors.Selection{Collection: connectors.Collection{Name: kind.name, At: kind.at, Key: []string{"who", "at"}, Rows: &connectors.RowFormat{Format: kind.format}},
		Any: []connectors.Match{{Fields: []string{"who"}}}}
	for i := range lakeErased {
		sel.Any[0].Values = append(sel.Any[0].Values, connectors.Tuple{Person: i, Values: []any{fmt.Sprintf("P-%d", int(who)*lakeErased+i)}})
	}
	out, err := store.(connectors.Writer).Apply(ctx, []connectors.Treatment{{ID: "1", Verb: connectors.Delete, On: sel, AtMost: 1 << 40}},
		connectors.ApplyOptions{Confirm: func(context.Context, []connectors.Outcome) error { return nil }})
	if err == nil && out[0].Changed == 0 {
		err = fmt.Errorf("nothing was erased")
	}
	return err
}

// get reads an object whole.
func (l *lake) get(ctx context.Context, key string) (body []byte, etag *string, err error) {
	o, err := l.Client.GetObject(ctx, &awss3.GetObjectInput{Bucket: &l.Name, Key: &key})
	if err != nil {
		return nil, nil, err
	}
	defer o.Body.Close()
	body, err = io.ReadAll(o.Body)
	return body, o.ETag, err
}

// keys visits the keys of a lake, several at a time.
func (l *lake) keys(ctx context.Context, visit func(ctx context.Context, key string) error) error {
	all, inner := errgroup.WithContext(ctx)
	all.SetLimit(atOnce)
	pages := awss3.NewListObjectsV2Paginator(l.Client, &awss3.ListObjectsV2Input{Bucket: &l.Name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, o := range page.Contents {
			all.Go(func() error { return visit(inner, aws.ToString(o.Key)) })
		}
	}
	return all.Wait()
}

// sameLakes says whether both lakes hold the same rows, and none of who was erased.
func sameLakes(ctx context.Context, lakes [2]*lake, kind lakeKind, who thousand) error {
	return lakes[0].keys(ctx, func(ctx context.Context, key string) error {
		var rows [2]string
		for i, l := range lakes {
			body, _, err := l.get(ctx, key)
			if err == nil {
				rows[i], err = kind.rows(body, who)
			}
			if err != nil {
				return err
			}
		}
		if rows[0] != rows[1] {
			return fmt.Errorf("the two lakes hold different rows at %s", key)
		}
		return nil
	})
}
