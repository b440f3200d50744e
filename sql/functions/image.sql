-- Pieces of pushing.
SET LOCAL search_path = registry;

-- The image of that name, made if missing.
CREATE OR REPLACE FUNCTION image_make(p_repository int, p_path text) RETURNS bigint LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_id bigint;
BEGIN
  LOOP
    SELECT id INTO v_id FROM image WHERE path = p_path AND repository_id = p_repository;
    EXIT WHEN FOUND;
    INSERT INTO image (repository_id, path) VALUES (p_repository, p_path) ON CONFLICT DO NOTHING RETURNING id INTO v_id;
    EXIT WHEN FOUND;
  END LOOP;
  RETURN v_id;
END $$;

-- The number of a media type. Clients invent them, so there is a limit.
CREATE OR REPLACE FUNCTION media_type_number(p_name text) RETURNS int LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_id int;
BEGIN
  LOOP
    SELECT id INTO v_id FROM media_type WHERE name = p_name;
    EXIT WHEN FOUND;
    IF (SELECT count(*) FROM media_type) >= 10000 THEN
      RAISE EXCEPTION 'there are 10000 media types already' USING ERRCODE = 'configuration_limit_exceeded';
    END IF;
    INSERT INTO media_type (name) VALUES (p_name) ON CONFLICT DO NOTHING RETURNING id INTO v_id;
    EXIT WHEN FOUND;
  END LOOP;
  RETURN v_id;
END $$;

CREATE OR REPLACE FUNCTION upload_start(p_repository int, p_name text, p_account int, p_alg int) RETURNS upload
LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
DECLARE
  v_upload upload;
BEGIN
  INSERT INTO upload (image_id, account, alg, file_id) VALUES (image_make(p_repository, p_name), p_account, p_alg, nextval('file_id'))
  RETURNING * INTO v_upload;
  RETURN v_upload;
END $$;
