package request

import "io"

// Parse reads one request from JSON, strictly: unknown fields are problems, and all problems come at once, each with its JSON pointer. The
// request is nil where there is any. What is merely missing for the work to begin (identity, scope) is none:
// the request is registered and waits, see [WaitsFor]. No problem holds a value of the request.
//
// What only the data map can tell (kinds, names of purposes, the day's date) is checked by [Request.CheckAgainst].
func Parse(r io.Reader) (*Request, Problems) {
	req := new(Request)
	ps := decode(r, req)
	if len(ps) == 1 && ps[0].Pointer == "" {
		return nil, ps
	}
	wrong := map[string]bool{}
	for _, p := range ps {
		wrong[p.Pointer] = true
	}
	for _, p := range req.check() {
		if !wrong[p.Pointer] { // what could not be read is not missing too
			ps = append(ps, p)
		}
	}
	if len(ps) > 0 {
		return nil, ps
	}
	return req, nil
}
