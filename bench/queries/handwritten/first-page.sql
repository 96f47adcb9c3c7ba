WITH page AS (
    SELECT e.title, e.kind, e.starts_at, e.is_sample, e.id
    FROM event e
    ORDER BY e.starts_at DESC, e.id DESC
    LIMIT 51
), shown AS (
    SELECT * FROM page ORDER BY starts_at DESC, id DESC LIMIT 50
)
SELECT json_build_object('data', json_build_object('events', json_build_object(
    'nodes', (
        SELECT coalesce(json_agg(json_build_object(
            'title', title, 'kind', kind, 'startsAt', starts_at, 'isSample', is_sample
        )), '[]')
        FROM shown
    ),
    'pageInfo', json_build_object(
        'hasNextPage', (SELECT count(*) > 50 FROM page),
        'endCursor', (SELECT json_build_array(starts_at, id) FROM shown ORDER BY starts_at, id LIMIT 1)
    )
)))
