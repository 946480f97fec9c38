DROP TABLE service_areas;
