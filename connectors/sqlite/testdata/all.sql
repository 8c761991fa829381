SELECT 0, t1."id", +t1."paid_on" FROM "payments" AS t1
