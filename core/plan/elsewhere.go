package plan

// Elsewhere says whether a reason's code is that another controller answers: it is counted and referred, and left alone.
func Elsewhere(code string) bool { return code == Processor || code == OtherController }
