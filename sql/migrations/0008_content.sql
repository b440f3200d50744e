-- Manifests and layers.
SET LOCAL search_path = registry;

-- They take the sizes of descriptors now.
DROP FUNCTION IF EXISTS manifest_put(text, text, int, int, int, text, uuid, inet, int, bytea, bytea, text, text, int[], bytea[], int[], int[], bytea[],
  int, bytea, text, text[], int, bytea);
DROP FUNCTION IF EXISTS manifest_cache(int, text, text, int, int, bytea, bytea, text, text, int[], bytea[], int[], bigint[], text[], int[], bytea[],
  int, bytea, text, int, text, uuid, inet);
-- What a layer holds unpacked, by SHA-256 (diff_id of image configs): worked out at the first need. Empty: it cannot be unpacked.
ALTER TABLE blob ADD diff_id bytea CHECK (octet_length(diff_id) IN (0, 32));

-- It says which index holds a manifest back.
DROP FUNCTION IF EXISTS manifest_delete(int, text, int, bytea, int, text, uuid, inet);
