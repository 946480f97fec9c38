-- What every domain stands on: events, jobs, idempotency, files, audit.

CREATE TABLE outbox (
    id         uuid        NOT NULL CONSTRAINT outbox_pkey PRIMARY KEY,
    topic      text        NOT NULL,
    sequence   bigint      NOT NULL CONSTRAINT outbox_sequence_check CHECK (sequence > 0),
    kind       text        NOT NULL,
    payload    jsonb       NOT NULL,
    feed_seq   bigint,
    created_at timestamptz NOT NULL,
    CONSTRAINT outbox_topic_sequence_key UNIQUE (topic, sequence),
    CONSTRAINT outbox_feed_seq_key UNIQUE (feed_seq)
);
CREATE INDEX outbox_undispatched_idx ON outbox (created_at, sequence) WHERE feed_seq IS NULL;
COMMENT ON TABLE outbox IS 'Events, written in the transaction that makes the change and published afterwards';
COMMENT ON COLUMN outbox.topic IS 'Feed that subscribers listen to, for example job:<uuid>';
COMMENT ON COLUMN outbox.sequence IS 'Number within the topic, taken under the aggregate''s row lock';
COMMENT ON COLUMN outbox.kind IS 'What happened, in the past tense';
COMMENT ON COLUMN outbox.payload IS 'The event''s data';
COMMENT ON COLUMN outbox.feed_seq IS 'Number over all topics, given by the relay at dispatch; NULL until then';

CREATE TABLE event_feed (
    id       smallint NOT NULL CONSTRAINT event_feed_pkey PRIMARY KEY CONSTRAINT event_feed_one_row CHECK (id = 1),
    last_seq bigint   NOT NULL
);
INSERT INTO event_feed VALUES (1, 0);
COMMENT ON TABLE event_feed IS 'The relay''s counter; its row lock makes one relay work at a time';
COMMENT ON COLUMN event_feed.last_seq IS 'Last feed_seq given';

CREATE TABLE jobs (
    id           uuid        NOT NULL CONSTRAINT jobs_pkey PRIMARY KEY,
    kind         text        NOT NULL,
    queue        text        NOT NULL,
    payload      jsonb       NOT NULL,
    status       text        NOT NULL
        CONSTRAINT jobs_status_check CHECK (status IN ('queued', 'running', 'succeeded', 'dead', 'cancelled')),
    priority     int         NOT NULL DEFAULT 0,
    run_at       timestamptz NOT NULL,
    attempts     int         NOT NULL DEFAULT 0,
    max_attempts int         NOT NULL CONSTRAINT jobs_max_attempts_check CHECK (max_attempts > 0),
    lease_until  timestamptz,
    lease_token  uuid,
    dedupe_key   text,
    progress     jsonb       NOT NULL DEFAULT '{}',
    last_error   text,
    event_seq    bigint      NOT NULL DEFAULT 0,
    created_by   uuid,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    finished_at  timestamptz
);
CREATE INDEX jobs_due_idx ON jobs (queue, priority DESC, run_at, id) WHERE status = 'queued';
CREATE INDEX jobs_leased_idx ON jobs (lease_until) WHERE status = 'running';
CREATE UNIQUE INDEX jobs_dedupe_key ON jobs (dedupe_key) WHERE status IN ('queued', 'running');
CREATE INDEX jobs_created_idx ON jobs (created_at, id);
CREATE INDEX jobs_finished_idx ON jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_created_by_idx ON jobs (created_by, created_at);
COMMENT ON TABLE jobs IS 'Background work, enqueued in the transaction that needs it';
COMMENT ON COLUMN jobs.kind IS 'Name of the job type';
COMMENT ON COLUMN jobs.queue IS 'Queue; each has its own concurrency limit';
COMMENT ON COLUMN jobs.payload IS 'The job, serialized';
COMMENT ON COLUMN jobs.priority IS 'Higher runs first';
COMMENT ON COLUMN jobs.run_at IS 'Not before this instant';
COMMENT ON COLUMN jobs.lease_until IS 'A running job whose worker died is taken over after this instant';
COMMENT ON COLUMN jobs.lease_token IS 'Names the run that holds the lease; a run that lost it may not write any more';
COMMENT ON COLUMN jobs.dedupe_key IS 'At most one unfinished job with this key';
COMMENT ON COLUMN jobs.progress IS 'What the job reports about itself';
COMMENT ON COLUMN jobs.last_error IS 'Why the last attempt failed';
COMMENT ON COLUMN jobs.event_seq IS 'Last sequence number of the topic job:<id>';
COMMENT ON COLUMN jobs.created_by IS 'Account that asked for it; NULL for the system';

CREATE TABLE idempotency_keys (
    caller       text        NOT NULL,
    key          text        NOT NULL CONSTRAINT idempotency_keys_key_check CHECK (length(key) BETWEEN 1 AND 128),
    operation    text        NOT NULL,
    request_hash bytea       NOT NULL,
    result       jsonb       NOT NULL,
    created_at   timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_created_idx ON idempotency_keys (created_at);
COMMENT ON TABLE idempotency_keys IS 'Results of mutations that must not happen twice';
COMMENT ON COLUMN idempotency_keys.caller IS 'Principal that used the key';
COMMENT ON COLUMN idempotency_keys.operation IS 'Mutation';
COMMENT ON COLUMN idempotency_keys.request_hash IS 'SHA-256 of the input: the same key with another body is an error';
COMMENT ON COLUMN idempotency_keys.result IS 'What the first call answered';

CREATE TABLE files (
    id           uuid        NOT NULL CONSTRAINT files_pkey PRIMARY KEY,
    owner_id     uuid,
    purpose      text        NOT NULL
        CONSTRAINT files_purpose_check CHECK (purpose IN ('import', 'report', 'product_media', 'brand_media')),
    name         text        NOT NULL CONSTRAINT files_name_check CHECK (length(name) BETWEEN 1 AND 255),
    content_type text        NOT NULL,
    size         bigint      CONSTRAINT files_size_check CHECK (size >= 0),
    sha256       bytea,
    status       text        NOT NULL CONSTRAINT files_status_check CHECK (status IN ('pending', 'stored')),
    created_at   timestamptz NOT NULL,
    stored_at    timestamptz
);
CREATE INDEX files_owner_idx ON files (owner_id, created_at);
CREATE INDEX files_pending_idx ON files (created_at) WHERE status = 'pending';
COMMENT ON TABLE files IS 'Uploaded and generated files; bytes live in the object store under files/<id>';
COMMENT ON COLUMN files.owner_id IS 'Account that may use it; NULL for the system';
COMMENT ON COLUMN files.purpose IS 'What it may be used for; decides size and types';
COMMENT ON COLUMN files.content_type IS 'Media type found in the content';
COMMENT ON COLUMN files.size IS 'Bytes';
COMMENT ON COLUMN files.status IS 'pending until the bytes arrived';

CREATE TABLE audit_log (
    id           uuid        NOT NULL CONSTRAINT audit_log_pkey PRIMARY KEY,
    at           timestamptz NOT NULL,
    actor_kind   text        NOT NULL
        CONSTRAINT audit_log_actor_kind_check CHECK (actor_kind IN ('anonymous', 'account', 'api_key', 'system')),
    actor_id     uuid,
    action       text        NOT NULL,
    subject_type text        NOT NULL,
    subject_id   uuid        NOT NULL,
    before       jsonb,
    after        jsonb,
    request_id   uuid        NOT NULL
);
CREATE INDEX audit_log_at_idx ON audit_log (at, id);
CREATE INDEX audit_log_subject_idx ON audit_log (subject_id, at, id);
CREATE INDEX audit_log_actor_idx ON audit_log (actor_id, at, id);
COMMENT ON TABLE audit_log IS 'Every write: who, what, before, after; append-only';
COMMENT ON COLUMN audit_log.action IS 'Mutation or job, for example productUpdate';
COMMENT ON COLUMN audit_log.subject_type IS 'GraphQL type of the row that changed';
COMMENT ON COLUMN audit_log.before IS 'Changed columns before; NULL for a creation';
COMMENT ON COLUMN audit_log.after IS 'Changed columns after; NULL for a deletion';
COMMENT ON COLUMN audit_log.request_id IS 'Ties the row to the request''s log lines';

-- One function for every append-only table.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
