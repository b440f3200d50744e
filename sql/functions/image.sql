-- Helper functions of pushes.
SET LOCAL search_path = registry;

-- The image of that name, created if missing; it exists until the end of the transaction (image_forget).
CREATE OR REPLACE FUNCTION image_make(p_repository int, p_path text) RETURNS bigint LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_id bigint;
BEGIN
  LOOP
    SELECT id INTO v_id FROM image WHERE path = p_path AND repository_id = p_repository FOR KEY SHARE;
    EXIT WHEN FOUND;
    INSERT INTO image (repository_id, path) VALUES (p_repository, p_path) ON CONFLICT DO NOTHING RETURNING id INTO v_id;
    EXIT WHEN FOUND;
  END LOOP;
  RETURN v_id;
END $$;

-- The number of a media type. Clients may invent them, so their number is limited.
CREATE OR REPLACE FUNCTION media_type_number(p_name text) RETURNS int LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_id int;
BEGIN
  LOOP
    SELECT id INTO v_id FROM media_type WHERE name = p_name;
    EXIT WHEN FOUND;
    IF (SELECT count(*) FROM media_type) >= 10000 THEN
      RAISE EXCEPTION 'cannot store a new media type: there are 10000' USING ERRCODE = 'configuration_limit_exceeded';
    END IF;
    INSERT INTO media_type (name) VALUES (p_name) ON CONFLICT DO NOTHING RETURNING id INTO v_id;
    EXIT WHEN FOUND;
  END LOOP;
  RETURN v_id;
END $$;

-- Has the name nothing but uploads in progress?
CREATE OR REPLACE FUNCTION image_is_empty(p_image bigint) RETURNS boolean LANGUAGE sql STABLE SET search_path = registry, pg_temp AS $$
  SELECT NOT EXISTS (SELECT FROM image_manifest WHERE image_id = p_image) AND NOT EXISTS (SELECT FROM image_blob WHERE image_id = p_image)
    AND NOT EXISTS (SELECT FROM v1_image WHERE image_id = p_image)
$$;

-- An upload session ended: its name is deleted too if nothing else uses it. Content, which rarely leaves a name, is looked for before the lock; after
-- it, the other transactions have ended or are visible.
CREATE OR REPLACE FUNCTION image_forget(p_image bigint) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
  PERFORM FROM image i WHERE i.id = p_image AND image_is_empty(i.id) FOR UPDATE;
  IF FOUND THEN
    DELETE FROM image i WHERE i.id = p_image AND image_is_empty(i.id) AND NOT EXISTS (SELECT FROM upload WHERE image_id = i.id)
      AND NOT EXISTS (SELECT FROM v1_upload WHERE image_id = i.id);
  END IF;
END $$;

-- True if the account has as many upload sessions and v1 images in progress as it may (p_most; 0: no limit).
CREATE OR REPLACE FUNCTION pushes_full(p_account int, p_most bigint) RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = registry, pg_temp AS $$
BEGIN
  RETURN p_most > 0 AND (SELECT count(*) FROM upload WHERE account = p_account) + (SELECT count(*) FROM v1_upload WHERE account = p_account) >= p_most;
END $$;

-- NULL: the account has p_most pushes in progress already.
CREATE OR REPLACE FUNCTION upload_start(p_repository int, p_name text, p_account int, p_alg int, p_most bigint DEFAULT 0) RETURNS upload
LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
DECLARE
  v_upload upload;
BEGIN
  IF pushes_full(p_account, p_most) THEN
    RETURN NULL;
  END IF;
  INSERT INTO upload (image_id, account, alg, file_id) VALUES (image_make(p_repository, p_name), p_account, p_alg, nextval('file_id'))
  RETURNING * INTO v_upload;
  RETURN v_upload;
END $$;
