package files

import (
	"sync"
	"testing"

	"github.com/dossier-dsr/dossier/connectors"
)

// TestLookingWhileMoving: who counts while rows and documents go in and out of the closed folder finds each of them once.
func TestLookingWhileMoving(t *testing.T) {
	root := tree(t, map[string]string{one: "hers", two: "more", "imports/m.csv": "no;p\n1;a\n2;b\n3;c\n", "petitions/P.json": `{"signatories":[{"email":"a"},{"email":"b"}]}`})
	s := open(t, root)
	want := map[*connectors.Collection]int64{&letters: 2, &imports: 3, &petitions: 2}
	done := make(chan struct{})
	var wg sync.WaitGroup
	looked := make(chan struct{}, 1)
	for c, n := range want {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				tallies, err := s.Count(t.Context(), []connectors.Selection{{Collection: *c, All: true}})
				if err != nil || tallies[0].Total != n {
					t.Errorf("%s: %v rows, %v; want %d", c.Name, tallies, err, n)
					return
				}
				select {
				case looked <- struct{}{}:
				default:
				}
			}
		})
	}
	for range 8 {
		<-looked
		for _, sel := range []connectors.Selection{by(letters, "member_no", "C-1"), by(imports, "no", "2", "3"), by(petitions, "email", "a")} {
			for _, do := range []connectors.Treatment{hold(sel, "R-1"), lift(sel, "R-1")} {
				if _, err := apply(t, s, do); err != nil {
					t.Error(err)
				}
			}
		}
		if t.Failed() {
			break
		}
	}
	close(done)
	wg.Wait()
}
