DELETE FROM role_permissions WHERE permission IN ('sellers.read', 'sellers.write');
DELETE FROM slug_redirects WHERE kind = 'seller';
ALTER TABLE slug_redirects DROP CONSTRAINT slug_redirects_kind_check;
ALTER TABLE slug_redirects ADD CONSTRAINT slug_redirects_kind_check CHECK (kind IN ('product', 'category', 'brand'));
DROP TABLE gst_registrations;
DROP TABLE sellers;
