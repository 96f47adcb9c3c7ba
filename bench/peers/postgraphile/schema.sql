-- What PostGraphile needs beside the tables: districts as a relation of their own, and search as a function. Both are
-- what its documentation suggests for such cases; the indexes are those of the tables.
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
