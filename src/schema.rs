// Generated from the migrated database; run `scripts/update` after a migration.

diesel::table! {
    audit_log (id) {
        id -> Uuid,
        at -> Timestamptz,
        actor_kind -> Text,
        actor_id -> Nullable<Uuid>,
        action -> Text,
        subject_type -> Text,
        subject_id -> Uuid,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
        request_id -> Uuid,
    }
}

diesel::table! {
    event_feed (id) {
        id -> Int2,
        last_seq -> Int8,
    }
}

diesel::table! {
    files (id) {
        id -> Uuid,
        owner_id -> Nullable<Uuid>,
        purpose -> Text,
        name -> Text,
        content_type -> Text,
        size -> Nullable<Int8>,
        sha256 -> Nullable<Bytea>,
        status -> Text,
        created_at -> Timestamptz,
        stored_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    idempotency_keys (caller, key) {
        caller -> Text,
        key -> Text,
        operation -> Text,
        request_hash -> Bytea,
        result -> Jsonb,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    jobs (id) {
        id -> Uuid,
        kind -> Text,
        queue -> Text,
        payload -> Jsonb,
        status -> Text,
        priority -> Int4,
        run_at -> Timestamptz,
        attempts -> Int4,
        max_attempts -> Int4,
        lease_until -> Nullable<Timestamptz>,
        lease_token -> Nullable<Uuid>,
        dedupe_key -> Nullable<Text>,
        progress -> Jsonb,
        last_error -> Nullable<Text>,
        event_seq -> Int8,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    outbox (id) {
        id -> Uuid,
        topic -> Text,
        sequence -> Int8,
        kind -> Text,
        payload -> Jsonb,
        feed_seq -> Nullable<Int8>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    seed_steps (name) {
        name -> Text,
        started_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}
