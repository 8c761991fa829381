WITH p1(person, v1) AS MATERIALIZED (
  SELECT value ->> 0, CAST(value ->> 1 AS TEXT) FROM json_each(?1)
),
r1(person, id1, id2) AS (
  SELECT DISTINCT p1.person, t2."lease_no", t2."member_id" FROM p1 CROSS JOIN "members" AS t1 ON t1."member_no" = p1.v1 CROSS JOIN "parties" AS t2 ON t2."member_id" = +t1."id" AND +t1."id" NOT IN ('', x'')
),
r2(person, id1) AS (
  SELECT DISTINCT r1.person, t3."lease_no" FROM r1 CROSS JOIN "parties" AS x1 ON x1."lease_no" = r1.id1 AND x1."member_id" = r1.id2 CROSS JOIN "leases" AS t3 ON t3."lease_no" = +x1."lease_no" AND +x1."lease_no" NOT IN ('', x'')
)
SELECT r2.person, t4."id" FROM r2 CROSS JOIN "leases" AS x2 ON x2."lease_no" = r2.id1 CROSS JOIN "payments" AS t4 ON t4."lease_no" = +x2."lease_no" AND +x2."lease_no" NOT IN ('', x'')
