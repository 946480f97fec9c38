-- The former index allows one unfinished application only: of several the eldest stays, the others end.
UPDATE distributors SET status = 'closed', reason = 'another application is not finished', version = version + 1
WHERE status IN ('pending', 'in_review') AND EXISTS (
    SELECT FROM distributors elder WHERE elder.owner_id = distributors.owner_id
    AND elder.status IN ('pending', 'in_review') AND elder.id < distributors.id);
UPDATE sellers SET status = 'closed' FROM distributors
WHERE distributors.id = sellers.id AND distributors.status = 'closed' AND sellers.status <> 'closed';
DROP INDEX distributors_unfinished_key;
CREATE UNIQUE INDEX distributors_unfinished_key ON distributors (owner_id) WHERE status IN ('pending', 'in_review');
ALTER TABLE distributors DROP COLUMN first_decided_at;
