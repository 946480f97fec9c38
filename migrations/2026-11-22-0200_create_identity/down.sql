ALTER TABLE audit_log DROP COLUMN subject_prefix;
DROP TABLE api_keys, password_tokens, challenges, login_throttles, refresh_tokens, sessions, role_grants,
    role_permissions, roles, customer_profiles, employees, accounts;
