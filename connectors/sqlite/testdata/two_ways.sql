WITH p1(person, v1) AS MATERIALIZED (
  SELECT value ->> 0, CAST(value ->> 1 AS TEXT) FROM json_each(?1)
),
p2(person, v1) AS MATERIALIZED (
  SELECT value ->> 0, CAST(value ->> 1 AS TEXT) FROM json_each(?2)
),
found(person, id1) AS (
  SELECT p1.person, t1."rowid" FROM p1 CROSS JOIN "members" AS t1 ON t1."email" = p1.v1
  UNION SELECT p2.person, t2."rowid" FROM p2 CROSS JOIN "members" AS t2 ON t2."member_no" = p2.v1
)
SELECT found.person, t3."id" FROM found CROSS JOIN "members" AS t3 ON t3."rowid" = found.id1
