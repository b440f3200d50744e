-- The store of this database: bound once, watched by the programs that use it.
SET LOCAL search_path = registry;

CREATE OR REPLACE FUNCTION store_bind(p_actor int, p_actor_name text, p_request uuid, p_address inet)
RETURNS void LANGUAGE plpgsql SET search_path = registry, pg_temp AS $$
BEGIN
  UPDATE installation SET store_bound_at = now() WHERE store_bound_at IS NULL;
  IF FOUND THEN
    INSERT INTO audit_entry (request, actor, actor_name, address, action, outcome, object)
    SELECT p_request, p_actor, p_actor_name, p_address, 'store_bind', 'done', identity::text FROM installation;
  END IF;
END $$;

-- A node without a report for a day is forgotten.
CREATE OR REPLACE FUNCTION store_seen(p_node text, p_program text, p_trouble text)
RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER SET search_path = registry, pg_temp AS $$
BEGIN
  INSERT INTO store_state (node, program, trouble) VALUES (p_node, p_program, p_trouble)
  ON CONFLICT (node, program) DO UPDATE SET trouble = p_trouble, seen_at = now();
  DELETE FROM store_state WHERE seen_at < now() - interval '1 day';
  RETURN (SELECT identity FROM installation);
END $$;
