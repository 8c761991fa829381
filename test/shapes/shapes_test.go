package shapes

import "github.com/dossier-dsr/dossier/test/houses"

func all() []shape {
	return []shape{tree(), circle(), couple(), shared(), lease(), twoWays(), guardian(), viewer(), roles(), times(), nowhere(), undated(), copies(), standIn(), noStandIn(), pooled(), audited(), invoice()}
}

// tree: rows of a table that own each other, on end in a circle.
func tree() shape {
	return shape{name: "a tree and a circle in one table",
		tables: []houses.Table{
			table("members", "id:whole no name", "", row(1, "C-1", "Anna"), row(2, "C-2", "Jan")),
			to(table("posts", "id:whole member_id:whole up:whole body", "", row(1, 1, nil, "a"), row(2, 2, 1, "reply"), row(3, 2, 2, "reply to it"), row(4, 2, nil, "stays"), row(5, 1, 5, "of itself"), row(6, 1, 7, "x"), row(7, 1, 6, "y")),
				"member_id members.id", "up posts.id"),
		},
		colls: `  members:
    purposes: news
    fields: { no: { identifier: no }, name: identity.name }
  posts:
    fields:
      member_id: { owned_by: members }
      up:        { refers_to: posts }
      body:      correspondence.note
`, do: []step{{ids: "no=C-1", rows: `members:
	2 | C-2 | Jan
	posts:
	2 | 2 | NULL | reply
	3 | 2 | 2 | reply to it
	4 | 2 | NULL | stays`}}}
}

// circle: two tables whose foreign keys lead to each other.
func circle() shape {
	return shape{name: "two tables that refer to each other",
		tables: []houses.Table{
			to(table("members", "id:whole no home:whole", "", row(1, "C-1", 1), row(2, "C-2", 2)), "home homes.id"),
			to(table("homes", "id:whole street contact:whole", "", row(1, "Lipowa", 1), row(2, "Polna", 1), row(3, "Leśna", 2)), "contact members.id"),
		},
		colls: `  members:
    purposes: news
    fields: { no: { identifier: no }, home: { owns: homes } }
  homes:
    fields: { street: contact.address, contact: { refers_to: members } }
`, do: []step{{ids: "no=C-1", rows: `members:
	2 | C-2 | 2
	homes:
	2 | Polna | NULL
	3 | Leśna | 2`}}}
}

// couple: a row that two own goes with the second.
func couple() shape {
	return shape{name: "a row of two goes with the last",
		tables: []houses.Table{
			table("homes", "id:whole street", "", row(1, "Lipowa"), row(2, "Polna")),
			to(table("members", "id:whole no home:whole", "", row(1, "C-1", 1), row(2, "C-2", 1), row(3, "C-3", 2)), "home homes.id"),
		},
		colls: `  homes:
    fields: { street: contact.address }
  members:
    purposes: news
    fields: { no: { identifier: no }, home: { owns: homes } }
`, do: []step{
			{ids: "no=C-1", rows: `members:
			2 | C-2 | 1
			3 | C-3 | 2
			homes:
			1 | Lipowa
			2 | Polna`},
			{ids: "no=C-2", rows: `members:
			3 | C-3 | 2
			homes:
			2 | Polna`},
		}}
}

// shared: one upward edge from each of two tables to the same row.
func shared() shape {
	return shape{name: "a row that rows of two tables own",
		tables: []houses.Table{
			table("homes", "id:whole street", "", row(1, "Lipowa")),
			to(table("members", "id:whole no home:whole", "", row(1, "C-1", 1)), "home homes.id"),
			to(table("tenants", "id:whole no home:whole", "", row(1, "C-2", 1), row(2, "C-1", 1)), "home homes.id"),
		},
		colls: `  homes:
    purposes: news
    fields: { street: contact.address }
  members:
    purposes: news
    fields: { no: { identifier: no }, home: { owns: homes } }
  tenants:
    purposes: news
    fields: { no: { identifier: no }, home: { owns: homes } }
`, do: []step{
			{ids: "no=C-1", rows: `members:
			tenants:
			1 | C-2 | 1
			homes:
			1 | Lipowa`},
			{ids: "no=C-2", rows: `tenants:
			homes:`},
		}}
}

// lease: owned through a table of links, with a counter of them.
func lease() shape {
	return shape{name: "ownership through links, and a counter of them",
		tables: []houses.Table{
			table("members", "id:whole no", "", row(1, "C-1"), row(2, "C-2")),
			table("leases", "lease_no flat parties:whole", "", row("L1", "12", 2), row("L2", "13", 1)),
			to(table("parties", "lease_no member_id:whole share", "lease_no member_id", row("L1", 1, "half"), row("L1", 2, "half"), row("L2", 1, "all")), "lease_no leases.lease_no", "member_id members.id"),
		},
		colls: `  members:
    purposes: news
    fields: { no: { identifier: no } }
  leases:
    key: lease_no
    purposes: news
    fields: { flat: preference.topic, parties: { counts: parties } }
  parties:
    key: [lease_no, member_id]
    purposes: news
    fields: { lease_no: { owns: leases }, member_id: { owned_by: members }, share: preference.topic }
`, do: []step{
			{ids: "no=C-1", rows: `members:
			2 | C-2
			leases:
			L1 | 12 | 1
			parties:
			L1 | 2 | half`},
			{ids: "no=C-2", rows: `members:
			leases:
			parties:`},
		}}
}

// twoWays: rows that can be reached on two ways, once over another person's.
func twoWays() shape {
	return shape{name: "rows reached by two ways",
		tables: []houses.Table{
			table("members", "id:whole no", "", row(1, "C-1"), row(2, "C-2")),
			to(table("cards", "id:whole member_id:whole", "", row(1, 1), row(2, 2)), "member_id members.id"),
			to(table("visits", "id:whole member_id:whole card_id:whole place", "", row(1, 1, 1, "pool"), row(2, nil, 1, "gym"), row(3, 1, nil, "hall"), row(4, 1, 2, "of both"), row(5, 2, 2, "other")),
				"member_id members.id", "card_id cards.id"),
		},
		colls: `  members:
    purposes: news
    fields: { no: { identifier: no } }
  cards:
    purposes: news
    fields: { member_id: { owned_by: members } }
  visits:
    purposes: news
    fields: { member_id: { owned_by: members }, card_id: { owned_by: cards }, place: preference.topic }
`, do: []step{{ids: "no=C-1", rows: `members:
	2 | C-2
	cards:
	2 | 2
	visits:
	4 | NULL | 2 | of both
	5 | 2 | 2 | other`}}}
}

// guardian: a subject owns another; nobody's request reaches another subject's row.
func guardian() shape {
	return shape{name: "a subject who owns another",
		tables: []houses.Table{
			to(table("members", "id:whole no guardian:whole", "", row(1, "C-1", nil), row(2, "C-2", 1)), "guardian members.id"),
		},
		colls: `  members:
    purposes: news
    fields: { no: { identifier: no }, guardian: { owned_by: members } }
`, do: []step{
			{ids: "no=C-1", stopped: "guard"},
			{ids: "no=C-2", warns: "shared", rows: `members:
			1 | C-1 | NULL
			2 | C-2 | 1`},
		}}
}

// viewer: who owns in one table only sees in another.
func viewer() shape {
	return shape{name: "an owner here, a mere viewer there",
		tables: []houses.Table{
			table("members", "id:whole no name", "", row(1, "C-1", "Anna"), row(2, "C-2", "Jan")),
			to(table("files", "id:whole owner_id:whole viewer_id:whole title body", "", row(1, 1, 2, "hers", "secret1"), row(2, 2, 1, "visible", "secret2")), "owner_id members.id", "viewer_id members.id"),
		},
		colls: `  members:
    purposes: news
    fields: { no: { identifier: no }, name: identity.name }
  files:
    purposes: news
    fields:
      owner_id:  { owned_by: members }
      viewer_id: { accessed_by: members, shows: [title] }
      title:     preference.topic
      body:      preference.topic
`, do: []step{
			{right: "access", ids: "no=C-1", copy: "hers secret1 visible -secret2"},
			{ids: "no=C-1", rows: `members:
			2 | C-2 | Jan
			files:
			2 | 2 | NULL | visible | secret2`},
		}}
}

// roles: the patient's copy hides what the doctor noted for himself, the doctor's does not.
func roles() shape {
	return shape{name: "what one owner's copy hides",
		tables: []houses.Table{
			table("patients", "id:whole no", "", row(1, "C-1")),
			table("doctors", "id:whole staff_no", "", row(1, "S-1")),
			to(table("visits", "id:whole patient_id:whole doctor_id:whole finding private", "", row(1, 1, 1, "caries", "grumpy")), "patient_id patients.id", "doctor_id doctors.id"),
		},
		colls: `  patients:
    purposes: news
    fields: { no: { identifier: no } }
  doctors:
    purposes: news
    fields: { staff_no: { identifier: staff_no } }
  visits:
    purposes: news
    fields:
      patient_id: { owned_by: patients, hides: [private] }
      doctor_id:  { owned_by: doctors, hides: [finding] }
      finding:    preference.topic
      private:    preference.topic
`, do: []step{
			{right: "access", ids: "no=C-1", copy: "caries -grumpy"},
			{right: "access", ids: "staff_no=S-1", copy: "-caries grumpy"},
			{ids: "no=C-1", rows: `patients:
			visits:
			1 | NULL | 1 | caries | grumpy`},
		}}
}

// times: edges that hold only for some rows, and only for a time.
func times() shape {
	return shape{name: "edges under a condition and for a time",
		tables: []houses.Table{
			table("members", "id:whole no", "", row(1, "C-1"), row(2, "C-2")),
			to(table("leases", "id:whole member_id:whole flat began:day ended:day", "", row(1, 1, "12", "2010-01-01", "2015-06-30"), row(2, 2, "12", "2015-07-01", nil)), "member_id members.id"),
			table("readings", "id:whole flat read_on:day v:whole", "", row(1, "12", "2009-12-31", 1), row(2, "12", "2010-01-01", 2), row(3, "12", "2015-06-30", 3), row(4, "12", "2015-07-01", 4), row(5, "12", nil, 5)),
			table("calls", "id:whole kind about:whole text", "", row(1, "member", 1, "a"), row(2, "flat", 1, "b"), row(3, nil, 1, "c"), row(4, "member", 2, "d")),
		},
		colls: `  members:
    purposes: news
    fields: { no: { identifier: no } }
  leases:
    purposes: news
    fields: { member_id: { owned_by: members }, flat: preference.topic, began: preference.topic, ended: preference.topic }
  readings:
    fields: { flat: { owned_by: leases.flat, during: { read_on: [began, ended] } }, read_on: preference.topic, v: preference.topic }
  calls:
    fields: { kind: preference.topic, about: { owned_by: members, when: { kind: member } }, text: preference.topic }
`, do: []step{{ids: "no=C-1", rows: `members:
	2 | C-2
	leases:
	2 | 2 | 12 | 2015-07-01 | NULL
	readings:
	1 | 12 | 2009-12-31 | 1
	4 | 12 | 2015-07-01 | 4
	5 | 12 | NULL | 5
	calls:
	2 | flat | 1 | b
	3 | NULL | 1 | c
	4 | member | 2 | d`}}}
}

// nowhere: a NULL leads nowhere, and a NULL date has not begun, which the plan says.
func nowhere() shape {
	return shape{name: "NULL leads nowhere and never lapses",
		tables: []houses.Table{
			table("members", "id:whole no left_on:day", "", row(1, "C-1", "2001-01-01"), row(2, "C-1", nil), row(3, "C-2", nil), row(4, nil, "2001-01-01")),
			to(table("cards", "id:whole member_id:whole", "", row(1, 1), row(2, nil), row(3, 2)), "member_id members.id"),
		},
		colls: `  members:
    purposes: { affairs: { since: left_on } }
    fields: { no: { identifier: no }, left_on: preference.topic }
  cards:
    fields: { member_id: { owned_by: members } }
`, do: []step{{ids: "no=C-1", more: map[string]any{"ground": "art17_1_a"}, warns: "not_begun", rows: `members:
	2 | C-1 | NULL
	3 | C-2 | NULL
	4 | NULL | 2001-01-01
	cards:
	2 | NULL
	3 | 2`}}}
}

// undated: a date that is none, or has not come, never lapses, whatever the store would make of it as it compares.
func undated() shape {
	dates := func(typed, none, change string) []string {
		return []string{"ALTER TABLE members ADD left_on " + typed, "UPDATE members SET left_on = '2001-01-01' WHERE id = 1", "UPDATE members SET left_on = '2099-01-01' WHERE id = 2",
			change + " members SET left_on = '" + none + "' WHERE id = 4"}
	}
	return shape{name: "a date that is none never lapses",
		tables: []houses.Table{table("members", "id:whole no", "", row(1, "C-1"), row(2, "C-1"), row(3, "C-1"), row(4, "C-1"), row(5, "C-2"))},
		also:   map[string][]string{"postgres": dates("date", "-infinity", "UPDATE"), "mysql": dates("date", "0000-00-00", "UPDATE IGNORE"), "sqlite": dates("DATE", "0000-00-00", "UPDATE")},
		colls: `  members:
    purposes: { affairs: { since: left_on } }
    fields: { no: { identifier: no }, left_on: preference.topic }
`, do: []step{{ids: "no=C-1", more: map[string]any{"ground": "art17_1_a"}, warns: "date_unknown", rows: `members:
	2 | C-1
	3 | C-1
	4 | C-1
	5 | C-2`}}}
}

// copies: what was copied from a row goes or is corrected with it.
func copies() shape {
	return shape{name: "copies are corrected and go along",
		tables: []houses.Table{
			table("members", "id:whole no first_name last_name", "", row(1, "C-1", "Anna", "Nowak"), row(2, "C-2", "Jan", "Nowak")),
			to(table("cards", "id:whole member_id:whole holder", "", row(1, 1, "Nowak Anna"), row(2, 2, "Nowak Jan")), "member_id members.id"),
			table("search", "member_id:whole words", "", row(1, "anna nowak"), row(2, "jan nowak")),
		},
		colls: `  members:
    purposes: news
    fields: { no: { identifier: no }, first_name: identity.name.given, last_name: identity.name.family }
  cards:
    fields: { member_id: { owned_by: members }, holder: { copy_of: members, as: "{last_name} {first_name}" } }
  search:
    derived_from: members
    key: member_id
    fields: { words: identity.name }
`, do: []step{
			{right: "rectification", ids: "no=C-1", more: map[string]any{"scope": nil, "corrections": []any{map[string]any{"category": "identity.name.family", "from": "Nowak", "to": "Kowal"}}}, rows: `members:
			1 | C-1 | Anna | Kowal
			2 | C-2 | Jan | Nowak
			cards:
			1 | 1 | Kowal Anna
			2 | 2 | Nowak Jan`},
			{ids: "no=C-1", rows: `members:
			2 | C-2 | Jan | Nowak
			cards:
			2 | 2 | Nowak Jan
			search:
			2 | jan nowak`},
		}}
}

func clerks(leave string) shape {
	return shape{
		tables: []houses.Table{
			table("members", "id:whole no! name!", "", row(1, "C-1", "Anna"), row(2, "C-2", "Jan")),
			to(table("orders", "id:whole clerk_id:whole! buyer_id:whole", "", row(1, 1, 2), row(2, 2, 1)), "clerk_id members.id", "buyer_id members.id"),
		},
		colls: `  members:
    purposes: news
    placeholder: { id: 0, no: C-0, name: nobody }
    fields: { no: { identifier: no }, name: identity.name }
  orders:
    purposes: news
    fields: { buyer_id: { owned_by: members }, clerk_id: { refers_to: members` + leave + ` } }
`}
}

// standIn: a reference that takes no NULL names the person who stands in.
func standIn() shape {
	s := clerks(", leave: placeholder")
	s.name = "a reference that takes no NULL names who stands in"
	s.do = []step{{ids: "no=C-1", rows: `members:
	0 | C-0 | nobody
	2 | C-2 | Jan
	orders:
	1 | 0 | 2`}}
	return s
}

// noStandIn: without one nothing goes.
func noStandIn() shape {
	s := clerks("")
	s.name = "a reference that takes no NULL and has nobody to name"
	s.do = []step{{ids: "no=C-1", stopped: "reference", rows: `members:
	1 | C-1 | Anna
	2 | C-2 | Jan`}}
	return s
}

// pooled: rows that stay without their person, under a unique key.
func pooled() shape {
	unique := table("ballots", "id:whole member_id:whole voter! choice", "", row(1, 1, "C-1a", "yes"), row(2, 1, "C-1b", "no"), row(3, 2, "C-2a", "yes"))
	unique.Unique = [][]string{{"voter"}}
	return shape{name: "a value of its own for each under a unique key",
		tables: []houses.Table{
			table("members", "id:whole no", "", row(1, "C-1"), row(2, "C-2")),
			to(unique, "member_id members.id"),
			table("count", "n:whole", ""),
		},
		colls: `  members:
    purposes: news
    fields: { no: { identifier: no } }
  ballots:
    placeholder: each
    erase: { anonymise: { choice: keep } }
    fields: { member_id: { owned_by: members }, voter: identity.name, choice: preference.topic }
`, do: []step{{ids: "no=C-1", rows: `members:
	2 | C-2`}}}
}

// audited: a trigger writes what is deleted into another table while it is deleted.
func audited() shape {
	return shape{name: "a trigger that writes elsewhere",
		tables: []houses.Table{
			table("members", "id:whole no name", "", row(1, "C-1", "Anna"), row(2, "C-2", "Jan")),
			table("audit", "id:whole no name", ""),
		},
		also: map[string][]string{
			"postgres": {`CREATE FUNCTION audited() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (OLD.id, OLD.no, OLD.name); RETURN NULL; END $$`,
				`CREATE TRIGGER audited AFTER DELETE ON members FOR EACH ROW EXECUTE FUNCTION audited()`},
			"sqlite": {`CREATE TRIGGER audited AFTER DELETE ON members BEGIN INSERT INTO audit VALUES (OLD.id, OLD.no, OLD.name); END`},
			"mysql":  {`CREATE TRIGGER audited AFTER DELETE ON members FOR EACH ROW INSERT INTO audit VALUES (OLD.id, OLD.no, OLD.name)`},
		},
		undo: map[string][]string{"postgres": {"DROP FUNCTION audited() CASCADE"}},
		colls: `  members:
    purposes: news
    fields: { no: { identifier: no }, name: identity.name }
  audit:
    purposes: news
    fields: { no: { identifier: no }, name: identity.name }
`, do: []step{{ids: "no=C-1", ends: "running", waits: "late_rows", rows: `members:
	2 | C-2 | Jan
	audit:
	1 | C-1 | Anna`}}}
}

// invoice: what is kept keeps its shell, which loses all that it does not need.
func invoice() shape {
	return shape{name: "a kept row with its shell",
		tables: []houses.Table{
			table("members", "id:whole no! name phone", "", row(1, "C-1", "Anna", "600100200"), row(2, "C-2", "Jan", "600100201")),
			to(table("accounts", "id:whole member_id:whole iban", "", row(1, 1, "PL61"), row(2, 1, "PL62")), "member_id members.id"),
			to(table("entries", "id:whole account_id:whole! booked_on:day title", "", row(1, 1, "2025-05-01", "fee"), row(2, 1, "2001-05-01", "old fee"), row(3, 2, "2001-05-01", "old")), "account_id accounts.id"),
		},
		colls: `  members:
    purposes: news
    fields: { no: { identifier: no }, name: identity.name, phone: contact.address }
  accounts:
    purposes: news
    fields: { member_id: { owned_by: members, needs: [no, name] }, iban: finance.iban }
  entries:
    purposes: { books: { since: booked_on } }
    fields: { account_id: { owned_by: accounts }, booked_on: finance.date, title: finance.title }
`, do: []step{{ids: "no=C-1", rows: `members:
	1 | C-1 | Anna | NULL
	2 | C-2 | Jan | 600100201
	accounts:
	1 | 1 | NULL
	entries:
	1 | 1 | 2025-05-01 | fee`}}}
}
