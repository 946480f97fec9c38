DROP TABLE seed_steps;
