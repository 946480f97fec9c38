DELETE FROM files WHERE purpose = 'proposal_media';
DO $$
DECLARE
    known text;
BEGIN
    SELECT string_agg(quote_literal(purpose[1]), ', ') INTO known
    FROM pg_constraint, regexp_matches(pg_get_constraintdef(oid), '''([a-z_]+)''', 'g') AS purpose
    WHERE conname = 'files_purpose_check' AND purpose[1] <> 'proposal_media';
    ALTER TABLE files DROP CONSTRAINT files_purpose_check;
    EXECUTE 'ALTER TABLE files ADD CONSTRAINT files_purpose_check CHECK (purpose IN (' || known || '))';
END
$$;
DROP TABLE product_proposals;
