package s3

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/dossier-dsr/dossier/test/servers"
)

// TestLongKeys: what stands between two slashes may be as long as a key, and who has a number of that length is found by it; one that is longer than any key is
// nobody's, and asked for of nobody. MinIO, which keeps objects in files, has no such keys: the listing is answered in its place.
func TestLongKeys(t *testing.T) {
	t.Parallel()
	who := strings.Repeat("9", 900)
	key := "letters/" + who + "/2024-01-05-17.pdf"
	direct := newBucket(t, servers.Plain)
	direct.count(t, 0, by(letters, "member_no", who))
	x := &between{}
	var asked []string
	x.lists = func(w http.ResponseWriter, r *http.Request) bool {
		prefix := r.URL.Query().Get("prefix")
		if strings.HasPrefix(prefix, heldPrefix) {
			return false
		}
		asked = append(asked, prefix)
		contents := ""
		if strings.HasPrefix(key, prefix) {
			contents = `<Contents><Key>` + key + `</Key><LastModified>2024-01-05T00:00:00Z</LastModified><ETag>"1"</ETag><Size>1</Size></Contents>`
		}
		_, _ = io.WriteString(w, `<ListBucketResult><IsTruncated>false</IsTruncated>`+contents+`</ListBucketResult>`)
		return true
	}
	b := direct.through(t, x)
	b.count(t, 1, by(letters, "member_no", who))
	b.count(t, 0, by(letters, "member_no", who[1:]))
	b.count(t, 0, by(letters, "member_no", strings.Repeat("9", maxKey)))
	if want := []string{"letters/" + who + "/", "letters/" + who[1:] + "/"}; !slices.Equal(asked, want) {
		t.Errorf("%q were asked for, want %q", asked, want)
	}
}
