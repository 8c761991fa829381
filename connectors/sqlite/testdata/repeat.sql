WITH RECURSIVE p1(person, v1) AS MATERIALIZED (
  SELECT value ->> 0, CAST(value ->> 1 AS TEXT) FROM json_each(?1)
),
r1(person, id1) AS NOT MATERIALIZED (
  SELECT p1.person, t1."rowid" FROM p1 CROSS JOIN "members" AS t1 ON t1."member_no" = p1.v1
),
r2(person, id1) AS (
  SELECT r1.person, t2."rowid" FROM r1 CROSS JOIN "members" AS x1 ON x1."rowid" = r1.id1 CROSS JOIN "members" AS t2 ON t2."boss" = +x1."id" AND +x1."id" NOT IN ('', x'') WHERE NOT EXISTS (SELECT 1 FROM r1 AS b1 WHERE b1.person = r1.person AND b1.id1 = t2."rowid")
  UNION SELECT r2.person, t3."rowid" FROM r2 CROSS JOIN "members" AS x2 ON x2."rowid" = r2.id1 CROSS JOIN "members" AS t3 ON t3."boss" = +x2."id" AND +x2."id" NOT IN ('', x'') WHERE NOT EXISTS (SELECT 1 FROM r1 AS b2 WHERE b2.person = r2.person AND b2.id1 = t3."rowid")
),
r3(person, id1) AS (
  SELECT person, id1 FROM r1
  UNION ALL SELECT person, id1 FROM r2
),
r4(person, id1, id2) AS (
  SELECT DISTINCT r3.person, t6."lease_no", t6."member_id" FROM r3 CROSS JOIN "members" AS x3 ON x3."rowid" = r3.id1 CROSS JOIN "parties" AS t6 ON t6."member_id" = +x3."id" AND +x3."id" NOT IN ('', x'')
),
found(person, id1) AS (
  SELECT DISTINCT r4.person, t7."rowid" FROM r4 CROSS JOIN "parties" AS x4 ON x4."lease_no" = r4.id1 AND x4."member_id" = r4.id2 CROSS JOIN "payments" AS t7 ON t7."lease_no" = +x4."lease_no" AND +x4."lease_no" NOT IN ('', x'')
)
SELECT found.person, t8."id" FROM found CROSS JOIN "payments" AS t8 ON t8."rowid" = found.id1
