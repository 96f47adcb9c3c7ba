SELECT json_build_object('data', json_build_object('districts', (
    SELECT coalesce(json_agg(json_build_object(
        'name', d.name,
        'platforms', json_build_object('nodes', (
            SELECT coalesce(json_agg(json_build_object(
                'name', h.name,
                'children', json_build_object('nodes', (
                    SELECT coalesce(json_agg(json_build_object(
                        'kind', p.kind,
                        'name', p.name,
                        'events', json_build_object('nodes', (
                            SELECT coalesce(json_agg(json_build_object(
                                'title', e.title,
                                'kind', e.kind,
                                'startsAt', e.starts_at,
                                'isSample', e.is_sample
                            )), '[]')
                            FROM (
                                SELECT e.title, e.kind, e.starts_at, e.is_sample
                                FROM event_platform at
                                JOIN event e ON e.district = at.district AND e.id = at.event_id
                                WHERE at.platform_district = p.district AND at.platform_id = p.id
                                ORDER BY at.starts_at DESC, at.event_id DESC
                                LIMIT 3
                            ) e
                        ))
                    )), '[]')
                    FROM (
                        SELECT p.district, p.id, p.kind, p.name
                        FROM platform p
                        WHERE p.district = h.district AND p.parent_id = h.id
                            AND p.kind IN ('CONSULTATION_STATION', 'MEMBER_STUDIO')
                        ORDER BY p.sort_key, p.id
                        LIMIT 100
                    ) p
                ))
            )), '[]')
            FROM (
                SELECT h.district, h.id, h.name
                FROM platform h
                WHERE h.district = d.code AND h.kind = 'DELIBERATION_HALL'
                ORDER BY h.sort_key, h.id
                LIMIT 100
            ) h
        ))
    ) ORDER BY d.code), '[]')
    FROM area d
    WHERE d.level = 'DISTRICT' AND d.valid_to IS NULL
        AND EXISTS (SELECT FROM organization o WHERE o.district = d.code AND o.kind = 'CPPCC_COMMITTEE')
)))
