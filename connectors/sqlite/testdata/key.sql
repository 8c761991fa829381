WITH p1(person, v1) AS MATERIALIZED (
  SELECT value ->> 0, CAST(value ->> 1 AS INTEGER) FROM json_each(?1)
)
SELECT p1.person, t1."id" FROM p1 CROSS JOIN "members" AS t1 ON t1."id" = p1.v1
