// Package plugintest runs connectors written in a test as processes of their own, out of the test's
// binary: no build, a start of milliseconds, and a sabotaged connector is ten lines in a _test.go file.
//
//	func TestMain(m *testing.M) {
//		plugintest.Main(m, plugintest.Roles{
//			"liar": plugintest.Serves(liar{}),
//		})
//	}
//
//	func TestLiar(t *testing.T) {
//		plugin := plugintest.Start(t, "liar", host.Options{})
//		…
//	}
package plugintest
