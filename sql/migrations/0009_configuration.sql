-- Settings of repositories.
SET LOCAL search_path = registry;

-- The v2 repositories whose content v1 clients see, by key; the first that exists counts.
ALTER TABLE repository ADD bridge_repositories text[] COLLATE "C" NOT NULL DEFAULT '{}' CHECK (cardinality(bridge_repositories) <= 8);
UPDATE repository SET bridge_repositories = ARRAY[bridge_repository] WHERE bridge_repository IS NOT NULL;
ALTER TABLE repository DROP bridge_repository;

-- By which way a remote reaches its upstream. The first four were taken and given back before, and did nothing.
ALTER TABLE repository_remote
  ADD proxy              text NOT NULL DEFAULT '' CHECK (proxy ~ '^[A-Za-z0-9._-]{0,64}$'),               -- a [proxy] of the settings: never directly then
  ADD client_certificate text NOT NULL DEFAULT '' CHECK (client_certificate ~ '^[A-Za-z0-9._-]{0,64}$'),  -- a [certificate] of the settings
  ADD local_address      text NOT NULL DEFAULT '',    -- to connect from
  ADD query_params       text NOT NULL DEFAULT '' CHECK (query_params ~ '^[A-Za-z0-9._~!$()*+,;:@/?=&%-]*$'),  -- appended to URLs of the upstream itself
  ADD networks           text[] NOT NULL DEFAULT '{}' CHECK (array_position(networks, NULL) IS NULL);  -- private ones that are allowed; none: any
UPDATE repository_remote c SET
  proxy = CASE WHEN o ->> 'proxy' ~ '^[A-Za-z0-9._-]{1,64}$' AND o -> 'disableProxy' IS DISTINCT FROM 'true' THEN o ->> 'proxy' ELSE '' END,
  client_certificate = CASE WHEN o ->> 'clientTlsCertificate' ~ '^[A-Za-z0-9._-]{1,64}$' THEN o ->> 'clientTlsCertificate' ELSE '' END,
  local_address = CASE WHEN o ->> 'localAddress' ~ '^((25[0-5]|(2[0-4]|1?[0-9])?[0-9])(\.|$)){4}$' THEN o ->> 'localAddress' ELSE '' END,
  query_params = CASE WHEN o ->> 'queryParams' ~ '^[A-Za-z0-9._~!$()*+,;:@/?=&%-]+$' THEN o ->> 'queryParams' ELSE '' END
FROM (SELECT id, other AS o FROM repository) r WHERE r.id = c.repository_id;
UPDATE repository SET other = other - '{proxy,clientTlsCertificate,localAddress,queryParams}'::text[] WHERE class = 2;
DROP FUNCTION IF EXISTS remote_save(int, jsonb);
