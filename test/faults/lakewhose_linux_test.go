package faults

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/dossier-dsr/dossier/test/servers"
)

// hammer writes rows of the second member and of the third behind what stands in an import, without pause, until it is told to stop; then it gives how
// many of the second were written, and those of the third.
func (l *lake) hammer(t *testing.T) (stop func() (rows int, others []string)) {
	t.Helper()
	over, begun := make(chan struct{}), make(chan struct{})
	var rows int
	var others []string
	var all sync.WaitGroup
	all.Go(func() {
		beat := time.NewTicker(20 * time.Millisecond)
		defer beat.Stop()
		for n := 0; ; n++ {
			row := fmt.Sprintf("%d,C-3,2001-09-09,beside\n", 100+n)
			if l.grow(march+".csv", fmt.Sprintf("%d,C-2,2001-09-09,again\n", 1000+n)+row) {
				rows++
				others = append(others, row)
			}
			if n == 0 {
				close(begun)
			}
			select {
			case <-over:
				return
			case <-beat.C:
			}
		}
	})
	<-begun
	end := sync.OnceFunc(func() {
		close(over)
		all.Wait()
	})
	t.Cleanup(end)
	return func() (int, []string) {
		end()
		return rows, others
	}
}

// grow puts something behind an object, where nobody else has written it meanwhile.
func (l *lake) grow(key, more string) bool {
	o, err := l.Client.GetObject(context.Background(), &s3.GetObjectInput{Bucket: &l.Name, Key: &key})
	if err != nil {
		return false
	}
	defer o.Body.Close()
	text, err := io.ReadAll(o.Body)
	if err != nil {
		return false
	}
	_, err = l.Client.PutObject(context.Background(), &s3.PutObjectInput{Bucket: &l.Name, Key: &key, IfMatch: o.ETag, Body: bytes.NewReader(append(text, more...))})
	return err == nil
}

// TestAnApplicationGoesOnWritingToTheLake: while an erasure is planned, carried out and checked, an application writes the person's rows
// without pause, and others' into the same object. None of his is left in the end, and none of the others' is lost.
func TestAnApplicationGoesOnWritingToTheLake(t *testing.T) {
	t.Parallel()
	l := newLake(t, servers.Plain)
	text := strings.Replace(lakeSystem, "{ identifier: member_no }\n      seen_on", "{ owned_by: letters.member_no }\n      seen_on", 1) // who has letters has rows, and more of them may come
	if err := os.WriteFile(filepath.Join(l.Map, "lake.yaml"), []byte(text), 0o600); err != nil || text == lakeSystem {
		t.Fatal(err)
	}
	stop := l.hammer(t)
	p := l.planned(t, "C-2")
	l.applied(t, p)
	l.Run(t, "--json", "request", "resume", p.Request)
	rows, others := stop()
	if rows == 0 {
		t.Fatal("the application wrote nothing")
	}
	l.finish(t, p.Request)
	want := lakeAtLast()
	want[march+".csv"] += strings.Join(others, "")
	l.stands(t, want)
}

// TestANumberOfTheLakeGivenAnew: before the erasure is verified an application gives the number of an erased row to somebody else, whose own
// number stands in it. Nothing is done to it, then or at the second look.
func TestANumberOfTheLakeGivenAnew(t *testing.T) {
	t.Parallel()
	l := newLake(t, servers.Plain)
	p := l.planned(t, "C-2")
	l.Extra["DOSSIER_FAILPOINT"] = "verify/claimed/lake"
	if r := l.Apply(t, p); !r.Killed {
		t.Fatalf("%+v", r)
	}
	delete(l.Extra, "DOSSIER_FAILPOINT")
	l.stands(t, lakeAtLast())
	want := lakeAtLast()
	want[march+".csv"] += "1,C-7,2026-01-01,new\n"
	l.put(t, march+".csv", want[march+".csv"])
	l.finish(t, p.Request)
	l.stands(t, want)
}
