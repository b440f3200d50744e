-- Tables, constraints, indexes, views and triggers of a migrated database, for reading: tests/sql/schema.sh --print. Nothing applies this file.

CREATE SCHEMA registry;

CREATE TABLE registry.acl (
    repository_id integer NOT NULL,
    principal_id integer NOT NULL,
    target_id integer NOT NULL,
    actions integer NOT NULL,
    include_re text,
    exclude_re text
);

CREATE TABLE registry.repository (
    id integer NOT NULL,
    key text NOT NULL COLLATE pg_catalog."C",
    class smallint NOT NULL,
    api_version smallint DEFAULT 2 NOT NULL,
    blacked_out boolean DEFAULT false NOT NULL,
    priority boolean DEFAULT false NOT NULL,
    includes text DEFAULT ''::text NOT NULL,
    excludes text DEFAULT ''::text NOT NULL,
    default_deployment_id integer,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    by_timestamp boolean DEFAULT false NOT NULL,
    shadowing_guard boolean DEFAULT true NOT NULL,
    block_schema1 boolean DEFAULT true NOT NULL,
    revision integer DEFAULT 1 NOT NULL,
    other jsonb DEFAULT '{}'::jsonb NOT NULL,
    bridge_push boolean DEFAULT false NOT NULL,
    bridge_repositories text[] DEFAULT '{}'::text[] NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT repository_api_version_check CHECK ((api_version = ANY (ARRAY[1, 2]))),
    CONSTRAINT repository_bridge_repositories_check CHECK ((cardinality(bridge_repositories) <= 8)),
    CONSTRAINT repository_check CHECK (((class <> 3) OR (api_version = 2))),
    CONSTRAINT repository_check1 CHECK (((default_deployment_id IS NULL) OR (class = 3))),
    CONSTRAINT repository_class_check CHECK ((class = ANY (ARRAY[1, 2, 3]))),
    CONSTRAINT repository_excludes_check CHECK ((excludes !~ '[[:cntrl:]]'::text)),
    CONSTRAINT repository_includes_check CHECK ((includes !~ '[[:cntrl:]]'::text)),
    CONSTRAINT repository_key_check CHECK ((key ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'::text)),
    CONSTRAINT repository_other_check CHECK ((jsonb_typeof(other) = 'object'::text))
);

CREATE TABLE registry.resolved_member (
    root_id integer NOT NULL,
    ord integer NOT NULL,
    member_id integer NOT NULL,
    rank smallint NOT NULL,
    class smallint NOT NULL,
    include_re text[],
    exclude_re text[],
    library boolean DEFAULT false NOT NULL
);

CREATE TABLE registry.token_key (
    kid text NOT NULL COLLATE pg_catalog."C",
    secret bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    retired_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT token_key_revoked_is_retired CHECK (((revoked_at IS NULL) OR (retired_at IS NOT NULL))),
    CONSTRAINT token_key_secret_check CHECK ((octet_length(secret) = 32))
);

CREATE TABLE registry.gc_unlink (
    file_id bigint NOT NULL,
    alg smallint,
    digest bytea,
    not_before timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    queued_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE registry.upload (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    image_id bigint NOT NULL,
    account integer NOT NULL,
    alg smallint DEFAULT 1 NOT NULL,
    file_id bigint NOT NULL,
    received bigint DEFAULT 0 NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    touched_at timestamp with time zone DEFAULT now() NOT NULL,
    digest_so_far bytea,
    sealed_alg smallint,
    sealed_digest bytea,
    CONSTRAINT upload_account_check CHECK ((account > 1)),
    CONSTRAINT upload_alg_check CHECK ((alg = ANY (ARRAY[1, 2]))),
    CONSTRAINT upload_check CHECK (((sealed_alg IS NULL) = (sealed_digest IS NULL))),
    CONSTRAINT upload_received_check CHECK ((received >= 0))
);

CREATE TABLE registry.account (
    id integer NOT NULL,
    kind smallint DEFAULT 1 NOT NULL,
    password text,
    is_admin boolean DEFAULT false NOT NULL,
    disabled boolean DEFAULT false NOT NULL,
    epoch integer DEFAULT 0 NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    locked_until timestamp with time zone,
    failures_since timestamp with time zone,
    CONSTRAINT account_kind_check CHECK ((kind = 1))
);

CREATE TABLE registry.audit (
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    request uuid,
    actor integer NOT NULL,
    actor_name text NOT NULL,
    address inet,
    action text NOT NULL COLLATE pg_catalog."C",
    outcome text NOT NULL COLLATE pg_catalog."C",
    repository text COLLATE pg_catalog."C",
    path text COLLATE pg_catalog."C",
    object text NOT NULL,
    detail jsonb,
    role text DEFAULT SESSION_USER COLLATE pg_catalog."C",
    CONSTRAINT audit_action_check CHECK ((action ~ '^[a-z_]+$'::text)),
    CONSTRAINT audit_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'refused'::text])))
)
PARTITION BY RANGE (at);

CREATE VIEW registry.audit_entry AS
 SELECT request,
    actor,
    actor_name,
    address,
    action,
    outcome,
    repository,
    path,
    object,
    detail
   FROM registry.audit;

CREATE TABLE registry.audit_rest (
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    request uuid,
    actor integer NOT NULL,
    actor_name text NOT NULL,
    address inet,
    action text NOT NULL COLLATE pg_catalog."C",
    outcome text NOT NULL COLLATE pg_catalog."C",
    repository text COLLATE pg_catalog."C",
    path text COLLATE pg_catalog."C",
    object text NOT NULL,
    detail jsonb,
    role text DEFAULT SESSION_USER COLLATE pg_catalog."C",
    CONSTRAINT audit_action_check CHECK ((action ~ '^[a-z_]+$'::text)),
    CONSTRAINT audit_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'refused'::text])))
);

CREATE TABLE registry.blob (
    id bigint NOT NULL,
    size bigint NOT NULL,
    file_id bigint NOT NULL,
    alg smallint NOT NULL,
    bad boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    checked_on date,
    digest bytea NOT NULL,
    diff_id bytea,
    CONSTRAINT blob_check CHECK ((((alg = 1) AND (octet_length(digest) = 32)) OR ((alg = 2) AND (octet_length(digest) = 64)))),
    CONSTRAINT blob_diff_id_check CHECK ((octet_length(diff_id) = ANY (ARRAY[0, 32]))),
    CONSTRAINT blob_size_check CHECK ((size >= 0))
);

CREATE TABLE registry.blob_fetch (
    repository_id integer NOT NULL,
    alg smallint NOT NULL,
    digest bytea NOT NULL,
    path text NOT NULL COLLATE pg_catalog."C",
    source text,
    store_locally boolean NOT NULL,
    owner uuid NOT NULL,
    file_id bigint NOT NULL,
    size bigint NOT NULL,
    received bigint DEFAULT 0 NOT NULL,
    heartbeat timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    error_status integer,
    error text
)
WITH (fillfactor='50');

CREATE TABLE registry.blob_fetch_name (
    repository_id integer NOT NULL,
    alg smallint NOT NULL,
    digest bytea NOT NULL,
    path text NOT NULL COLLATE pg_catalog."C"
);

ALTER TABLE registry.blob ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME registry.blob_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE SEQUENCE registry.file_id
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE registry.gc_blob (
    blob_id bigint NOT NULL,
    due timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02');

CREATE TABLE registry.gc_link (
    image_id bigint NOT NULL,
    manifest_id bigint NOT NULL,
    due timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02');

CREATE TABLE registry.gc_manifest (
    manifest_id bigint NOT NULL,
    due timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.02');

CREATE TABLE registry.gc_orphan (
    path text NOT NULL COLLATE pg_catalog."C",
    first_at timestamp with time zone DEFAULT now() NOT NULL,
    looked_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE registry.gc_repository (
    repository_id integer NOT NULL,
    due timestamp with time zone NOT NULL,
    tries integer DEFAULT 1 NOT NULL
);

CREATE TABLE registry.gc_sweep (
    directory text NOT NULL COLLATE pg_catalog."C",
    due timestamp with time zone NOT NULL
);

CREATE TABLE registry.image (
    id bigint NOT NULL,
    repository_id integer NOT NULL,
    path text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT image_path_check CHECK (((length(path) >= 1) AND (length(path) <= 255)))
);

CREATE TABLE registry.image_blob (
    image_id bigint NOT NULL,
    blob_id bigint NOT NULL
);

ALTER TABLE registry.image ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME registry.image_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE registry.image_manifest (
    image_id bigint NOT NULL,
    manifest_id bigint NOT NULL,
    created_by integer,
    pulled_on date,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE registry.image_referrer (
    image_id bigint NOT NULL,
    manifest_id bigint NOT NULL,
    artifact_type integer,
    subject_alg smallint NOT NULL,
    subject bytea NOT NULL,
    descriptor text NOT NULL
);

CREATE TABLE registry.installation (
    one boolean DEFAULT true NOT NULL,
    schema integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    identity uuid DEFAULT gen_random_uuid() NOT NULL,
    store_bound_at timestamp with time zone,
    oldest integer DEFAULT 9 NOT NULL,
    CONSTRAINT installation_one_check CHECK (one)
);

CREATE TABLE registry.manifest (
    id bigint NOT NULL,
    size integer NOT NULL,
    media_type integer NOT NULL,
    artifact_type integer,
    alg smallint NOT NULL,
    subject_alg smallint,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    subject bytea,
    digest bytea NOT NULL,
    payload bytea NOT NULL,
    CONSTRAINT manifest_check CHECK ((octet_length(payload) = size)),
    CONSTRAINT manifest_check1 CHECK ((num_nulls(subject, subject_alg) <> 1)),
    CONSTRAINT manifest_check2 CHECK ((((alg = 1) AND (octet_length(digest) = 32)) OR ((alg = 2) AND (octet_length(digest) = 64)))),
    CONSTRAINT manifest_size_check CHECK (((size >= 1) AND (size <= 4194304)))
);
ALTER TABLE ONLY registry.manifest ALTER COLUMN payload SET COMPRESSION lz4;

CREATE TABLE registry.manifest_blob (
    blob_id bigint NOT NULL,
    manifest_id bigint NOT NULL,
    role smallint NOT NULL,
    CONSTRAINT manifest_blob_role_check CHECK ((role = ANY (ARRAY[1, 2])))
);

CREATE TABLE registry.manifest_child (
    parent_id bigint NOT NULL,
    child_id bigint NOT NULL,
    CONSTRAINT manifest_child_check CHECK ((parent_id <> child_id))
);

ALTER TABLE registry.manifest ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME registry.manifest_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE registry.missing_reference (
    manifest_id bigint NOT NULL,
    alg smallint NOT NULL,
    role smallint NOT NULL,
    digest bytea NOT NULL,
    size bigint,
    url text,
    CONSTRAINT missing_reference_role_check CHECK ((role = ANY (ARRAY[1, 2, 3])))
);

CREATE VIEW registry.manifest_want AS
 SELECT missing_reference.manifest_id,
    missing_reference.alg,
    missing_reference.role,
    missing_reference.digest,
    missing_reference.size,
    missing_reference.url
   FROM registry.missing_reference;

CREATE TABLE registry.media_type (
    id integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT media_type_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255)))
);

ALTER TABLE registry.media_type ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME registry.media_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE registry.membership (
    user_id integer NOT NULL,
    group_id integer NOT NULL,
    kind smallint DEFAULT 2 NOT NULL,
    CONSTRAINT membership_kind_check CHECK ((kind = 2))
);

CREATE TABLE registry.migration (
    number integer NOT NULL,
    name text NOT NULL,
    sha256 bytea NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT migration_number_check CHECK ((number > 0)),
    CONSTRAINT migration_sha256_check CHECK ((octet_length(sha256) = 32))
);

CREATE TABLE registry.negative_cache (
    repository_id integer NOT NULL,
    path text NOT NULL COLLATE pg_catalog."C",
    reference text NOT NULL COLLATE pg_catalog."C",
    refused boolean NOT NULL,
    until timestamp with time zone NOT NULL,
    reason text
);

CREATE TABLE registry.permission_target (
    id integer NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    includes text DEFAULT ''::text NOT NULL,
    excludes text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT permission_target_excludes_check CHECK ((excludes !~ '[[:cntrl:]]'::text)),
    CONSTRAINT permission_target_includes_check CHECK ((includes !~ '[[:cntrl:]]'::text)),
    CONSTRAINT permission_target_name_check CHECK (((length(name) >= 1) AND (length(name) <= 255)))
);

ALTER TABLE registry.permission_target ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME registry.permission_target_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE registry.permission_target_principal (
    target_id integer NOT NULL,
    principal_id integer NOT NULL,
    actions integer NOT NULL,
    CONSTRAINT permission_target_principal_actions_check CHECK (((actions >= 1) AND (actions <= 15)))
);

CREATE TABLE registry.permission_target_repository (
    target_id integer NOT NULL,
    repository_id integer,
    any_of text,
    CONSTRAINT permission_target_repository_any_of_check CHECK ((any_of = ANY (ARRAY['ANY'::text, 'ANY LOCAL'::text, 'ANY REMOTE'::text]))),
    CONSTRAINT permission_target_repository_check CHECK ((num_nonnulls(repository_id, any_of) = 1))
);

CREATE TABLE registry.principal (
    id integer NOT NULL,
    kind smallint NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT principal_kind_check CHECK ((kind = ANY (ARRAY[0, 1, 2]))),
    CONSTRAINT principal_name_check CHECK (((name = lower(name)) AND ((length(name) >= 1) AND (length(name) <= 64))))
);

ALTER TABLE registry.principal ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME registry.principal_id_seq
    START WITH 2
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW registry.push_target AS
 SELECT v.key,
    v.id AS root_id,
    t.id AS target_id,
    t.key AS target_key,
    (v.blacked_out OR t.blacked_out) AS blacked_out
   FROM (registry.repository v
     JOIN registry.repository t ON ((t.id =
        CASE v.class
            WHEN 1 THEN v.id
            WHEN 3 THEN v.default_deployment_id
            ELSE NULL::integer
        END)))
  WHERE ((v.deleted_at IS NULL) AND (v.api_version = 2) AND (t.deleted_at IS NULL) AND (t.api_version = 2) AND (t.class = 1));

CREATE VIEW registry.remote_miss AS
 SELECT negative_cache.repository_id,
    negative_cache.path,
    negative_cache.reference,
    negative_cache.refused,
    negative_cache.until,
    negative_cache.reason
   FROM registry.negative_cache;

CREATE TABLE registry.remote_reference (
    image_id bigint NOT NULL,
    tag text NOT NULL COLLATE pg_catalog."C",
    fresh_until timestamp with time zone NOT NULL,
    checked_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE registry.remote_state (
    repository_id integer NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    offline_until timestamp with time zone,
    limited boolean DEFAULT false NOT NULL,
    reason text,
    rate_limit integer,
    rate_remaining integer,
    rate_seconds integer,
    rate_at timestamp with time zone,
    trouble text,
    suspect_until timestamp with time zone,
    struck text[] DEFAULT '{}'::text[] NOT NULL,
    told_at timestamp with time zone
)
WITH (fillfactor='70');

CREATE TABLE registry.remote_tags (
    repository_id integer NOT NULL,
    path text NOT NULL COLLATE pg_catalog."C",
    fresh_until timestamp with time zone NOT NULL,
    tags text[] NOT NULL COLLATE pg_catalog."C"
);

ALTER TABLE registry.repository ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME registry.repository_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW registry.repository_leaf AS
 SELECT resolved_member.root_id,
    resolved_member.ord,
    resolved_member.member_id AS leaf_id,
    resolved_member.rank,
    resolved_member.class,
    resolved_member.include_re,
    resolved_member.exclude_re,
    resolved_member.library
   FROM registry.resolved_member;

CREATE TABLE registry.repository_member (
    virtual_id integer NOT NULL,
    class smallint DEFAULT 3 NOT NULL,
    "position" integer NOT NULL,
    member_id integer NOT NULL,
    CONSTRAINT repository_member_check CHECK ((virtual_id <> member_id)),
    CONSTRAINT repository_member_class_check CHECK ((class = 3))
);

CREATE TABLE registry.repository_remote (
    repository_id integer NOT NULL,
    class smallint DEFAULT 2 NOT NULL,
    url text NOT NULL,
    username text DEFAULT ''::text NOT NULL,
    password text DEFAULT ''::text NOT NULL,
    token_authentication boolean DEFAULT true NOT NULL,
    any_host_auth boolean DEFAULT false NOT NULL,
    realm_hosts text[] DEFAULT '{}'::text[] NOT NULL,
    private_networks boolean DEFAULT false NOT NULL,
    library_prefix boolean DEFAULT false NOT NULL,
    ns_aliases text[] DEFAULT '{}'::text[] NOT NULL,
    offline boolean DEFAULT false NOT NULL,
    hard_fail boolean DEFAULT false NOT NULL,
    store_locally boolean DEFAULT true NOT NULL,
    fresh_seconds integer DEFAULT 7200 NOT NULL,
    missing_seconds integer DEFAULT 1800 NOT NULL,
    assumed_offline_seconds integer DEFAULT 300 NOT NULL,
    unused_hours integer DEFAULT 0 NOT NULL,
    timeout_ms integer DEFAULT 15000 NOT NULL,
    metadata_timeout_ms integer DEFAULT 60000 NOT NULL,
    block_mismatching_types boolean DEFAULT true NOT NULL,
    mismatching_types text DEFAULT ''::text NOT NULL,
    external_dependencies boolean DEFAULT false NOT NULL,
    external_patterns text DEFAULT '**'::text NOT NULL,
    answer_ms integer DEFAULT 5000 NOT NULL,
    proxy text DEFAULT ''::text NOT NULL,
    client_certificate text DEFAULT ''::text NOT NULL,
    local_address text DEFAULT ''::text NOT NULL,
    query_params text DEFAULT ''::text NOT NULL,
    networks text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT repository_remote_answer_ms_check CHECK (((answer_ms >= 1) AND (answer_ms <= 3600000))),
    CONSTRAINT repository_remote_assumed_offline_seconds_check CHECK ((assumed_offline_seconds >= 0)),
    CONSTRAINT repository_remote_class_check CHECK ((class = 2)),
    CONSTRAINT repository_remote_client_certificate_check CHECK ((client_certificate ~ '^[A-Za-z0-9._-]{0,64}$'::text)),
    CONSTRAINT repository_remote_fresh_seconds_check CHECK ((fresh_seconds >= 0)),
    CONSTRAINT repository_remote_metadata_timeout_ms_check CHECK (((metadata_timeout_ms >= 1) AND (metadata_timeout_ms <= 3600000))),
    CONSTRAINT repository_remote_missing_seconds_check CHECK ((missing_seconds >= 0)),
    CONSTRAINT repository_remote_networks_check CHECK ((array_position(networks, NULL::text) IS NULL)),
    CONSTRAINT repository_remote_proxy_check CHECK ((proxy ~ '^[A-Za-z0-9._-]{0,64}$'::text)),
    CONSTRAINT repository_remote_query_params_check CHECK ((query_params ~ '^[A-Za-z0-9._~!$()*+,;:@/?=&%-]*$'::text)),
    CONSTRAINT repository_remote_timeout_ms_check CHECK (((timeout_ms >= 1) AND (timeout_ms <= 3600000))),
    CONSTRAINT repository_remote_unused_hours_check CHECK ((unused_hours >= 0)),
    CONSTRAINT repository_remote_url_check CHECK ((url ~ '^https?://[^/?#@[:space:][:cntrl:]]+(/[^?#[:space:][:cntrl:]]*)?$'::text))
);

CREATE TABLE registry.sign_in (
    account integer NOT NULL,
    network inet NOT NULL,
    failures integer DEFAULT 0 NOT NULL,
    locked_until timestamp with time zone,
    succeeded_at timestamp with time zone,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE registry.signing_key (
    one boolean DEFAULT true NOT NULL,
    secret bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT signing_key_one_check CHECK (one),
    CONSTRAINT signing_key_secret_check CHECK ((octet_length(secret) = 96))
);

CREATE TABLE registry.store_space (
    single boolean DEFAULT true NOT NULL,
    total bigint NOT NULL,
    available bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT store_space_single_check CHECK (single)
);

CREATE TABLE registry.store_state (
    node text NOT NULL COLLATE pg_catalog."C",
    program text NOT NULL COLLATE pg_catalog."C",
    trouble text,
    seen_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE registry.tag (
    image_id bigint NOT NULL,
    manifest_id bigint NOT NULL,
    updated_by integer,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT tag_name_check CHECK ((name ~ '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$'::text))
);

CREATE TABLE registry.tag_event (
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    image_id bigint NOT NULL,
    actor integer,
    request uuid,
    repository text NOT NULL COLLATE pg_catalog."C",
    path text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    old_digest text,
    new_digest text
)
PARTITION BY RANGE (at);

CREATE TABLE registry.tag_event_rest (
    at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    image_id bigint NOT NULL,
    actor integer,
    request uuid,
    repository text NOT NULL COLLATE pg_catalog."C",
    path text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    old_digest text,
    new_digest text
);

CREATE TABLE registry.upload_done (
    id uuid NOT NULL,
    image_id bigint NOT NULL,
    account integer NOT NULL,
    received bigint NOT NULL,
    alg smallint NOT NULL,
    digest bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL
);

CREATE TABLE registry.v1_image (
    image_id bigint NOT NULL,
    v1_id bytea NOT NULL,
    json bytea NOT NULL,
    blob_id bigint,
    zstd boolean DEFAULT false NOT NULL,
    ancestry bytea[] NOT NULL,
    payload bytea,
    tarsum text,
    created_by integer,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT v1_image_check CHECK (((ancestry[1] = v1_id) AND (cardinality(ancestry) <= 127))),
    CONSTRAINT v1_image_payload_check CHECK ((octet_length(payload) = 32)),
    CONSTRAINT v1_image_v1_id_check CHECK ((octet_length(v1_id) = 32))
);

CREATE TABLE registry.v1_layer (
    upload_id bigint NOT NULL,
    payload bytea NOT NULL,
    blob_id bigint NOT NULL,
    CONSTRAINT v1_layer_payload_check CHECK ((octet_length(payload) = 32))
);

CREATE TABLE registry.v1_projection (
    manifest_id bigint NOT NULL,
    projected_id bigint NOT NULL,
    v1_id bytea,
    reason text,
    CONSTRAINT v1_projection_check CHECK ((num_nonnulls(v1_id, reason) = 1)),
    CONSTRAINT v1_projection_v1_id_check CHECK ((octet_length(v1_id) = 32))
);

CREATE TABLE registry.v1_projection_image (
    manifest_id bigint NOT NULL,
    "position" integer NOT NULL,
    v1_id bytea NOT NULL,
    json bytea NOT NULL,
    alg smallint,
    digest bytea,
    zstd boolean NOT NULL,
    CONSTRAINT v1_projection_image_check CHECK ((num_nulls(alg, digest) <> 1)),
    CONSTRAINT v1_projection_image_v1_id_check CHECK ((octet_length(v1_id) = 32))
);

CREATE TABLE registry.v1_tag (
    image_id bigint NOT NULL,
    v1_id bytea NOT NULL,
    updated_by integer,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    agent text DEFAULT ''::text NOT NULL,
    CONSTRAINT v1_tag_name_check CHECK ((name ~ '^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$'::text))
);

CREATE TABLE registry.v1_upload (
    id bigint NOT NULL,
    image_id bigint NOT NULL,
    v1_id bytea NOT NULL,
    parent bytea,
    touched_at timestamp with time zone DEFAULT now() NOT NULL,
    json bytea NOT NULL,
    account integer,
    CONSTRAINT v1_upload_account_check CHECK ((account > 1)),
    CONSTRAINT v1_upload_check CHECK (((octet_length(parent) = 32) AND (parent <> v1_id))),
    CONSTRAINT v1_upload_v1_id_check CHECK ((octet_length(v1_id) = 32))
);

ALTER TABLE registry.v1_upload ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME registry.v1_upload_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW registry.v1_view AS
 SELECT v1_projection.manifest_id,
    v1_projection.projected_id AS shown_id,
    v1_projection.v1_id,
    v1_projection.reason
   FROM registry.v1_projection;

CREATE VIEW registry.v1_view_image AS
 SELECT v1_projection_image.manifest_id,
    v1_projection_image."position",
    v1_projection_image.v1_id,
    v1_projection_image.json,
    v1_projection_image.alg,
    v1_projection_image.digest,
    v1_projection_image.zstd
   FROM registry.v1_projection_image;

ALTER TABLE ONLY registry.audit ATTACH PARTITION registry.audit_rest DEFAULT;

ALTER TABLE ONLY registry.tag_event ATTACH PARTITION registry.tag_event_rest DEFAULT;

ALTER TABLE ONLY registry.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (id);

ALTER TABLE ONLY registry.acl
    ADD CONSTRAINT acl_pkey PRIMARY KEY (repository_id, principal_id, target_id);

ALTER TABLE ONLY registry.blob_fetch
    ADD CONSTRAINT blob_fetch_file_id_key UNIQUE (file_id);

ALTER TABLE ONLY registry.blob_fetch_name
    ADD CONSTRAINT blob_fetch_name_pkey PRIMARY KEY (digest, alg, repository_id, path);

ALTER TABLE ONLY registry.blob_fetch
    ADD CONSTRAINT blob_fetch_pkey PRIMARY KEY (digest, alg, repository_id);

ALTER TABLE ONLY registry.blob
    ADD CONSTRAINT blob_file_id_key UNIQUE (file_id);

ALTER TABLE ONLY registry.blob
    ADD CONSTRAINT blob_pkey PRIMARY KEY (id);

ALTER TABLE ONLY registry.gc_blob
    ADD CONSTRAINT gc_blob_pkey PRIMARY KEY (blob_id);

ALTER TABLE ONLY registry.gc_link
    ADD CONSTRAINT gc_link_pkey PRIMARY KEY (image_id, manifest_id);

ALTER TABLE ONLY registry.gc_manifest
    ADD CONSTRAINT gc_manifest_pkey PRIMARY KEY (manifest_id);

ALTER TABLE ONLY registry.gc_orphan
    ADD CONSTRAINT gc_orphan_pkey PRIMARY KEY (path);

ALTER TABLE ONLY registry.gc_repository
    ADD CONSTRAINT gc_repository_pkey PRIMARY KEY (repository_id);

ALTER TABLE ONLY registry.gc_sweep
    ADD CONSTRAINT gc_sweep_pkey PRIMARY KEY (directory);

ALTER TABLE ONLY registry.gc_unlink
    ADD CONSTRAINT gc_unlink_pkey PRIMARY KEY (file_id);

ALTER TABLE ONLY registry.image_blob
    ADD CONSTRAINT image_blob_pkey PRIMARY KEY (image_id, blob_id);

ALTER TABLE ONLY registry.image_manifest
    ADD CONSTRAINT image_manifest_pkey PRIMARY KEY (image_id, manifest_id);

ALTER TABLE ONLY registry.image
    ADD CONSTRAINT image_pkey PRIMARY KEY (id);

ALTER TABLE ONLY registry.image_referrer
    ADD CONSTRAINT image_referrer_pkey PRIMARY KEY (image_id, subject, subject_alg, manifest_id);

ALTER TABLE ONLY registry.installation
    ADD CONSTRAINT installation_pkey PRIMARY KEY (one);

ALTER TABLE ONLY registry.manifest_blob
    ADD CONSTRAINT manifest_blob_pkey PRIMARY KEY (blob_id, manifest_id);

ALTER TABLE ONLY registry.manifest_child
    ADD CONSTRAINT manifest_child_pkey PRIMARY KEY (parent_id, child_id);

ALTER TABLE ONLY registry.manifest
    ADD CONSTRAINT manifest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY registry.media_type
    ADD CONSTRAINT media_type_name_key UNIQUE (name);

ALTER TABLE ONLY registry.media_type
    ADD CONSTRAINT media_type_pkey PRIMARY KEY (id);

ALTER TABLE ONLY registry.membership
    ADD CONSTRAINT membership_pkey PRIMARY KEY (user_id, group_id);

ALTER TABLE ONLY registry.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (number);

ALTER TABLE ONLY registry.missing_reference
    ADD CONSTRAINT missing_reference_pkey PRIMARY KEY (manifest_id, digest, alg);

ALTER TABLE ONLY registry.negative_cache
    ADD CONSTRAINT negative_cache_pkey PRIMARY KEY (repository_id, path, reference);

ALTER TABLE ONLY registry.permission_target
    ADD CONSTRAINT permission_target_name_key UNIQUE (name);

ALTER TABLE ONLY registry.permission_target
    ADD CONSTRAINT permission_target_pkey PRIMARY KEY (id);

ALTER TABLE ONLY registry.permission_target_principal
    ADD CONSTRAINT permission_target_principal_pkey PRIMARY KEY (target_id, principal_id);

ALTER TABLE ONLY registry.principal
    ADD CONSTRAINT principal_id_kind_key UNIQUE (id, kind);

ALTER TABLE ONLY registry.principal
    ADD CONSTRAINT principal_name_key UNIQUE (name);

ALTER TABLE ONLY registry.principal
    ADD CONSTRAINT principal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY registry.remote_reference
    ADD CONSTRAINT remote_reference_pkey PRIMARY KEY (image_id, tag);

ALTER TABLE ONLY registry.remote_state
    ADD CONSTRAINT remote_state_pkey PRIMARY KEY (repository_id);

ALTER TABLE ONLY registry.remote_tags
    ADD CONSTRAINT remote_tags_pkey PRIMARY KEY (repository_id, path);

ALTER TABLE ONLY registry.repository
    ADD CONSTRAINT repository_id_class_key UNIQUE (id, class);

ALTER TABLE ONLY registry.repository_member
    ADD CONSTRAINT repository_member_pkey PRIMARY KEY (virtual_id, "position") DEFERRABLE;

ALTER TABLE ONLY registry.repository_member
    ADD CONSTRAINT repository_member_virtual_id_member_id_key UNIQUE (virtual_id, member_id);

ALTER TABLE ONLY registry.repository
    ADD CONSTRAINT repository_pkey PRIMARY KEY (id);

ALTER TABLE ONLY registry.repository_remote
    ADD CONSTRAINT repository_remote_pkey PRIMARY KEY (repository_id);

ALTER TABLE ONLY registry.resolved_member
    ADD CONSTRAINT resolved_member_pkey PRIMARY KEY (root_id, ord);

ALTER TABLE ONLY registry.sign_in
    ADD CONSTRAINT sign_in_pkey PRIMARY KEY (account, network);

ALTER TABLE ONLY registry.signing_key
    ADD CONSTRAINT signing_key_pkey PRIMARY KEY (one);

ALTER TABLE ONLY registry.store_space
    ADD CONSTRAINT store_space_pkey PRIMARY KEY (single);

ALTER TABLE ONLY registry.store_state
    ADD CONSTRAINT store_state_pkey PRIMARY KEY (node, program);

ALTER TABLE ONLY registry.tag
    ADD CONSTRAINT tag_pkey PRIMARY KEY (image_id, name);

ALTER TABLE ONLY registry.token_key
    ADD CONSTRAINT token_key_pkey PRIMARY KEY (kid);

ALTER TABLE ONLY registry.upload_done
    ADD CONSTRAINT upload_done_pkey PRIMARY KEY (id);

ALTER TABLE ONLY registry.upload
    ADD CONSTRAINT upload_file_id_key UNIQUE (file_id);

ALTER TABLE ONLY registry.upload
    ADD CONSTRAINT upload_pkey PRIMARY KEY (id);

ALTER TABLE ONLY registry.v1_image
    ADD CONSTRAINT v1_image_pkey PRIMARY KEY (image_id, v1_id);

ALTER TABLE ONLY registry.v1_layer
    ADD CONSTRAINT v1_layer_pkey PRIMARY KEY (upload_id, payload);

ALTER TABLE ONLY registry.v1_projection_image
    ADD CONSTRAINT v1_projection_image_pkey PRIMARY KEY (manifest_id, "position");

ALTER TABLE ONLY registry.v1_projection
    ADD CONSTRAINT v1_projection_pkey PRIMARY KEY (manifest_id);

ALTER TABLE ONLY registry.v1_tag
    ADD CONSTRAINT v1_tag_pkey PRIMARY KEY (image_id, name);

ALTER TABLE ONLY registry.v1_upload
    ADD CONSTRAINT v1_upload_pkey PRIMARY KEY (id);

CREATE INDEX acl_principal_id_idx ON registry.acl USING btree (principal_id);

CREATE INDEX acl_target_id_idx ON registry.acl USING btree (target_id);

CREATE INDEX audit_actor_at_idx ON ONLY registry.audit USING btree (actor, at);

CREATE INDEX audit_at_idx ON ONLY registry.audit USING btree (at);

CREATE INDEX audit_repository_path_at_idx ON ONLY registry.audit USING btree (repository, path, at) WHERE (repository IS NOT NULL);

CREATE INDEX audit_rest_actor_at_idx ON registry.audit_rest USING btree (actor, at);

CREATE INDEX audit_sign_in_failed ON ONLY registry.audit USING btree (address, at) WHERE (action = 'sign_in_failed'::text);

CREATE INDEX audit_rest_address_at_idx ON registry.audit_rest USING btree (address, at) WHERE (action = 'sign_in_failed'::text);

CREATE INDEX audit_rest_at_idx ON registry.audit_rest USING btree (at);

CREATE INDEX audit_rest_repository_path_at_idx ON registry.audit_rest USING btree (repository, path, at) WHERE (repository IS NOT NULL);

CREATE UNIQUE INDEX blob_digest ON registry.blob USING btree (digest, alg);

CREATE INDEX blob_fetch_heartbeat_idx ON registry.blob_fetch USING btree (heartbeat);

CREATE INDEX blob_fetch_repository_id_idx ON registry.blob_fetch USING btree (repository_id);

CREATE INDEX gc_blob_due_idx ON registry.gc_blob USING btree (due);

CREATE INDEX gc_link_due_idx ON registry.gc_link USING btree (due);

CREATE INDEX gc_manifest_due_idx ON registry.gc_manifest USING btree (due);

CREATE INDEX gc_unlink_not_before_idx ON registry.gc_unlink USING btree (not_before);

CREATE INDEX image_manifest_manifest_id_idx ON registry.image_manifest USING btree (manifest_id);

CREATE UNIQUE INDEX image_path ON registry.image USING btree (path, repository_id);

CREATE INDEX image_referrer_image_id_manifest_id_idx ON registry.image_referrer USING btree (image_id, manifest_id);

CREATE INDEX image_repository ON registry.image USING btree (repository_id, path);

CREATE INDEX manifest_blob_manifest ON registry.manifest_blob USING btree (manifest_id);

CREATE INDEX manifest_child_child_id_idx ON registry.manifest_child USING btree (child_id);

CREATE UNIQUE INDEX manifest_digest ON registry.manifest USING btree (digest, alg);

CREATE INDEX membership_group_id_idx ON registry.membership USING btree (group_id);

CREATE INDEX missing_reference_digest_alg_idx ON registry.missing_reference USING btree (digest, alg);

CREATE INDEX negative_cache_until_idx ON registry.negative_cache USING btree (until);

CREATE INDEX permission_target_principal_principal_id_idx ON registry.permission_target_principal USING btree (principal_id);

CREATE INDEX permission_target_repository_repository_id_idx ON registry.permission_target_repository USING btree (repository_id) WHERE (repository_id IS NOT NULL);

CREATE UNIQUE INDEX permission_target_repository_target_id_any_of_idx ON registry.permission_target_repository USING btree (target_id, any_of) WHERE (any_of IS NOT NULL);

CREATE UNIQUE INDEX permission_target_repository_target_id_repository_id_idx ON registry.permission_target_repository USING btree (target_id, repository_id) WHERE (repository_id IS NOT NULL);

CREATE INDEX repository_deleted ON registry.repository USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);

CREATE UNIQUE INDEX repository_key ON registry.repository USING btree (key) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX repository_key_lower ON registry.repository USING btree (lower(key)) WHERE (deleted_at IS NULL);

CREATE INDEX repository_member_member_id_idx ON registry.repository_member USING btree (member_id);

CREATE INDEX resolved_member_member_id_idx ON registry.resolved_member USING btree (member_id);

CREATE INDEX resolved_member_priority_remote ON registry.resolved_member USING btree (root_id) WHERE ((rank = 0) AND (class = 2));

CREATE INDEX resolved_member_remote ON registry.resolved_member USING btree (root_id) WHERE (class = 2);

CREATE INDEX sign_in_expires_at_idx ON registry.sign_in USING btree (expires_at);

CREATE INDEX tag_event_repository_path_name_at_idx ON ONLY registry.tag_event USING btree (repository, path, name, at);

CREATE INDEX tag_event_rest_repository_path_name_at_idx ON registry.tag_event_rest USING btree (repository, path, name, at);

CREATE INDEX tag_image_id_manifest_id_idx ON registry.tag USING btree (image_id, manifest_id);

CREATE INDEX upload_account_idx ON registry.upload USING btree (account);

CREATE INDEX upload_done_expires_at_idx ON registry.upload_done USING btree (expires_at);

CREATE INDEX upload_image_id_idx ON registry.upload USING btree (image_id);

CREATE INDEX upload_touched_at_idx ON registry.upload USING btree (touched_at);

CREATE INDEX v1_image_blob_id_idx ON registry.v1_image USING btree (blob_id) WHERE (blob_id IS NOT NULL);

CREATE INDEX v1_image_v1_id_idx ON registry.v1_image USING btree (v1_id);

CREATE INDEX v1_layer_blob_id_idx ON registry.v1_layer USING btree (blob_id);

CREATE INDEX v1_projection_image_v1_id_manifest_id_idx ON registry.v1_projection_image USING btree (v1_id, manifest_id);

CREATE INDEX v1_projection_projected_id_idx ON registry.v1_projection USING btree (projected_id);

CREATE INDEX v1_tag_image_id_v1_id_idx ON registry.v1_tag USING btree (image_id, v1_id);

CREATE INDEX v1_upload_account_idx ON registry.v1_upload USING btree (account);

CREATE UNIQUE INDEX v1_upload_image_id_v1_id_sha256_idx ON registry.v1_upload USING btree (image_id, v1_id, sha256(json));

CREATE INDEX v1_upload_touched_at_idx ON registry.v1_upload USING btree (touched_at);

ALTER INDEX registry.audit_actor_at_idx ATTACH PARTITION registry.audit_rest_actor_at_idx;

ALTER INDEX registry.audit_sign_in_failed ATTACH PARTITION registry.audit_rest_address_at_idx;

ALTER INDEX registry.audit_at_idx ATTACH PARTITION registry.audit_rest_at_idx;

ALTER INDEX registry.audit_repository_path_at_idx ATTACH PARTITION registry.audit_rest_repository_path_at_idx;

ALTER INDEX registry.tag_event_repository_path_name_at_idx ATTACH PARTITION registry.tag_event_rest_repository_path_name_at_idx;

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON registry.audit FOR EACH ROW EXECUTE FUNCTION registry.append_only();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON registry.tag_event FOR EACH ROW EXECUTE FUNCTION registry.append_only();

CREATE TRIGGER history AFTER INSERT OR DELETE OR UPDATE OF manifest_id ON registry.tag FOR EACH ROW EXECUTE FUNCTION registry.tag_changed();

CREATE TRIGGER history AFTER INSERT OR DELETE OR UPDATE OF v1_id ON registry.v1_tag FOR EACH ROW EXECUTE FUNCTION registry.v1_tag_changed();

CREATE TRIGGER member_changed AFTER INSERT OR DELETE OR UPDATE ON registry.repository_member FOR EACH STATEMENT EXECUTE FUNCTION registry.repository_changed();

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON registry.audit FOR EACH STATEMENT EXECUTE FUNCTION registry.append_only();

CREATE TRIGGER no_truncate BEFORE TRUNCATE ON registry.tag_event FOR EACH STATEMENT EXECUTE FUNCTION registry.append_only();

CREATE TRIGGER principal_added AFTER INSERT ON registry.permission_target_principal REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION registry.permission_changed();

CREATE TRIGGER principal_removed AFTER DELETE ON registry.permission_target_principal REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION registry.permission_changed();

CREATE TRIGGER principal_updated AFTER UPDATE ON registry.permission_target_principal REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION registry.permission_changed();

CREATE TRIGGER queue AFTER INSERT ON registry.blob FOR EACH ROW EXECUTE FUNCTION registry.queue_new_blob();

CREATE TRIGGER queue AFTER DELETE ON registry.image_manifest REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION registry.queue_manifests();

CREATE TRIGGER queue AFTER DELETE ON registry.manifest_blob REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION registry.queue_blobs();

CREATE TRIGGER queue AFTER DELETE OR UPDATE OF manifest_id ON registry.tag FOR EACH ROW EXECUTE FUNCTION registry.queue_link();

CREATE TRIGGER queue AFTER DELETE ON registry.v1_image REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION registry.queue_blobs();

CREATE TRIGGER queue AFTER DELETE ON registry.v1_layer REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION registry.queue_blobs();

CREATE TRIGGER remote_changed AFTER INSERT OR DELETE OR UPDATE OF library_prefix ON registry.repository_remote FOR EACH STATEMENT EXECUTE FUNCTION registry.repository_changed();

CREATE TRIGGER repository_added AFTER INSERT ON registry.permission_target_repository REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION registry.permission_changed();

CREATE TRIGGER repository_changed AFTER INSERT OR DELETE OR UPDATE OF class, api_version, blacked_out, priority, includes, excludes, deleted_at ON registry.repository FOR EACH STATEMENT EXECUTE FUNCTION registry.repository_changed();

CREATE TRIGGER repository_removed AFTER DELETE ON registry.permission_target_repository REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION registry.permission_changed();

CREATE TRIGGER repository_updated AFTER UPDATE ON registry.permission_target_repository REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION registry.permission_changed();

CREATE TRIGGER target_changed AFTER UPDATE ON registry.permission_target REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION registry.permission_changed();

ALTER TABLE ONLY registry.account
    ADD CONSTRAINT account_id_kind_fkey FOREIGN KEY (id, kind) REFERENCES registry.principal(id, kind) ON DELETE CASCADE;

ALTER TABLE ONLY registry.acl
    ADD CONSTRAINT acl_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES registry.principal(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.acl
    ADD CONSTRAINT acl_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.acl
    ADD CONSTRAINT acl_target_id_fkey FOREIGN KEY (target_id) REFERENCES registry.permission_target(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.blob_fetch_name
    ADD CONSTRAINT blob_fetch_name_digest_alg_repository_id_fkey FOREIGN KEY (digest, alg, repository_id) REFERENCES registry.blob_fetch(digest, alg, repository_id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.blob_fetch
    ADD CONSTRAINT blob_fetch_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.gc_repository
    ADD CONSTRAINT gc_repository_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.image_manifest
    ADD CONSTRAINT image_manifest_image_id_fkey FOREIGN KEY (image_id) REFERENCES registry.image(id);

ALTER TABLE ONLY registry.image_manifest
    ADD CONSTRAINT image_manifest_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES registry.manifest(id);

ALTER TABLE ONLY registry.image_referrer
    ADD CONSTRAINT image_referrer_artifact_type_fkey FOREIGN KEY (artifact_type) REFERENCES registry.media_type(id);

ALTER TABLE ONLY registry.image_referrer
    ADD CONSTRAINT image_referrer_image_id_manifest_id_fkey FOREIGN KEY (image_id, manifest_id) REFERENCES registry.image_manifest(image_id, manifest_id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.image
    ADD CONSTRAINT image_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES registry.repository(id);

ALTER TABLE ONLY registry.manifest
    ADD CONSTRAINT manifest_artifact_type_fkey FOREIGN KEY (artifact_type) REFERENCES registry.media_type(id);

ALTER TABLE ONLY registry.manifest_blob
    ADD CONSTRAINT manifest_blob_blob_id_fkey FOREIGN KEY (blob_id) REFERENCES registry.blob(id);

ALTER TABLE ONLY registry.manifest_blob
    ADD CONSTRAINT manifest_blob_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES registry.manifest(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.manifest_child
    ADD CONSTRAINT manifest_child_child_id_fkey FOREIGN KEY (child_id) REFERENCES registry.manifest(id);

ALTER TABLE ONLY registry.manifest_child
    ADD CONSTRAINT manifest_child_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES registry.manifest(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.manifest
    ADD CONSTRAINT manifest_media_type_fkey FOREIGN KEY (media_type) REFERENCES registry.media_type(id);

ALTER TABLE ONLY registry.membership
    ADD CONSTRAINT membership_group_id_kind_fkey FOREIGN KEY (group_id, kind) REFERENCES registry.principal(id, kind) ON DELETE CASCADE;

ALTER TABLE ONLY registry.membership
    ADD CONSTRAINT membership_user_id_fkey FOREIGN KEY (user_id) REFERENCES registry.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.missing_reference
    ADD CONSTRAINT missing_reference_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES registry.manifest(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.negative_cache
    ADD CONSTRAINT negative_cache_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.permission_target_principal
    ADD CONSTRAINT permission_target_principal_principal_id_fkey FOREIGN KEY (principal_id) REFERENCES registry.principal(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.permission_target_principal
    ADD CONSTRAINT permission_target_principal_target_id_fkey FOREIGN KEY (target_id) REFERENCES registry.permission_target(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.permission_target_repository
    ADD CONSTRAINT permission_target_repository_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.permission_target_repository
    ADD CONSTRAINT permission_target_repository_target_id_fkey FOREIGN KEY (target_id) REFERENCES registry.permission_target(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.remote_reference
    ADD CONSTRAINT remote_reference_image_id_fkey FOREIGN KEY (image_id) REFERENCES registry.image(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.remote_state
    ADD CONSTRAINT remote_state_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.remote_tags
    ADD CONSTRAINT remote_tags_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.repository
    ADD CONSTRAINT repository_default_deployment_id_fkey FOREIGN KEY (default_deployment_id) REFERENCES registry.repository(id);

ALTER TABLE ONLY registry.repository_member
    ADD CONSTRAINT repository_member_member_id_fkey FOREIGN KEY (member_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.repository_member
    ADD CONSTRAINT repository_member_virtual_id_class_fkey FOREIGN KEY (virtual_id, class) REFERENCES registry.repository(id, class) ON DELETE CASCADE;

ALTER TABLE ONLY registry.repository_remote
    ADD CONSTRAINT repository_remote_repository_id_class_fkey FOREIGN KEY (repository_id, class) REFERENCES registry.repository(id, class) ON DELETE CASCADE;

ALTER TABLE ONLY registry.resolved_member
    ADD CONSTRAINT resolved_member_member_id_fkey FOREIGN KEY (member_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.resolved_member
    ADD CONSTRAINT resolved_member_root_id_fkey FOREIGN KEY (root_id) REFERENCES registry.repository(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.sign_in
    ADD CONSTRAINT sign_in_account_fkey FOREIGN KEY (account) REFERENCES registry.account(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.tag
    ADD CONSTRAINT tag_image_id_manifest_id_fkey FOREIGN KEY (image_id, manifest_id) REFERENCES registry.image_manifest(image_id, manifest_id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.upload
    ADD CONSTRAINT upload_image_id_fkey FOREIGN KEY (image_id) REFERENCES registry.image(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.v1_image
    ADD CONSTRAINT v1_image_blob_id_fkey FOREIGN KEY (blob_id) REFERENCES registry.blob(id);

ALTER TABLE ONLY registry.v1_image
    ADD CONSTRAINT v1_image_image_id_fkey FOREIGN KEY (image_id) REFERENCES registry.image(id);

ALTER TABLE ONLY registry.v1_layer
    ADD CONSTRAINT v1_layer_blob_id_fkey FOREIGN KEY (blob_id) REFERENCES registry.blob(id);

ALTER TABLE ONLY registry.v1_layer
    ADD CONSTRAINT v1_layer_upload_id_fkey FOREIGN KEY (upload_id) REFERENCES registry.v1_upload(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.v1_projection_image
    ADD CONSTRAINT v1_projection_image_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES registry.manifest(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.v1_projection
    ADD CONSTRAINT v1_projection_manifest_id_fkey FOREIGN KEY (manifest_id) REFERENCES registry.manifest(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.v1_projection
    ADD CONSTRAINT v1_projection_projected_id_fkey FOREIGN KEY (projected_id) REFERENCES registry.manifest(id) ON DELETE CASCADE;

ALTER TABLE ONLY registry.v1_tag
    ADD CONSTRAINT v1_tag_image_id_v1_id_fkey FOREIGN KEY (image_id, v1_id) REFERENCES registry.v1_image(image_id, v1_id);

ALTER TABLE ONLY registry.v1_upload
    ADD CONSTRAINT v1_upload_image_id_fkey FOREIGN KEY (image_id) REFERENCES registry.image(id);

