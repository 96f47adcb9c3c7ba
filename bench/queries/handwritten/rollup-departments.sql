-- $1: the code of the city
SELECT json_build_object('data', json_build_object('rollup', json_build_object('rows', coalesce(json_agg(json_build_object(
    'keys', json_build_array(json_build_object('label', g.department)),
    'values', json_build_array(json_build_object('value', g.count::double precision), json_build_object('value', g.median::double precision))
)), '[]'))))
FROM (
    SELECT coalesce(o.name, '') AS department, g.count, g.median
    FROM (
        SELECT r.district, r.department_id, count(*)::integer AS count,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY date_part('epoch', r.closed_at - r.raised_at) / 86400) AS median
        FROM result r
        WHERE left(r.district, 4) = $1 AND r.department_id IS NOT NULL
        GROUP BY r.district, r.department_id
        UNION ALL
        SELECT NULL, NULL, count(*)::integer,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY date_part('epoch', r.closed_at - r.raised_at) / 86400)
        FROM result r
        WHERE left(r.district, 4) = $1 AND r.department_id IS NULL
        HAVING count(*) > 0
    ) g
    LEFT JOIN organization o ON o.district = g.district AND o.id = g.department_id
    ORDER BY g.median DESC NULLS LAST,
        CASE WHEN o.id IS NULL THEN '' ELSE encode(convert_to(concat('Department:', o.district, ':', o.id), 'UTF8'), 'base64') END
) g
