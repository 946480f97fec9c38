DROP TRIGGER warehouses_queue_shelves ON warehouses;
DROP TRIGGER stores_queue_shelves ON stores;
DROP TRIGGER stock_items_queue_changed ON stock_items;
DROP TRIGGER stock_items_queue_new ON stock_items;
DROP TRIGGER product_variants_queue_shelf ON product_variants;
DROP TRIGGER products_queue_shelf ON products;
DROP TRIGGER sellers_queue_shelves ON sellers;
DROP TRIGGER offers_queue_gone ON offers;
DROP TRIGGER offers_queue_changed ON offers;
DROP TRIGGER offers_queue_new ON offers;
DROP FUNCTION queue_shelves_of_location(), queue_shelf_of_stock(), queue_shelf_of_variant(), queue_shelf_of_product(),
    queue_shelves_of_seller(), queue_shelves_of_gone_offers(), queue_shelves_of_changed_offers(),
    queue_shelves_of_new_offers();
DROP TABLE product_shelf_queue;
DROP TABLE product_shelves;
DROP FUNCTION buyable_offers(timestamptz);
