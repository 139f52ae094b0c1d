package replicationbase_test

import "net/http"

// requestHook makes a hook of the simulator from a function of method and path.
func requestHook(do func(method, path string)) func(*http.Request) {
	return func(r *http.Request) { do(r.Method, r.URL.Path) }
}
