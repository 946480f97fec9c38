DROP FUNCTION refresh_product_search(uuid[], boolean);
DROP TEXT SEARCH CONFIGURATION catalog;
DROP TABLE search_words, product_search, slug_redirects, gst_rates, product_media, variant_attributes, attributes,
    product_variants, product_texts, products, hsn_codes, brands, categories;
DROP EXTENSION unaccent;
DROP EXTENSION pg_trgm;
