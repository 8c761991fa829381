// Command ferretdb is a server for tests that speaks MongoDB's protocol: FerretDB with its data in SQLite files in the working folder, or, where a
// second argument names one, in a PostgreSQL database. It listens on the address that is its first argument, says "listening" on standard output when
// it does, and ends when it is told to (SIGTERM, SIGQUIT).
//
// It is a module of its own, so that nothing of it comes into the product.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	if len(os.Args) != 2 && len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: ferretdb ADDRESS [POSTGRESQL-URL]")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "ferretdb:", err)
		os.Exit(1)
	}
}

func run(address string, postgres []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGQUIT, os.Interrupt)
	defer stop()
	config := &ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: address},
		Logger:    slog.New(slog.DiscardHandler),
		Handler:   "sqlite",
		SQLiteURL: "file:./?_pragma=synchronous(off)", // a server of tests never waits for the disk
	}
	if len(postgres) > 0 {
		config.Handler, config.PostgreSQLURL = "postgresql", postgres[0]
	}
	server, err := ferretdb.New(config)
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	_ = server.MongoDBURI() // waits until it listens
	fmt.Println("listening")
	return <-ended
}
