DROP TABLE projections;
DROP TABLE offer_performance_days;
