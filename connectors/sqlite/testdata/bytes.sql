WITH p1(person, v1, v2) AS MATERIALIZED (
  SELECT value ->> 0, CASE json_type(value, '$[1]') WHEN 'array' THEN CASE value ->> '$[1][0]' WHEN 'b' THEN unhex(value ->> '$[1][1]') ELSE CAST(unhex(value ->> '$[1][1]') AS TEXT) END ELSE value ->> 1 END, CAST(value ->> 2 AS INTEGER) FROM json_each(?1)
)
SELECT p1.person, t1."share" FROM p1 CROSS JOIN "parties" AS t1 ON t1."lease_no" = p1.v1 AND t1."member_id" = p1.v2
