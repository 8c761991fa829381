// Package servers gives tests real database servers. A server is started by the first test of a process that asks for one, in a temporary
// folder and on a free port, and is shared by all tests of that process; each test has a database of its own. It ends with the
// process, however that ends: a watcher holds one end of a pipe, and takes server and folder away when the other end closes.
//
// DOSSIER_TEST_POSTGRES_URL and DOSSIER_TEST_MYSQL_URL name servers to be used instead: an account that may create databases and accounts;
// DOSSIER_TEST_MONGODB_URL one that speaks MongoDB's protocol, where FerretDB is otherwise built and started; DOSSIER_TEST_S3_URL
// (http://KEY:SECRET@HOST:PORT/?region=REGION) one that speaks S3's, where MinIO is. Where no server
// can be had the test fails and says what is missing; it is never skipped.
package servers
