DELETE FROM role_permissions WHERE permission = 'distributors.write';
DROP INDEX role_grants_distributor_owner_key;
DROP TABLE distributor_notes;
DROP TABLE distributor_remarks;
DROP TABLE distributor_decisions;
DROP TABLE storefronts;
DROP TABLE distributors;
DELETE FROM files WHERE purpose = 'storefront_media';
ALTER TABLE files DROP CONSTRAINT files_purpose_check;
ALTER TABLE files ADD CONSTRAINT files_purpose_check
    CHECK (purpose IN ('import', 'report', 'product_media', 'brand_media'));
UPDATE sellers SET status = 'suspended' WHERE status = 'pending';
ALTER TABLE sellers DROP CONSTRAINT sellers_status_check;
ALTER TABLE sellers ADD CONSTRAINT sellers_status_check CHECK (status IN ('active', 'suspended', 'closed'));
