package conformance

import "encoding/json"

// MarshalJSON writes the report as `dossier connector test --json` prints it.
func (r *Report) MarshalJSON() ([]byte, error) {
	type line struct {
		Label string `json:"label"`
		Got   string `json:"got"`
		Want  string `json:"want,omitempty"`
	}
	type result struct {
		Case    string  `json:"case"`
		Shape   string  `json:"shape,omitempty"`
		Rule    string  `json:"rule"`
		Passed  bool    `json:"passed"`
		Seconds float64 `json:"seconds"`
		Lines   []line  `json:"lines,omitempty"`
		Likely  string  `json:"likely,omitempty"`
		Guide   string  `json:"guide,omitempty"`
	}
	out := struct {
		Format   string   `json:"format"`
		Name     string   `json:"name"`
		Version  string   `json:"version"`
		Conforms bool     `json:"conforms"`
		Passed   int      `json:"passed"`
		Failed   int      `json:"failed"`
		Seconds  float64  `json:"seconds"`
		Results  []result `json:"results"`
	}{Format: "dossier.conformance/v1", Name: r.Card.Name, Version: r.Card.Version, Conforms: r.Conforms(),
		Failed: len(r.Failed()), Seconds: r.Elapsed.Seconds()}
	out.Passed = len(r.Results) - out.Failed
	for _, x := range r.Results {
		one := result{Case: x.Case.FullName(), Shape: x.Shape, Rule: x.Case.Rule, Passed: x.Failure == nil, Seconds: x.Elapsed.Seconds()}
		if x.Failure != nil {
			one.Likely, one.Guide = x.Failure.Likely, "connectors/GUIDE.md#"+x.Case.Anchor
			for _, l := range x.Failure.Lines {
				one.Lines = append(one.Lines, line(l))
			}
		}
		out.Results = append(out.Results, one)
	}
	return json.Marshal(out)
}
