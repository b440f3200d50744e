-- History: the actor of each change, append-only.
SET LOCAL search_path = registry;

CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

-- Set the actor for the rest of the transaction, for the history.
CREATE OR REPLACE FUNCTION act_as(p_actor int, p_request uuid) RETURNS void LANGUAGE sql AS $$
  SELECT set_config('registry.actor', p_actor::text, true), set_config('registry.request', p_request::text, true)
$$;

CREATE OR REPLACE FUNCTION digest_text(p_alg int, p_digest bytea) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE p_alg WHEN 1 THEN 'sha256:' WHEN 2 THEN 'sha512:' END || encode(p_digest, 'hex')
$$;

-- Runs with the owner's rights, like the function for v1 tags: only triggers write history.
CREATE OR REPLACE FUNCTION tag_changed() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_image bigint := CASE WHEN TG_OP = 'DELETE' THEN OLD.image_id ELSE NEW.image_id END;
  v_name text := CASE WHEN TG_OP = 'DELETE' THEN OLD.name ELSE NEW.name END;
  v_old bigint := CASE WHEN TG_OP <> 'INSERT' THEN OLD.manifest_id END;
  v_new bigint := CASE WHEN TG_OP <> 'DELETE' THEN NEW.manifest_id END;
BEGIN
  IF v_old IS NOT DISTINCT FROM v_new THEN
    RETURN NULL;
  END IF;
  INSERT INTO tag_event (image_id, actor, request, repository, path, name, old_digest, new_digest)
  SELECT i.id, nullif(current_setting('registry.actor', true), '')::int, nullif(current_setting('registry.request', true), '')::uuid,
    r.key, i.path, v_name,
    (SELECT digest_text(m.alg, m.digest) FROM manifest m WHERE m.id = v_old),
    (SELECT digest_text(m.alg, m.digest) FROM manifest m WHERE m.id = v_new)
  FROM image i JOIN repository r ON r.id = i.repository_id WHERE i.id = v_image;
  RETURN NULL;
END $$;

-- Create the tables of this month and the next three. A month whose first rows are already in the default table stays there.
CREATE OR REPLACE FUNCTION history_extend() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_table text;
  v_month timestamptz;
  v_taken boolean;
BEGIN
  FOR v_table, v_month IN
    SELECT t, date_trunc('month', now(), 'UTC') + make_interval(months => n) FROM unnest(ARRAY['audit', 'tag_event']) t, generate_series(0, 3) n
  LOOP
    CONTINUE WHEN to_regclass(v_table || to_char(v_month AT TIME ZONE 'UTC', '_YYYY_MM')) IS NOT NULL;
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE at >= %L AND at < %L)', v_table || '_rest', v_month, v_month + interval '1 month')
      INTO v_taken;
    CONTINUE WHEN v_taken;
    EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', v_table || to_char(v_month AT TIME ZONE 'UTC', '_YYYY_MM'),
      v_table, v_month, v_month + interval '1 month');
  END LOOP;
END $$;
SET LOCAL TimeZone = 'UTC';
SELECT history_extend();
