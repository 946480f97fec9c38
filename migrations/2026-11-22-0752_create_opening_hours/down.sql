DROP TABLE opening_holidays;
DROP TABLE opening_hours;
