-- Branches of Indian banks, by which the account numbers that people give are checked.

CREATE TABLE bank_branches (
    ifsc   text    NOT NULL CONSTRAINT bank_branches_pkey PRIMARY KEY
        CONSTRAINT bank_branches_ifsc_check CHECK (ifsc ~ '^[A-Z]{4}0[A-Z0-9]{6}$'),
    bank   text    NOT NULL,
    branch text    NOT NULL,
    city   text    NOT NULL,
    state  text    NOT NULL,
    upi    boolean NOT NULL
);
COMMENT ON TABLE bank_branches IS 'Branches of banks with their IFSC (Reserve Bank of India)';
COMMENT ON COLUMN bank_branches.ifsc IS 'Indian Financial System Code: bank (4 letters), 0, branch (6 characters)';
COMMENT ON COLUMN bank_branches.state IS 'As the source spells it';
COMMENT ON COLUMN bank_branches.upi IS 'Whether accounts there can be paid over UPI';
