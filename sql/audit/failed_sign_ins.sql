-- Failed sign-ins of the last week, by address and name; at most 60 a minute and address are recorded.
SELECT address, object AS name, count(*) AS failures, min(at) AS first, max(at) AS last
FROM registry.audit
WHERE action = 'sign_in_failed' AND at > now() - interval '7 days'
GROUP BY address, object
ORDER BY failures DESC;
