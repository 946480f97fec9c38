DROP TABLE bank_branches;
