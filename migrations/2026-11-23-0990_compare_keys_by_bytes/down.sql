ALTER TABLE product_variants
    ALTER COLUMN sku TYPE text COLLATE "default",
    ALTER COLUMN barcode TYPE text COLLATE "default";
ALTER TABLE products
    ALTER COLUMN slug TYPE text COLLATE "default",
    ALTER COLUMN import_key TYPE text COLLATE "default";
