-- $1: the code of the city
SELECT json_build_object('data', json_build_object('rollup', json_build_object('rows', coalesce(json_agg(json_build_object(
    'keys', json_build_array(json_build_object('value', g.township)),
    'values', json_build_array(json_build_object('value', g.count::double precision), json_build_object('value', g.rank::double precision))
)), '[]'))))
FROM (
    SELECT coalesce(t.code, '') AS township, g.count, g.rank
    FROM (
        SELECT f.township_id, count(*)::integer AS count, (rank() OVER (ORDER BY count(*) DESC))::integer AS rank
        FROM (
            SELECT DISTINCT e.district, e.id,
                CASE a.level WHEN 'TOWNSHIP' THEN a.id WHEN 'VILLAGE' THEN a.parent_id END AS township_id
            FROM event e
            LEFT JOIN event_platform h ON h.district = e.district AND h.event_id = e.id
            LEFT JOIN platform p ON p.district = h.platform_district AND p.id = h.platform_id
            LEFT JOIN area a ON a.id = p.area_id
            WHERE left(e.district, 4) = $1
        ) f
        GROUP BY f.township_id
    ) g
    LEFT JOIN area t ON t.id = g.township_id
    ORDER BY g.count DESC, coalesce(t.code, '')
    LIMIT 20
) g
