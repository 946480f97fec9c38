-- Searches for a single word, the most frequent kind, read the first products off an index in the order in which they
-- are shown.

CREATE TABLE search_names (
    product_id uuid NOT NULL CONSTRAINT search_names_product_id_fkey REFERENCES product_search ON DELETE CASCADE,
    word       text NOT NULL,
    popularity int  NOT NULL,
    CONSTRAINT search_names_pkey PRIMARY KEY (product_id, word)
);
CREATE INDEX search_names_word_idx ON search_names (word, popularity DESC, product_id);
COMMENT ON TABLE search_names IS 'Every word in the name of a product that is searched first, kept by refresh_search_names()';
COMMENT ON COLUMN search_names.word IS 'Lexeme of the text search configuration "catalog"';
COMMENT ON COLUMN search_names.popularity IS 'As in product_search';

-- Brings the words of these products in line with their search rows.
CREATE FUNCTION refresh_search_names(ids uuid[]) RETURNS void LANGUAGE sql AS $$
    DELETE FROM search_names WHERE product_id = ANY (ids);
    INSERT INTO search_names (product_id, word, popularity)
    SELECT s.product_id, w.lexeme, s.popularity
    FROM product_search s, unnest(ts_filter(s.document, '{a}')) w
    WHERE s.product_id = ANY (ids) AND s.hot
    ORDER BY s.product_id, w.lexeme;
$$;

-- Brings the search rows of these products in line with the catalogue.
CREATE OR REPLACE FUNCTION refresh_product_search(ids uuid[], as_hot boolean) RETURNS void LANGUAGE sql AS $$
    DELETE FROM product_search s USING products p
        WHERE s.product_id = ANY (ids) AND p.id = s.product_id AND p.status <> 'active';
    INSERT INTO product_search (product_id, document, category_id, category_path, brand_id, dietary, price_from_minor,
                                attributes, popularity, hot)
    SELECT p.id,
           setweight(to_tsvector('catalog', p.name), 'A')
               || setweight(to_tsvector('catalog', concat_ws(' ', b.name, c.name)), 'B')
               || setweight(to_tsvector('catalog', concat_ws(' ', array_to_string(p.tags, ' '), v.words)), 'C'),
           p.category_id, c.path, p.brand_id, p.dietary, p.price_from_minor, coalesce(a.attributes, '{}'), p.popularity,
           as_hot
    FROM products p
    JOIN categories c ON c.id = p.category_id
    LEFT JOIN brands b ON b.id = p.brand_id
    LEFT JOIN LATERAL (
        SELECT string_agg(concat_ws(' ', v.name, v.sku, v.barcode), ' ') AS words
        FROM product_variants v WHERE v.product_id = p.id AND v.status = 'active'
    ) v ON true
    LEFT JOIN LATERAL (
        SELECT array_agg(DISTINCT t.code || '=' ||
                   coalesce(va.text_value, trim_scale(va.number_value)::text, va.boolean_value::text)) AS attributes
        FROM product_variants v
        JOIN variant_attributes va ON va.variant_id = v.id
        JOIN attributes t ON t.id = va.attribute_id AND t.filterable
        WHERE v.product_id = p.id AND v.status = 'active'
    ) a ON true
    WHERE p.id = ANY (ids) AND p.status = 'active'
    ON CONFLICT (product_id) DO UPDATE SET
        document = excluded.document, category_id = excluded.category_id, category_path = excluded.category_path,
        brand_id = excluded.brand_id, dietary = excluded.dietary, price_from_minor = excluded.price_from_minor,
        attributes = excluded.attributes, popularity = excluded.popularity;
    INSERT INTO search_words
    SELECT DISTINCT lower(unaccent(w))
    FROM products p LEFT JOIN brands b ON b.id = p.brand_id,
         regexp_split_to_table(concat_ws(' ', p.name, b.name, array_to_string(p.tags, ' ')), '[^[:alnum:]]+') w
    WHERE p.id = ANY (ids) AND p.status = 'active' AND length(w) BETWEEN 3 AND 40 AND w !~ '[0-9]'
    ON CONFLICT DO NOTHING;
    SELECT refresh_search_names(ids);
$$;

INSERT INTO search_names (product_id, word, popularity)
SELECT s.product_id, w.lexeme, s.popularity
FROM product_search s, unnest(ts_filter(s.document, '{a}')) w
WHERE s.hot;
