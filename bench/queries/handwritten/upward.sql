-- $1: the station's slug
SELECT json_build_object('data', json_build_object('platform', (
    SELECT json_build_object(
        'name', p.name,
        'ancestors', (
            SELECT coalesce(json_agg(json_build_object('name', h.name, 'kind', h.kind) ORDER BY h.path DESC), '[]')
            FROM platform h
            WHERE h.district = p.district AND h.id = ANY (p.parent_path)
        ),
        'area', (
            SELECT json_build_object(
                'name', a.name,
                'level', a.level,
                'ancestors', (
                    SELECT coalesce(
                        json_agg(json_build_object('name', up.name, 'level', up.level) ORDER BY up.path DESC), '[]'
                    )
                    FROM area up
                    WHERE up.id = ANY (a.parent_path)
                )
            )
            FROM area a
            WHERE a.id = p.area_id
        )
    )
    FROM platform p
    WHERE p.slug = $1
)))
