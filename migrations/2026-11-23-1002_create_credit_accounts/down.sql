DROP TABLE credit_accounts;
