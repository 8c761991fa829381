package sample

import (
	"context"
	_ "embed"
)

//go:embed register.sql
var registerSchema string

const staffCount = 5

// registerFile writes the members' register.
type registerFile struct {
	*bulk
	addresses, members, leases, parties, vehicles, subscriptions, disclosures, search *table
	vehicleID, subscriptionID, disclosureID                                           int64
}

func newRegister(ctx context.Context, file string) (*registerFile, error) {
	b, err := newBulk(ctx, file, registerSchema)
	if err != nil {
		return nil, err
	}
	r := &registerFile{
		bulk:      b,
		addresses: b.table("addresses", "id", "street", "city"),
		members: b.table("members", "id", "member_no", "pesel", "email", "phone", "first_name", "last_name", "born_on", "died_on",
			"joined_on", "left_on", "status", "address_id", "representative_id", "recommended_by", "registered_by", "emergency_name",
			"emergency_phone", "disability", "risk_score", "scored_on", "notes", "statement", "created_at", "row_version"),
		leases:        b.table("leases", "lease_no", "flat_no", "started_on", "ended_on", "deed_no", "party_count"),
		parties:       b.table("lease_parties", "lease_no", "member_id", "share", "left_on"),
		vehicles:      b.table("vehicles", "id", "member_id", "plate"),
		subscriptions: b.table("subscriptions", "id", "email", "topics"),
		disclosures:   b.table("disclosures", "id", "member_id", "recipient", "sent_on"),
		search:        b.table("member_search", "member_id", "terms"),
	}
	return r, r.outside()
}

// outside fills the tables the map leaves out.
func (r *registerFile) outside() error {
	migrations := r.table("schema_migrations", "version", "applied_at")
	for i, at := range []string{"2019-03-04 07:12:55", "2021-11-20 22:01:07", "2024-02-29 03:00:00"} {
		if err := migrations.add(i+1, at); err != nil {
			return err
		}
	}
	staff := r.table("staff", "id", "login", "name", "active")
	for i, s := range [staffCount][2]string{{"amalinowska", "Alina Malinowska"}, {"bkos", "Bartosz Kos"},
		{"cjodla", "Celina Jodła"}, {"dolcha", "Daniel Olcha"}, {"ewierzba", "Edyta Wierzba"}} {
		if err := staff.add(i+1, s[0], s[1], i != 3); err != nil {
			return err
		}
	}
	return nil
}

func (r *registerFile) write(h *household) error {
	for _, a := range h.addresses {
		if err := r.addresses.add(a.id, a.street, a.city); err != nil {
			return err
		}
	}
	for _, x := range h.members {
		if err := r.members.add(x.id, x.memberNo, x.pesel, x.email, x.phone, x.firstName, x.lastName, x.bornOn, x.diedOn,
			x.joinedOn, x.leftOn, x.status, x.addressID, x.representativeID, x.recommendedBy, x.registeredBy, x.emergencyName,
			x.emergencyPhone, x.disability, x.riskScore, x.scoredOn, x.notes, x.statement, x.createdAt, 1+x.id%7); err != nil {
			return err
		}
		if err := r.search.add(x.id, x.searchTerms); err != nil {
			return err
		}
	}
	for _, l := range h.leases {
		if err := r.leases.add(l.no, l.flat, l.startedOn, l.endedOn, l.deedNo, l.parties); err != nil {
			return err
		}
	}
	for _, p := range h.parties {
		if err := r.parties.add(p.leaseNo, p.memberID, p.share, p.leftOn); err != nil {
			return err
		}
	}
	return r.writeRest(h)
}

func (r *registerFile) writeRest(h *household) error {
	for _, v := range h.vehicles {
		r.vehicleID++
		if err := r.vehicles.add(r.vehicleID, v.memberID, v.plate); err != nil {
			return err
		}
	}
	for _, s := range h.subscriptions {
		r.subscriptionID++
		if err := r.subscriptions.add(r.subscriptionID, s.email, s.topics); err != nil {
			return err
		}
	}
	for _, d := range h.disclosures {
		r.disclosureID++
		if err := r.disclosures.add(r.disclosureID, d.memberID, d.recipient, d.sentOn); err != nil {
			return err
		}
	}
	return nil
}

func (r *registerFile) finish() error { return r.bulk.finish(registerSchema) }
