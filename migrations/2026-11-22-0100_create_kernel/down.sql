DROP TABLE audit_log, files, idempotency_keys, jobs, event_feed, outbox;
DROP FUNCTION refuse_change();
