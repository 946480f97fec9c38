DROP TABLE commission_rules;
