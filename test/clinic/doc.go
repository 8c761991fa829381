// Package clinic lays the sample clinic out in real stores, records in PostgreSQL, accounts in MariaDB, appointments and messages in a server
// of MongoDB's protocol, images and a monthly export in a bucket with versioning, and tells which row, document, element or object of whom a
// step has touched.
package clinic
