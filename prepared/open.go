package prepared

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
)

// Open is [sql.Open], except that each connection keeps up to that many statements, by their text. When there are more it forgets
// all of them and begins anew.
func Open(driverName, source string, keep int) (*sql.DB, error) {
	plain, err := sql.Open(driverName, source)
	if err != nil {
		return nil, err
	}
	d := plain.Driver()
	if err := plain.Close(); err != nil {
		return nil, err
	}
	return sql.OpenDB(connector{driver: d, source: source, keep: keep}), nil
}

// Under is the driver's own connection, of what [sql.Conn.Raw] gives.
func Under(raw any) any {
	if c, ok := raw.(*conn); ok {
		return c.inner
	}
	return raw
}

type connector struct {
	driver driver.Driver
	source string
	keep   int
}

func (c connector) Driver() driver.Driver { return c.driver }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	dc, err := c.driver.Open(c.source)
	if err != nil {
		return nil, err
	}
	in, ok := dc.(inner)
	if !ok {
		return nil, errors.Join(fmt.Errorf("connections of the driver %T cannot keep statements", c.driver), dc.Close())
	}
	return &conn{inner: in, idle: map[string]statement{}, keep: c.keep}, nil
}
