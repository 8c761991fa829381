package postgres

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// mostKept is how many statements a connection keeps. One more, and all are forgotten.
	mostKept = 200
	// fewValues is how many values a statement takes at most that is kept. Its plan is made without looking at them; where there are many, the
	// database had better make one for their number.
	fewValues = 100
)

// keeper has statements of a connection stay prepared, so that the database need not plan them each time: those that start from persons, and come
// a second time. They are kept by their text, which names no request; application_name does.
type keeper struct {
	changed *atomic.Int64 // how often a statement of the store was found to be of an older schema
	since   int64         // what that was when these were prepared
	names   map[string]string
	seen    map[string]bool // came once
}

const keptKey = "dossier kept"

// keeping has the connections of a pool keep statements.
func keeping(config *pgxpool.Config, changed *atomic.Int64) {
	config.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		conn.PgConn().CustomData()[keptKey] = &keeper{changed: changed, names: map[string]string{}, seen: map[string]bool{}}
		return nil
	}
}

// keptOf is what a connection keeps; nil: nothing.
func keptOf(pg *pgconn.PgConn) *keeper {
	k, _ := pg.CustomData()[keptKey].(*keeper)
	return k
}

// worth says whether a statement may be kept.
func worth(q query) bool { return strings.HasPrefix(q.SQL, "WITH ") && values(q.Args) <= fewValues }

// values is how many values are bound.
func values(args []any) (n int) {
	for _, a := range args {
		if list, ok := a.([]any); ok {
			n += len(list)
		} else {
			n++
		}
	}
	return n
}

// Plans of what is kept are made once, without looking at values: what is bound are a person's few keys, and one is as good as the next. Left to
// itself the database compares what it supposes of both, and plans each time.
var onePlan, aPlanEach = run("SET plan_cache_mode = force_generic_plan"), run("SET plan_cache_mode = auto")

// planned are statements with their names, and those that say how they are to be planned among them. After an error these are undone with the rest.
func planned(asks []ask, names []string) (all []ask, called []string) {
	once := false
	for i, a := range asks {
		if kept := names[i] != ""; kept != once {
			how := aPlanEach
			if once = kept; kept {
				how = onePlan
			}
			all, called = append(all, how), append(called, "")
		}
		all, called = append(all, a), append(called, names[i])
	}
	if once {
		all, called = append(all, aPlanEach), append(called, "")
	}
	return all, called
}

// prepare prepares those of some statements that come again, in one round trip, and gives each one's name; "" for one that is not kept.
func (l *line) prepare(ctx context.Context, asks ...ask) ([]string, error) {
	out := make([]string, len(asks))
	k := keptOf(l.pg)
	if k == nil {
		return out, nil
	}
	var forget bool
	if now := k.changed.Load(); now != k.since || len(k.names) > mostKept || len(k.seen) > 5*mostKept {
		forget = len(k.names) > 0
		k.since, k.names, k.seen = now, map[string]string{}, map[string]bool{}
	}
	var fresh []ask
	for i, a := range asks {
		if !worth(a.query) {
			continue
		}
		name, ok := k.names[a.SQL]
		switch {
		case !ok && !k.seen[a.SQL]:
			k.seen[a.SQL] = true
		case !ok:
			name = "dossier" + strconv.Itoa(len(k.names))
			k.names[a.SQL] = name
			fresh = append(fresh, a)
		}
		out[i] = name
	}
	if !forget && len(fresh) == 0 {
		return out, nil
	}
	err := l.tell(ctx, k, forget, fresh)
	if err != nil {
		k.changed.Add(1) // which of them are there now, nobody knows
	}
	return out, err
}

// tell prepares statements.
func (l *line) tell(ctx context.Context, k *keeper, forget bool, fresh []ask) error {
	p := l.pg.StartPipeline(ctx)
	if forget {
		p.SendQueryParams("DEALLOCATE ALL", nil, nil, nil, nil)
	}
	for _, a := range fresh {
		p.SendPrepare(k.names[a.SQL], "/* dossier */ "+a.SQL, nil)
	}
	err := p.Sync()
	for err == nil {
		var got any
		if got, err = p.GetResults(); got == nil {
			break
		}
		if r, ok := got.(*pgconn.ResultReader); ok {
			_, err = r.Close()
		}
	}
	doing := "talking to the database"
	if len(fresh) > 0 {
		doing = fresh[0].doing
	}
	return failure(ctx, doing, errors.Join(err, p.Close()))
}

// outdated notes that a statement is of an older schema: all connections of the store forget theirs.
func (l *line) outdated(err error) error {
	if k := keptOf(l.pg); k != nil && state(err) == stalePlan {
		k.changed.Add(1)
	}
	return err
}
