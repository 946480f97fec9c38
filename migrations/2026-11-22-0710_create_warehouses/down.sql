DELETE FROM role_permissions WHERE permission = 'locations.write';
DROP TABLE warehouses;
ALTER TABLE gst_registrations DROP CONSTRAINT gst_registrations_id_seller_state_key;
DROP TABLE locations;
