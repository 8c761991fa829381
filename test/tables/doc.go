// Package tables is what tests of connectors of tables have in common: a database of a test's own, as an application and the connector
// see it, what treatments are written with, and what must be so on every server. It knows no connector, so that each tests itself with it.
package tables
