-- $1: the first day of the period, $2: the last, both as days of Asia/Shanghai
SELECT json_build_object('data', json_build_object('districts', (
    SELECT coalesce(json_agg(json_build_object(
        'name', d.name,
        'halls', json_build_object('totalCount', (
            SELECT count(*) FROM platform p WHERE p.district = d.code AND p.kind = 'DELIBERATION_HALL'
        )),
        'stations', json_build_object('totalCount', (
            SELECT count(*) FROM platform p WHERE p.district = d.code AND p.kind = 'CONSULTATION_STATION'
        )),
        'studios', json_build_object('totalCount', (
            SELECT count(*) FROM platform p WHERE p.district = d.code AND p.kind = 'MEMBER_STUDIO'
        )),
        'events', json_build_object('totalCount', (
            SELECT count(*) FROM event_participant e
            WHERE e.participant = d.code
                AND e.starts_at >= $1::date::timestamp AT TIME ZONE 'Asia/Shanghai'
                AND e.starts_at < ($2::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
        )),
        'proposals', json_build_object('totalCount', (
            SELECT count(*) FROM result r WHERE r.district = d.code AND r.kind = 'PROPOSAL'
        )),
        'open', json_build_object('totalCount', (
            SELECT count(*) FROM result r
            WHERE r.district = d.code AND r.kind = 'PROPOSAL' AND r.status IN ('FILED', 'ASSIGNED', 'REASSIGNED')
        ))
    ) ORDER BY d.code), '[]')
    FROM area d
    WHERE d.level = 'DISTRICT' AND d.valid_to IS NULL
        AND EXISTS (SELECT FROM organization o WHERE o.district = d.code AND o.kind = 'CPPCC_COMMITTEE')
)))
