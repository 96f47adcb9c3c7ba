-- $1: the station's slug
SELECT json_build_object('data', json_build_object('platform', (
    SELECT json_build_object(
        'slug', p.slug,
        'name', p.name,
        'kind', p.kind,
        'status', p.status,
        'parent', (
            SELECT json_build_object('slug', h.slug, 'name', h.name)
            FROM platform h
            WHERE h.district = p.district AND h.id = p.parent_id
        ),
        'members', json_build_object('nodes', (
            SELECT coalesce(json_agg(json_build_object(
                'role', m.role,
                'member', json_build_object('name', m.name, 'party', m.party, 'dutyCode', m.duty_code)
            )), '[]')
            FROM (
                SELECT of.role, who.name, who.party, who.duty_code
                FROM membership of
                JOIN member who ON who.district = of.member_district AND who.id = of.member_id
                WHERE of.district = p.district AND of.platform_id = p.id
                ORDER BY of.id
                LIMIT 5
            ) m
        ))
    )
    FROM platform p
    WHERE p.slug = $1
)))
