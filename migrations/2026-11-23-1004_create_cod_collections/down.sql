DROP TABLE cod_collections;
