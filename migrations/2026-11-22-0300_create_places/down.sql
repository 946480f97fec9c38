DROP TABLE addresses, pincodes, states;
