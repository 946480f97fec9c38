-- One application at a time is a rule for whoever applies, never for the reviewer who sends a decided one back.
ALTER TABLE distributors ADD COLUMN first_decided_at timestamptz;
UPDATE distributors SET first_decided_at = decided.at
FROM (SELECT distributor_id, min(decided_at) AS at FROM distributor_decisions WHERE step IN ('approve', 'reject')
      GROUP BY distributor_id) decided
WHERE decided.distributor_id = distributors.id;
COMMENT ON COLUMN distributors.first_decided_at IS 'When it was accepted or refused for the first time; NULL until then';

DROP INDEX distributors_unfinished_key;
CREATE UNIQUE INDEX distributors_unfinished_key ON distributors (owner_id)
    WHERE status IN ('pending', 'in_review') AND first_decided_at IS NULL;
