package sample

// The numbers of the demonstration's requests; the year of the sample stands before them.
const (
	accessNo = 119 + iota
	portabilityNo
	rectificationNo
	restrictionNo
	erasureNo
	liftNo
)

// requests are those of the demonstration, named for their right, and one for each of some others, named for the
// person and the right. Those of the demonstration may be carried out in the order of the README: access, portability,
// rectification, restriction, lift, erasure; the erasure also without the others before it.
func (s *Sample) requests() map[string]requestFile {
	all := s.demoRequests()
	p := s.Persons
	everything := &scopePart{All: true}
	n := 200
	add := func(name, right string, who Person, change func(*requestFile)) {
		n++
		r := s.ask(n, right, who, 3)
		if right == "erasure" {
			r.Ground, r.Scope = "art17_1_a", everything
		}
		if change != nil {
			change(&r)
		}
		all[name] = r
	}
	add("spouse-access", "access", p.Spouse, nil)
	add("stranger-access", "access", p.Stranger, func(r *requestFile) { r.identify("phone", p.Stranger.Phone) })
	add("stranger-erasure", "erasure", p.Stranger, func(r *requestFile) { r.identify("phone", p.Stranger.Phone) })
	add("wife-access", "access", p.Wife, nil)
	add("wife-erasure", "erasure", p.Wife, nil)
	add("namesake-erasure", "erasure", p.Namesakes[1], nil)
	add("sentinel-erasure", "erasure", p.SentinelHolder, nil)
	add("empty-number-access", "access", p.EmptyNumber, nil)
	add("lease-mate-erasure", "erasure", p.LeaseMates[3], nil)
	add("corrections-erasure", "erasure", p.Corrections, nil)
	add("unknown-dates-erasure", "erasure", p.UnknownDates, nil)
	add("year-end-erasure", "erasure", p.YearEnd, func(r *requestFile) {
		r.Keep = []keepPart{{"claims", "art17_3_e", s.AsOf.AddDate(1, 7, 24).Format(iso)}}
	})
	add("awkward-access", "access", p.Awkward, nil)
	add("heavy-access", "access", p.Heavy, nil)
	add("heavy-erasure", "erasure", p.Heavy, nil)
	add("nothing-held-access", "access", p.NothingHeld, nil)
	add("dead-access", "access", p.Dead, func(r *requestFile) {
		r.Requester = &requesterPart{"next_of_kin", authorityPart{"akt małżeństwa, akt zgonu", []string{"access"}, s.at(2, 12, 0)},
			p.Widow.FirstName + " " + p.Widow.LastName}
	})
	add("minor-access", "access", p.Minor, func(r *requestFile) {
		r.Requester = &requesterPart{"parent", authorityPart{"akt urodzenia", []string{"access", "rectification"}, s.at(2, 12, 0)},
			p.Representative.FirstName + " " + p.Representative.LastName}
	})
	add("spouse-erasure", "erasure", p.Spouse, nil)
	add("husband-erasure", "erasure", p.Husband, nil)
	add("minor-erasure", "erasure", p.Minor, func(r *requestFile) {
		r.Requester = &requesterPart{"parent", authorityPart{"akt urodzenia", []string{"erasure"}, s.at(2, 12, 0)},
			p.Representative.FirstName + " " + p.Representative.LastName}
	})
	return all
}

// demoRequests are the six of the demonstration, all of [Persons.Demo].
func (s *Sample) demoRequests() map[string]requestFile {
	demo := s.Persons.Demo
	access := s.ask(accessNo, "access", demo, 30)
	access.Asked = map[string]string{"channel": "email"}

	portability := s.ask(portabilityNo, "portability", demo, 29)
	portability.Scope = &scopePart{All: true}

	rectification := s.ask(rectificationNo, "rectification", demo, 28)
	rectification.Corrections = []correctionPart{
		{"identity.name.family", demo.LastName, demo.LastName + "-Brzęk"},
		{"contact.phone", demo.Phone, "+48600100299"},
	}
	rectification.Statement = &statementPart{"correspondence.statement", "Wykluczenie zaskarżono; sprawa zakończyła się ugodą z 4 stycznia."}

	restriction := s.ask(restrictionNo, "restriction", demo, 25)
	restriction.Ground, restriction.Scope = "art18_1_a", &scopePart{All: true}
	review := s.at(-10, 12, 0)
	restriction.Restriction = &restrictionPart{ReviewBy: &review}

	lift := s.ask(liftNo, "lift", demo, 12)
	notice := s.at(11, 15, 0)
	lift.Restriction = &restrictionPart{Of: restriction.ID, NoticeSentAt: &notice}

	erasure := s.ask(erasureNo, "erasure", demo, 4)
	erasure.Ground, erasure.Scope = "art17_1_b", &scopePart{All: true}
	return map[string]requestFile{"access": access, "portability": portability, "rectification": rectification,
		"restriction": restriction, "lift": lift, "erasure": erasure}
}

// identify names the subject by one more identifier, verified.
func (r *requestFile) identify(kind, value string) {
	r.Subject.Identifiers = append(r.Subject.Identifiers, identifierPart{kind, value, true})
}
