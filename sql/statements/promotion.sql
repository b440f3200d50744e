SET search_path = registry;

-- returns: outcome integer, message text
PREPARE image_promote AS
SELECT outcome, message FROM image_promote(p_key => $1::text, p_name => $2::text, p_target_key => $3::text, p_target_name => $4::text,
  p_tag => $5::text, p_target_tag => $6::text, p_copy => $7::boolean, p_account => $8::integer, p_epoch => $9::integer,
  p_actor_name => $10::text, p_request => $11::uuid, p_address => $12::inet);
