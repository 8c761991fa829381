package postgres

// What the database says of its tables is asked in as many statements as there are things to ask, whatever the number of tables: each gives one row for a
// table, its number and a JSON value. A foreign key, a trigger or a rule of a partition is one of its whole.
const ofTables = `WITH RECURSIVE mine AS MATERIALIZED (
	SELECT c.oid, c.relnamespace, n.nspname, c.relname, c.relkind, c.reltuples, c.relrowsecurity,
		CASE WHEN pg_table_is_visible(c.oid) THEN '' ELSE n.nspname || '.' END || c.relname AS name
	FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
	WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema', $1) AND n.nspname !~ '^pg_(toast|temp)'),
member(root, oid) AS MATERIALIZED (
	SELECT oid, oid FROM mine
	UNION ALL SELECT m.oid, t.relid FROM mine AS m, pg_partition_tree(m.oid) AS t WHERE m.relkind = 'p' AND t.relid <> m.oid)
`

const describedTables = ofTables + `SELECT m.oid, json_build_object('Name', m.name, 'Table', quote_ident(m.nspname) || '.' || quote_ident(m.relname),
	'View', m.relkind IN ('v', 'm', 'f'), 'Copy', m.relkind = 'm', 'Remote', m.relkind = 'f', 'Partitioned', m.relkind = 'p',
	'Rows', CASE WHEN m.relkind IN ('r', 'p') THEN m.reltuples::int8 ELSE -1 END,
	'Policies', (SELECT json_agg(p.polname ORDER BY p.polname) FROM pg_policy AS p WHERE p.polrelid = m.oid AND m.relrowsecurity AND p.polname !~ '^dossier_'))
FROM mine AS m ORDER BY m.name`

// describedColumns follows domains to what they are domains over.
const describedColumns = ofTables + `, domain(oid, base, mod) AS (
	SELECT oid, typbasetype, typtypmod FROM pg_type WHERE typtype = 'd'
	UNION ALL SELECT d.oid, t.typbasetype, t.typtypmod FROM domain AS d JOIN pg_type AS t ON t.oid = d.base AND t.typtype = 'd'),
over AS (SELECT d.* FROM domain AS d JOIN pg_type AS b ON b.oid = d.base AND b.typtype <> 'd')
SELECT a.attrelid, json_agg(json_build_object('Name', a.attname, 'Type', format_type(a.atttypid, a.atttypmod), 'NotNull', a.attnotnull, 'Generated', a.attgenerated <> '' OR a.attidentity = 'a',
	'Base', t.typname, 'Category', t.typcategory, 'Mod', CASE WHEN d.oid IS NULL THEN a.atttypmod ELSE d.mod END,
	'Collation', CASE WHEN t.typname = 'citext' THEN 'citext' ELSE (SELECT l.collname FROM pg_collation AS l WHERE l.oid = a.attcollation AND NOT l.collisdeterministic) END) ORDER BY a.attnum)
FROM mine AS m JOIN pg_attribute AS a ON a.attrelid = m.oid LEFT JOIN over AS d ON d.oid = a.atttypid JOIN pg_type AS t ON t.oid = coalesce(d.base, a.atttypid)
WHERE a.attnum > 0 AND NOT a.attisdropped GROUP BY a.attrelid`

// describedKeys are the indexes of tables, and those of partitions that are no part of one of the whole.
const describedKeys = ofTables + `, keys AS (
	SELECT p.root, c.relname, p.oid <> p.root AS part, i.*, (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(att, n)
		LEFT JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.att AND k.att > 0 WHERE k.n <= i.indnkeyatts) AS columns
	FROM member AS p JOIN pg_index AS i ON i.indrelid = p.oid AND i.indisvalid JOIN pg_class AS c ON c.oid = p.oid
	WHERE p.oid = p.root OR i.indisunique AND NOT EXISTS (SELECT 1 FROM pg_inherits AS h WHERE h.inhrelid = i.indexrelid))
SELECT root, json_agg(json_build_object('Part', CASE WHEN part THEN relname END, 'Primary', indisprimary, 'Unique', indisunique AND indpred IS NULL AND indexprs IS NULL, 'Columns', columns)
	ORDER BY part, relname, indexrelid) FROM keys GROUP BY root`

const describedReferences = ofTables + `SELECT p.root, json_agg(json_build_object('Target', CASE WHEN pg_table_is_visible(t.oid) THEN '' ELSE tn.nspname || '.' END || t.relname,
	'Fields', (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(f.conkey) WITH ORDINALITY AS k(att, n) JOIN pg_attribute AS a ON a.attrelid = f.conrelid AND a.attnum = k.att),
	'Targets', (SELECT json_agg(a.attname ORDER BY k.n) FROM unnest(f.confkey) WITH ORDINALITY AS k(att, n) JOIN pg_attribute AS a ON a.attrelid = f.confrelid AND a.attnum = k.att),
	'OnDelete', f.confdeltype, 'OnUpdate', f.confupdtype, 'Deferred', f.condeferred) ORDER BY f.oid)
FROM pg_constraint AS f JOIN member AS p ON p.oid = f.conrelid JOIN pg_class AS t ON t.oid = coalesce(pg_partition_root(f.confrelid), f.confrelid) JOIN pg_namespace AS tn ON tn.oid = t.relnamespace
WHERE f.contype = 'f' AND f.conparentid = 0 GROUP BY p.root`

const describedTriggers = ofTables + `SELECT x.root, json_agg(json_build_object('Name', g.tgname, 'Kind', g.tgtype, 'Function', p.proname, 'Schema', pn.nspname, 'Language', l.lanname, 'Body', p.prosrc) ORDER BY g.tgname)
FROM pg_trigger AS g JOIN member AS x ON x.oid = g.tgrelid JOIN pg_proc AS p ON p.oid = g.tgfoid JOIN pg_namespace AS pn ON pn.oid = p.pronamespace JOIN pg_language AS l ON l.oid = p.prolang
WHERE NOT g.tgisinternal AND coalesce(to_json(g)->>'tgparentid', '0') = '0' AND pn.nspname <> $1 AND g.tgenabled <> 'D' GROUP BY x.root`

const describedRules = ofTables + `SELECT x.root, json_agg(json_build_object('Name', r.rulename, 'Event', r.ev_type, 'Body', pg_get_ruledef(r.oid)) ORDER BY r.rulename)
FROM pg_rewrite AS r JOIN member AS x ON x.oid = r.ev_class WHERE r.ev_type IN ('2', '3', '4') AND r.ev_enabled <> 'D' GROUP BY x.root`

// describedViews are the tables views show, through other views too, and whether as an account no policy binds: the one that owns the view that names the
// table, or, of a view that asks as its invoker, the one that owns the view before it.
const describedViews = ofTables + `, defined AS MATERIALIZED (
	SELECT c.oid, c.relkind, coalesce(c.reloptions::text ~ 'security_invoker=(true|on|1|yes)', FALSE) AS invoker, o.rolsuper OR o.rolbypassrls AS above
	FROM pg_class AS c JOIN pg_roles AS o ON o.oid = c.relowner WHERE c.relkind IN ('v', 'm')),
uses AS MATERIALIZED (
	SELECT DISTINCT r.ev_class AS view, d.refobjid AS oid FROM pg_rewrite AS r JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
	WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class),
viewed(view, by, unbound) AS (
	SELECT d.oid, d.oid, d.above AND NOT d.invoker FROM defined AS d JOIN mine AS m ON m.oid = d.oid
	UNION SELECT v.view, d.oid, CASE WHEN d.invoker THEN v.unbound ELSE d.above END FROM viewed AS v JOIN uses AS u ON u.view = v.by JOIN defined AS d ON d.oid = u.oid)
SELECT v.view, json_agg(DISTINCT jsonb_build_object('Name', m.name, 'Unbound', v.unbound))
FROM viewed AS v JOIN uses AS u ON u.view = v.by JOIN member AS x ON x.oid = u.oid JOIN mine AS m ON m.oid = x.root AND m.relkind IN ('r', 'p', 'f') GROUP BY v.view`

// routines are the functions of the database's own, but for those of extensions: triggers call them, and some run as accounts no policy on
// rows binds.
const routines = `SELECT p.proname, p.prosecdef AND (o.rolsuper OR o.rolbypassrls),
	CASE WHEN p.prosrc <> '' THEN p.prosrc ELSE pg_get_functiondef(p.oid) END
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace JOIN pg_language AS l ON l.oid = p.prolang JOIN pg_roles AS o ON o.oid = p.proowner
WHERE p.prokind IN ('f', 'p') AND l.lanname IN ('plpgsql', 'sql') AND n.nspname NOT IN ('pg_catalog', 'information_schema', $1)
	AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
ORDER BY n.nspname, p.proname, p.oid`

// feeds are publications with their tables, and what reads the log past them.
const feeds = `SELECT p.pubname, 'publication', p.puballtables, (SELECT json_agg(DISTINCT CASE WHEN pg_table_is_visible(r.oid) THEN '' ELSE n.nspname || '.' END || r.relname)
	FROM pg_publication_tables AS t JOIN pg_namespace AS x ON x.nspname = t.schemaname JOIN pg_class AS c ON c.relnamespace = x.oid AND c.relname = t.tablename
		JOIN pg_class AS r ON r.oid = coalesce(pg_partition_root(c.oid), c.oid) JOIN pg_namespace AS n ON n.oid = r.relnamespace WHERE t.pubname = p.pubname)
FROM pg_publication AS p
UNION ALL SELECT slot_name, 'replication slot (' || plugin || ')', TRUE, NULL FROM pg_replication_slots WHERE slot_type = 'logical' AND database = current_database() AND plugin <> 'pgoutput'
ORDER BY 2, 1`
