package archive

import (
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/request"
)

// Omission words why a kind of data, named by its label, is not in the package; code is the plan's reason (art. 12(4),
// 15(4), 20(1), 20(4)). A code that is none of those a package leaves data out for is worded as an examined omission.
func Omission(lang string, right request.Right, code, what string, count int64) LeftOut {
	w, err := wordsIn(lang)
	if err != nil {
		w, _ = wordsIn("en")
	}
	out := LeftOut{What: what, Count: count}
	switch code {
	case plan.ThirdPerson, plan.NeedsReview:
		out.Law, out.Reason = w.T("law.others."+string(right)), "justifications:ThirdPartyRightsImpaired"
	case plan.NotPortable:
		out.Law = w.T("law.portable")
	case plan.OtherController:
		out.Law = w.T("law.other_controller")
	case plan.Processor:
		out.Law = w.T("law.processor")
	case plan.OutOfScope, plan.NotSearchable:
	default:
		code = "other"
	}
	out.Why = w.T("why." + code)
	return out
}

// AnsweredBy is [Omission] of data for which another controller, named with how to reach it, answers.
func AnsweredBy(lang string, right request.Right, who, what string, count int64) LeftOut {
	out := Omission(lang, right, plan.OtherController, what, count)
	out.Why += ": " + who
	return out
}
