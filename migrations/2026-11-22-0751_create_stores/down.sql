DELETE FROM slug_redirects WHERE kind = 'store';
ALTER TABLE slug_redirects DROP CONSTRAINT slug_redirects_kind_check;
ALTER TABLE slug_redirects ADD CONSTRAINT slug_redirects_kind_check
    CHECK (kind IN ('product', 'category', 'brand', 'seller'));
DROP TABLE stores;
DROP TABLE store_cities;
DELETE FROM locations WHERE kind = 'store';
