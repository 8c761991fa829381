WITH p1(person, v1) AS MATERIALIZED (
  SELECT value ->> 0, CAST(value ->> 1 AS TEXT) FROM json_each(?1)
),
found(person, id1) AS (
  SELECT DISTINCT p1.person, t2."rowid" FROM p1 CROSS JOIN "leases" AS t1 ON t1."lease_no" = p1.v1 CROSS JOIN "readings" AS t2 ON t2."flat" = +t1."flat" AND +t1."flat" NOT IN ('', x'') WHERE NOT (t1."flat" IS NULL) AND dossier_during(t2."read_on", ?2, t1."started", t1."ended", ?3)
)
SELECT found.person, t3."id" FROM found CROSS JOIN "readings" AS t3 ON t3."rowid" = found.id1
