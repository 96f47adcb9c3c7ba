-- $1: the text in lower case, $2: the same as a tsquery
WITH hit AS (
    SELECT type, position, id, kind, name, party,
        CASE WHEN lower(name) = $1 THEN 0 WHEN starts_with(lower(name), $1) THEN 1
            WHEN strpos(lower(name), $1) > 0 THEN 2 ELSE 3 END AS relevance
    FROM (
        SELECT 'area' AS type, 0 AS position, id, level::text AS kind, name, NULL AS party
        FROM area WHERE terms @@ $2::text::tsquery AND valid_to IS NULL
        UNION ALL
        SELECT 'platform', 1, id, kind::text, name, NULL FROM platform WHERE terms @@ $2::text::tsquery
        UNION ALL
        SELECT 'member', 2, id, NULL, name, party FROM member WHERE terms @@ $2::text::tsquery
        UNION ALL
        SELECT 'organization', 3, id, kind::text, name, NULL FROM organization WHERE terms @@ $2::text::tsquery
        UNION ALL
        SELECT 'event', 4, id, kind::text, title, NULL FROM event WHERE terms @@ $2::text::tsquery
        UNION ALL
        SELECT 'result', 5, id, kind::text, title, NULL FROM result WHERE terms @@ $2::text::tsquery
    ) found
)
SELECT json_build_object('data', json_build_object('search', json_build_object(
    'totalCount', (SELECT count(*) FROM hit),
    'nodes', (
        SELECT coalesce(json_agg(CASE type
            WHEN 'area' THEN json_build_object('level', kind, 'name', name)
            WHEN 'platform' THEN json_build_object('platformKind', kind, 'name', name)
            WHEN 'member' THEN json_build_object('party', party, 'name', name)
            WHEN 'organization' THEN json_build_object('organizationKind', kind, 'name', name)
            WHEN 'event' THEN json_build_object('eventKind', kind, 'title', name)
            WHEN 'result' THEN json_build_object('resultKind', kind, 'title', name)
        END), '[]')
        FROM (SELECT * FROM hit ORDER BY relevance, position, char_length(name), id LIMIT 10) shown
    )
)))
