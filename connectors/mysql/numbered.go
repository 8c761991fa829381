package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
)

// driven is what a connection of the driver is to the pool.
type driven interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
	driver.NamedValueChecker
}

// numbered is a connection and what the server calls it, asked once as it is made: the driver does not say.
type numbered struct {
	driven
	id string
}

// numbering makes connections that know their numbers.
type numbering struct{ driver.Connector }

func (n numbering) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := n.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := c.(driven)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the driver's %T is not what it was", c), c.Close())
	}
	id, err := asked(ctx, conn)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return &numbered{conn, id}, nil
}

// asked is the server's number of a connection.
func asked(ctx context.Context, conn driven) (string, error) {
	rows, err := conn.QueryContext(ctx, "SELECT CONNECTION_ID()", nil)
	if err != nil {
		return "", err
	}
	row := make([]driver.Value, 1)
	err = errors.Join(rows.Next(row), rows.Close())
	if text, ok := row[0].([]byte); ok {
		return string(text), err
	}
	return fmt.Sprint(row[0]), err
}

var _ driven = (*numbered)(nil)
