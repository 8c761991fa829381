// Package nested takes requests through the engine where rows stand inside documents: comments of several people in one ticket, files that are
// named from inside it, people who watch it, on a server that speaks MongoDB's protocol.
package nested
