-- Wrong passwords reach the audit log from here, out of the way of the answer.
ALTER TABLE login_throttles
    ADD COLUMN account_id        uuid,
    ADD COLUMN failed_request_id uuid,
    ADD COLUMN recorded_failures int NOT NULL DEFAULT 0,
    ADD COLUMN recorded_at       timestamptz,
    ADD CONSTRAINT login_throttles_recorded_check CHECK (recorded_failures BETWEEN 0 AND failures);
CREATE INDEX login_throttles_unrecorded_idx ON login_throttles (updated_at) WHERE failures > recorded_failures;
COMMENT ON COLUMN login_throttles.account_id IS
    'Account that had the address at the last wrong password. No foreign key: checking one would take longer, and wait for the account''s row, where there is an account';
COMMENT ON COLUMN login_throttles.failed_request_id IS 'Request of the last wrong password';
COMMENT ON COLUMN login_throttles.recorded_failures IS 'Of the failures, those that the audit log tells of';
COMMENT ON COLUMN login_throttles.recorded_at IS 'When the audit log was told of the account last; again after the time of a lock-out at the earliest';
