-- What PostGraphile needs beside the tables: districts as a relation of their own, and search and rollups as functions.
-- These are what its documentation suggests for such cases; the indexes are those of the tables.
CREATE SCHEMA postgraphile;

CREATE VIEW postgraphile.district AS
SELECT a.code, a.name
FROM public.area a
WHERE a.level = 'DISTRICT' AND a.valid_to IS NULL
    AND EXISTS (SELECT FROM public.organization o WHERE o.district = a.code AND o.kind = 'CPPCC_COMMITTEE');

CREATE TYPE postgraphile.hit AS (kind text, party text, name text);

-- A word of several characters is indexed as its pairs of neighbours, see db/search.py.
CREATE FUNCTION postgraphile.words(text text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN char_length(text) = 1 THEN quote_literal(lower(text))
        ELSE (
            SELECT string_agg(quote_literal(substr(lower(text), place, 2)), ' <-> ' ORDER BY place)
            FROM generate_series(1, char_length(text) - 1) place
        )
    END::tsquery
$$;

CREATE FUNCTION postgraphile.search(text text) RETURNS SETOF postgraphile.hit LANGUAGE plpgsql STABLE AS $$
DECLARE
    wanted text := lower(text);
    query tsquery := postgraphile.words(text);
BEGIN
    RETURN QUERY
    SELECT found.kind, found.party, found.name
    FROM (
        SELECT 0 AS place, a.id, a.level::text AS kind, NULL AS party, a.name
        FROM public.area a WHERE a.terms @@ query AND a.valid_to IS NULL
        UNION ALL
        SELECT 1, p.id, p.kind::text, NULL, p.name FROM public.platform p WHERE p.terms @@ query
        UNION ALL
        SELECT 2, m.id, NULL, m.party, m.name FROM public.member m WHERE m.terms @@ query
        UNION ALL
        SELECT 3, o.id, o.kind::text, NULL, o.name FROM public.organization o WHERE o.terms @@ query
        UNION ALL
        SELECT 4, e.id, e.kind::text, NULL, e.title FROM public.event e WHERE e.terms @@ query
        UNION ALL
        SELECT 5, r.id, r.kind::text, NULL, r.title FROM public.result r WHERE r.terms @@ query
    ) found
    ORDER BY
        CASE
            WHEN lower(found.name) = wanted THEN 0
            WHEN starts_with(lower(found.name), wanted) THEN 1
            WHEN strpos(lower(found.name), wanted) > 0 THEN 2
            ELSE 3
        END,
        found.place, char_length(found.name), found.id;
END
$$;
CREATE TYPE postgraphile.rollup_districts_row AS (
    district text,
    kind text,
    count integer,
    participants double precision
);

CREATE FUNCTION postgraphile.rollup_districts(city text) RETURNS SETOF postgraphile.rollup_districts_row LANGUAGE sql STABLE AS $$
    SELECT e.district, e.kind::text, count(*)::integer AS count, sum(e.public_participants)::double precision AS participants
    FROM public.event e
    WHERE left(e.district, 4) = city
    GROUP BY e.district, e.kind
    ORDER BY e.district, e.kind
$$;

CREATE TYPE postgraphile.rollup_months_row AS (
    month text,
    district text,
    count integer
);

CREATE FUNCTION postgraphile.rollup_months(city text, since date, until date) RETURNS SETOF postgraphile.rollup_months_row LANGUAGE sql STABLE AS $$
    SELECT to_char(m.month, 'YYYY-MM') AS month, d.district, count(e.id)::integer AS count
    FROM generate_series(since::timestamp, until::timestamp, interval '1 month') m (month)
    CROSS JOIN (SELECT DISTINCT district FROM public.event WHERE left(district, 4) = city) d
    LEFT JOIN public.event e ON e.district = d.district
        AND e.starts_at >= m.month AT TIME ZONE 'Asia/Shanghai'
        AND e.starts_at < (m.month + interval '1 month') AT TIME ZONE 'Asia/Shanghai'
    GROUP BY m.month, d.district
    ORDER BY m.month, d.district
$$;

CREATE TYPE postgraphile.rollup_funnel_row AS (
    kind text,
    status text,
    count integer,
    adoption_rate double precision,
    closing_rate double precision
);

CREATE FUNCTION postgraphile.rollup_funnel(city text) RETURNS SETOF postgraphile.rollup_funnel_row LANGUAGE sql STABLE AS $$
    SELECT r.kind::text, r.status::text, count(*)::integer AS count,
        count(*) FILTER (
            WHERE EXISTS (SELECT FROM public.adoption a WHERE a.district = r.district AND a.result_id = r.id)
        )::double precision / count(*) AS adoption_rate,
        count(r.closed_at)::double precision / count(*) AS closing_rate
    FROM public.result r
    WHERE left(r.district, 4) = city
    GROUP BY r.kind, r.status
    ORDER BY r.kind, r.status
$$;

CREATE TYPE postgraphile.rollup_departments_row AS (
    department text,
    count integer,
    median double precision
);

CREATE FUNCTION postgraphile.rollup_departments(city text) RETURNS SETOF postgraphile.rollup_departments_row LANGUAGE sql STABLE AS $$
    SELECT coalesce(o.name, '') AS department, g.count, g.median
    FROM (
        SELECT r.district, r.department_id, count(*)::integer AS count,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY date_part('epoch', r.closed_at - r.raised_at) / 86400) AS median
        FROM public.result r
        WHERE left(r.district, 4) = city AND r.department_id IS NOT NULL
        GROUP BY r.district, r.department_id
        UNION ALL
        SELECT NULL, NULL, count(*)::integer,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY date_part('epoch', r.closed_at - r.raised_at) / 86400)
        FROM public.result r
        WHERE left(r.district, 4) = city AND r.department_id IS NULL
        HAVING count(*) > 0
    ) g
    LEFT JOIN public.organization o ON o.district = g.district AND o.id = g.department_id
    ORDER BY g.median DESC NULLS LAST,
        CASE WHEN o.id IS NULL THEN '' ELSE encode(convert_to(concat('Department:', o.district, ':', o.id), 'UTF8'), 'base64') END
$$;

CREATE TYPE postgraphile.rollup_townships_row AS (
    township text,
    count integer,
    rank integer
);

CREATE FUNCTION postgraphile.rollup_townships(city text) RETURNS SETOF postgraphile.rollup_townships_row LANGUAGE sql STABLE AS $$
    SELECT coalesce(t.code, '') AS township, g.count, g.rank
    FROM (
        SELECT f.township_id, count(*)::integer AS count, (rank() OVER (ORDER BY count(*) DESC))::integer AS rank
        FROM (
            SELECT DISTINCT e.district, e.id,
                CASE a.level WHEN 'TOWNSHIP' THEN a.id WHEN 'VILLAGE' THEN a.parent_id END AS township_id
            FROM public.event e
            LEFT JOIN public.event_platform h ON h.district = e.district AND h.event_id = e.id
            LEFT JOIN public.platform p ON p.district = h.platform_district AND p.id = h.platform_id
            LEFT JOIN public.area a ON a.id = p.area_id
            WHERE left(e.district, 4) = city
        ) f
        GROUP BY f.township_id
    ) g
    LEFT JOIN public.area t ON t.id = g.township_id
    ORDER BY g.count DESC, coalesce(t.code, '')
    LIMIT 20
$$;
