-- Files of offers, which sellers' people upload.
ALTER TABLE files DROP CONSTRAINT files_purpose_check;
ALTER TABLE files ADD CONSTRAINT files_purpose_check
    CHECK (purpose IN ('import', 'offer_import', 'report', 'product_media', 'brand_media', 'storefront_media'));
