-- Keys of the catalogue are for machines: compared byte by byte, four unique indexes cost less for each imported row,
-- the more so in a database with a language's rules of sorting.
ALTER TABLE products
    ALTER COLUMN slug TYPE text COLLATE "C",
    ALTER COLUMN import_key TYPE text COLLATE "C";
ALTER TABLE product_variants
    ALTER COLUMN sku TYPE text COLLATE "C",
    ALTER COLUMN barcode TYPE text COLLATE "C";
