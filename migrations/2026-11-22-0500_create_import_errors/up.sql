-- What imports found wrong with rows, for the person who made the file.

CREATE TABLE import_errors (
    id          uuid   NOT NULL CONSTRAINT import_errors_pkey PRIMARY KEY,
    job_id      uuid   NOT NULL CONSTRAINT import_errors_job_id_fkey REFERENCES jobs ON DELETE CASCADE,
    row_number  bigint NOT NULL CONSTRAINT import_errors_row_number_check CHECK (row_number >= 0),
    column_name text   NOT NULL,
    severity    text   NOT NULL CONSTRAINT import_errors_severity_check CHECK (severity IN ('error', 'warning')),
    code        text   NOT NULL,
    message     text   NOT NULL,
    value       text   NOT NULL
);
CREATE INDEX import_errors_job_id_idx ON import_errors (job_id, row_number, id);
COMMENT ON TABLE import_errors IS 'Rows that an import refused or took with a reservation; at most 100,000 of each per import';
COMMENT ON COLUMN import_errors.row_number IS 'Line of the file on which the row begins, from 1; 0 for the file as a whole';
COMMENT ON COLUMN import_errors.column_name IS 'Header of the column, or name of the field; empty when it concerns the row';
COMMENT ON COLUMN import_errors.severity IS 'error: the row was not imported; warning: it was, but not quite as the file asked';
COMMENT ON COLUMN import_errors.code IS 'What is wrong, for programs: REQUIRED, INVALID, UNKNOWN, CONFLICT, TOO_LONG, BAD_ROW, INCOMPLETE';
COMMENT ON COLUMN import_errors.value IS 'Beginning of the value in question';
