-- $1: the member's district, $2: the member's id
SELECT json_build_object('data', json_build_object('node', (
    SELECT json_build_object(
        'name', m.name,
        'party', m.party,
        'dutyCode', m.duty_code,
        'attendances', json_build_object(
            'totalCount', (
                SELECT count(*) FROM attendance a WHERE a.member_district = m.district AND a.member_id = m.id
            ),
            'nodes', (
                SELECT coalesce(json_agg(json_build_object(
                    'role', a.role,
                    'state', a.state,
                    'event', json_build_object('title', a.title, 'kind', a.kind, 'startsAt', a.starts_at)
                )), '[]')
                FROM (
                    SELECT a.role, a.state, e.title, e.kind, e.starts_at
                    FROM attendance a
                    JOIN event e ON e.district = a.district AND e.id = a.event_id
                    WHERE a.member_district = m.district AND a.member_id = m.id
                    ORDER BY a.starts_at DESC, a.id DESC
                    LIMIT 20
                ) a
            )
        )
    )
    FROM member m
    WHERE m.district = $1 AND m.id = $2
)))
