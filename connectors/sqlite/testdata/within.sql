WITH p1(person, v1, since, until) AS MATERIALIZED (
  SELECT value ->> 0, CAST(value ->> 1 AS TEXT), value ->> 2, value ->> 3 FROM json_each(?1)
)
SELECT p1.person, t1."id" FROM p1 CROSS JOIN "readings" AS t1 ON t1."flat" = p1.v1 WHERE dossier_within(t1."read_on", ?2, p1.since, p1.until)
