WITH p1(person, v1) AS MATERIALIZED (
  SELECT value ->> 0, CAST(value ->> 1 AS TEXT) FROM json_each(?1)
),
r1(person, id1) AS (
  SELECT p1.person, t1."lease_no" FROM p1 CROSS JOIN "leases" AS t1 ON t1."lease_no" = p1.v1
),
found(person, id1) AS (
  SELECT DISTINCT r1.person, t2."rowid" FROM r1 CROSS JOIN "leases" AS x1 ON x1."lease_no" = r1.id1 CROSS JOIN "readings" AS t2 ON t2."flat" = +x1."flat" AND +x1."flat" NOT IN ('', x'') WHERE NOT (x1."flat" IS NULL) AND dossier_during(t2."read_on", ?2, x1."started", x1."ended", ?3)
)
SELECT found.person, t3."id" FROM found CROSS JOIN "readings" AS t3 ON t3."rowid" = found.id1
