-- $1: the code of the city
SELECT json_build_object('data', json_build_object('rollup', json_build_object('rows', coalesce(json_agg(json_build_object(
    'keys', json_build_array(json_build_object('value', g.district), json_build_object('value', g.kind)),
    'values', json_build_array(json_build_object('value', g.count::double precision), json_build_object('value', g.participants::double precision))
)), '[]'))))
FROM (
    SELECT e.district, e.kind::text, count(*)::integer AS count, sum(e.public_participants)::double precision AS participants
    FROM event e
    WHERE left(e.district, 4) = $1
    GROUP BY e.district, e.kind
    ORDER BY e.district, e.kind
) g
