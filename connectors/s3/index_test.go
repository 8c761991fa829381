package s3

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/objects"
	"github.com/dossier-dsr/dossier/test/servers"
)

const indexKey = "a key of the tests, which nobody guesses"

// pieces are the names of the pieces of the index, and all their bytes.
func (b bucket) pieces(t *testing.T) (names []string, content string) {
	t.Helper()
	err := b.list(t.Context(), heldPrefix+indexFolder, func(i item) (bool, error) {
		for _, v := range i.versions {
			names = append(names, i.key)
			if !v.marker {
				content += b.read(t, i.key, v)
			}
		}
		return true, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names, content
}

// TestIndex: the second request reads a small part of what the first did, new and changed objects, and those that hold who is asked for; what
// is erased is remembered no more, in no version of any piece.
func TestIndex(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]servers.BucketKind{"plain": servers.Plain, "versions": servers.Versioned} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			direct := newBucket(t, kind)
			lay := func(month int, extra string) {
				text := "no,who,mail\n"
				for i := range 400 {
					text += fmt.Sprintf("%d,C-%d,person.%d@house.example\n", i, month*20+i%20, i)
				}
				direct.put(t, fmt.Sprintf("imports/2024-%02d.csv", month), text+extra)
			}
			for month := range 40 {
				lay(month, "")
			}
			x := &between{key: indexKey}
			b := direct.through(t, x)
			reads := func(want int64, who string) (bytes int64) {
				t.Helper()
				x.mu.Lock()
				x.bytes = 0
				x.mu.Unlock()
				b.count(t, want, by(imports, "who", who))
				x.mu.Lock()
				defer x.mu.Unlock()
				return x.bytes
			}
			all := reads(20, "C-305")
			if again := reads(20, "C-305"); again > all/15 {
				t.Errorf("%d bytes read, and %d the second time", all, again)
			}
			if other := reads(20, "C-7"); other > all/15 {
				t.Errorf("%d bytes read, and %d for another person", all, other)
			}
			lay(3, "500,C-305,x\n")
			lay(40, "500,C-305,x\n")
			if changed := reads(22, "C-305"); changed < 3*all/40 || changed > 5*all/40 {
				t.Errorf("%d bytes read of 40 objects, and %d of one changed, one new and one that is hers", all, changed)
			}
			b.count(t, 41, by(imports, "mail", "person.17@house.example"))
			before, content := direct.pieces(t)
			for _, planted := range []string{"C-305", "person.17", "house", "imports"} {
				if strings.Contains(content, planted) {
					t.Errorf("%q stands in the index", planted)
				}
			}
			b.apply(t, 22, remove(by(imports, "who", "C-305")))
			now, _ := direct.pieces(t)
			if slices.Equal(before, now) || len(now) != 2 {
				t.Errorf("the index is %v, and was %v: a directory and a block, another one", now, before)
			}
			known := map[string]bool{}
			from, err := objects.Understand(imports)
			if err != nil {
				t.Fatal(err)
			}
			m, err := objects.NewMatcher(from, by(imports, "who", "C-305"))
			if err != nil {
				t.Fatal(err)
			}
			err = b.tour(t.Context(), from, m, false, func(_ context.Context, st *stand) error {
				v, _ := st.current()
				b.mu.Lock()
				defer b.mu.Unlock()
				known[st.key] = st.known.Without(v.indexed(), st.values)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, month := range []int{3, 15, 40} {
				if key := fmt.Sprintf("imports/2024-%02d.csv", month); known[key] {
					t.Errorf("something is known of %s, which was rewritten", key)
				}
			}
			if !known["imports/2024-05.csv"] {
				t.Error("nothing is known of an object that was not rewritten")
			}
			if left := reads(0, "C-305"); left > all/4 {
				t.Errorf("%d bytes read to see that she is gone", left)
			}
		})
	}
}

// TestIndexKilled kills the process while it writes the index: the next one has the old one or the new one, and leaves no pieces nobody names.
func TestIndexKilled(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"indexed ", "indexed .dir"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			b := newBucket(t, servers.Versioned)
			b.put(t, january, "no,who\n1,C-1\n2,C-2\n")
			settings := b.Settings()
			settings["index_key"] = indexKey
			for i := range 2 {
				child := exec.Command(os.Args[0])
				child.Env = append(os.Environ(), "S3_TEST_STEP="+step, "S3_TEST_SCRIPT=look")
				for name, value := range settings {
					child.Env = append(child.Env, "S3_TEST_"+name+"="+value)
				}
				if err := child.Run(); child.ProcessState.ExitCode() != -1 {
					t.Fatalf("the process was not killed at this step: %v", err)
				}
				b.put(t, january, fmt.Sprintf("no,who\n1,C-1\n2,C-1\n3,C-%d\n", i))
			}
			again := bucket{b.Bucket, open(t, settings)}
			again.count(t, 3, by(imports, "who", "C-1"))
			again.count(t, 3, by(imports, "who", "C-1"))
			if now, _ := b.pieces(t); len(now) != 2 {
				t.Errorf("of the index there are %v; want a directory and a block", now)
			}
		})
	}
}

// TestIndexSettings: a key that can be guessed is refused; where nothing new can be removed, nothing is remembered.
func TestIndexSettings(t *testing.T) {
	t.Parallel()
	b := newBucket(t, servers.Locked)
	settings := b.Settings()
	settings["index_key"] = "secret1234"
	_, err := Connector{}.Open(t.Context(), settings)
	var said connectors.Diagnostics
	if !errors.As(err, &said) || said[0].Path != "config.index_key" || strings.Contains(err.Error(), "secret1234") {
		t.Errorf("a short key: %v", err)
	}
	settings["index_key"] = indexKey
	if s := open(t, settings); s.index == nil {
		t.Error("a bucket in which versions can be locked has no index")
	}
	_, err = b.Client.PutObjectLockConfiguration(t.Context(), &s3.PutObjectLockConfigurationInput{Bucket: &b.Name, ObjectLockConfiguration: &types.ObjectLockConfiguration{
		ObjectLockEnabled: types.ObjectLockEnabledEnabled, Rule: &types.ObjectLockRule{DefaultRetention: &types.DefaultRetention{Days: aws.Int32(1), Mode: types.ObjectLockRetentionModeGovernance}}}})
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, settings)
	if s.index != nil {
		t.Error("a bucket that retains what is new has an index")
	}
	read := []connectors.Use{{Collection: imports}}
	if out, err := open(t, b.Settings()).Grants(t.Context(), read); err != nil || len(out) != 3 {
		t.Errorf("%v, %v", out, err)
	}
}
