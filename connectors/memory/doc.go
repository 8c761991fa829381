// Package memory is a connector to rows held in memory: the one to read first, and the one others are
// compared with. It can do all that the contract knows, and each file shows one part of it:
//
//   - connector.go: a card ([Connector.Describe]) and a door ([Connector.Open]);
//   - store.go: finding rows ([connectors.Store], [connectors.Counter]);
//   - apply.go: changing rows, in the order every Writer keeps: lock, resolve all, carry out, ask, commit;
//   - verbs.go: what each verb means for one row;
//   - probe.go, blob.go, schema.go, fixture.go: the optional capabilities.
//
// A connector to a small service needs the first three, and of the verbs those the service has.
// What is stored lives as long as the Connector; stores opened under the same name share it.
package memory
