DROP INDEX login_throttles_unrecorded_idx;
ALTER TABLE login_throttles
    DROP CONSTRAINT login_throttles_recorded_check,
    DROP COLUMN account_id,
    DROP COLUMN failed_request_id,
    DROP COLUMN recorded_failures,
    DROP COLUMN recorded_at;
