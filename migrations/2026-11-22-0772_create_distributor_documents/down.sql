DROP TABLE distributor_documents;
DELETE FROM files WHERE purpose = 'distributor_document';
ALTER TABLE files DROP CONSTRAINT files_purpose_check;
ALTER TABLE files ADD CONSTRAINT files_purpose_check
    CHECK (purpose IN ('import', 'report', 'product_media', 'brand_media', 'storefront_media'));
