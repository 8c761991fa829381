WITH p1(person, v1) AS MATERIALIZED (
  SELECT value ->> 0, CAST(value ->> 1 AS INTEGER) FROM json_each(?1)
)
SELECT p1.person, t1."id" FROM p1 CROSS JOIN "members" AS t1 ON t1."id" = p1.v1 WHERE (dossier_before(t1."left_on", ?2, ?3) OR NOT ((t1."name" IS NOT NULL AND t1."name" IN (?4, ?5)) IS TRUE)) AND NOT EXISTS (SELECT 1 FROM "parties" AS e1 WHERE e1."member_id" = +t1."id" AND +t1."id" NOT IN ('', x'') AND ((e1."share" IS NOT NULL AND e1."share" IN (?6)) IS TRUE))
