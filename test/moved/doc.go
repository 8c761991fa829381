// Package moved puts the sample's databases on a server: the same tables and the same rows, written as that server writes them, and the
// same map with another connector's name in it. Nothing here is of a test, so that the demonstration can use it too.
//
// A column of dates on a server holds dates and nothing else; what the sample's SQLite files hold beside dates is cleared before.
package moved
