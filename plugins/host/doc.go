// Package host starts connectors as processes of their own and lets the rest of Dossier forget that
// they are. A [Plugin] is a connectors.Connector, what it opens is a connectors.Store whose optional
// capabilities connectors.As finds as it does in process.
//
//	pool := host.NewPool(host.PoolOptions{Lock: lock})
//	defer pool.Close()
//	sqlite, err := pool.Connector(ctx, "sqlite")
//
// What holds beyond the contract:
//
//   - A process that dies in the middle of a call is [ErrDied], which is connectors.ErrTryLater too; the next call
//     starts it again and opens the store again. Nothing is repeated behind the caller's back.
//   - No environment of the host reaches a connector, nor its standard input.
//   - Words that come back are cut to a length and searched for the secrets and values that went there.
//   - Every process started is waited for. Should the host be killed, its connectors end by themselves.
package host
