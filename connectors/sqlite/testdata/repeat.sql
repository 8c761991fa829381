WITH RECURSIVE p1(person, v1) AS MATERIALIZED (
  SELECT value ->> 0, CAST(value ->> 1 AS TEXT) FROM json_each(?1)
),
r1(person, id1) AS (
  SELECT p1.person, t1."rowid" FROM p1 JOIN "members" AS t1 ON t1."member_no" = p1.v1
),
r2(person, id1) AS (
  SELECT person, id1 FROM r1
  UNION SELECT r2.person, t2."rowid" FROM r2 JOIN "members" AS x1 ON x1."rowid" = r2.id1 JOIN "members" AS t2 ON t2."boss" = +x1."id" AND +x1."id" NOT IN ('', x'')
),
r3(person, id1) AS (
  SELECT r2.person, t3."rowid" FROM r2 JOIN "members" AS t3 ON t3."rowid" = r2.id1
),
r4(person, id1, id2) AS (
  SELECT DISTINCT r3.person, t4."lease_no", t4."member_id" FROM r3 JOIN "members" AS x2 ON x2."rowid" = r3.id1 JOIN "parties" AS t4 ON t4."member_id" = +x2."id" AND +x2."id" NOT IN ('', x'')
),
found(person, id1) AS (
  SELECT DISTINCT r4.person, t5."rowid" FROM r4 JOIN "parties" AS x3 ON x3."lease_no" = r4.id1 AND x3."member_id" = r4.id2 JOIN "payments" AS t5 ON t5."lease_no" = +x3."lease_no" AND +x3."lease_no" NOT IN ('', x'')
)
SELECT found.person, t6."id" FROM found JOIN "payments" AS t6 ON t6."rowid" = found.id1
