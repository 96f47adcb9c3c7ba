-- $1: the code of the city
SELECT json_build_object('data', json_build_object('rollup', json_build_object('rows', coalesce(json_agg(json_build_object(
    'keys', json_build_array(json_build_object('value', g.kind), json_build_object('value', g.status)),
    'values', json_build_array(json_build_object('value', g.count::double precision), json_build_object('value', g.adoption_rate::double precision), json_build_object('value', g.closing_rate::double precision))
)), '[]'))))
FROM (
    SELECT r.kind::text, r.status::text, count(*)::integer AS count,
        count(*) FILTER (
            WHERE EXISTS (SELECT FROM adoption a WHERE a.district = r.district AND a.result_id = r.id)
        )::double precision / count(*) AS adoption_rate,
        count(r.closed_at)::double precision / count(*) AS closing_rate
    FROM result r
    WHERE left(r.district, 4) = $1
    GROUP BY r.kind, r.status
    ORDER BY r.kind, r.status
) g
