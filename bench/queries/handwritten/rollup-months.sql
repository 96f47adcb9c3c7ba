-- $1: the code of the city
-- $2: the first day of the period, $3: the last
SELECT json_build_object('data', json_build_object('rollup', json_build_object('rows', coalesce(json_agg(json_build_object(
    'keys', json_build_array(json_build_object('value', g.month), json_build_object('value', g.district)),
    'values', json_build_array(json_build_object('value', g.count::double precision))
)), '[]'))))
FROM (
    SELECT to_char(m.month, 'YYYY-MM') AS month, d.district, count(e.id)::integer AS count
    FROM generate_series($2::timestamp, $3::timestamp, interval '1 month') m (month)
    CROSS JOIN (SELECT DISTINCT district FROM event WHERE left(district, 4) = $1) d
    LEFT JOIN event e ON e.district = d.district
        AND e.starts_at >= m.month AT TIME ZONE 'Asia/Shanghai'
        AND e.starts_at < (m.month + interval '1 month') AT TIME ZONE 'Asia/Shanghai'
    GROUP BY m.month, d.district
    ORDER BY m.month, d.district
) g
