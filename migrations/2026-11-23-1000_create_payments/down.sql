DELETE FROM role_permissions WHERE permission IN ('payments.read', 'payments.write', 'payments.refund');
DROP TABLE payment_events;
DROP TABLE payment_refunds;
DROP TABLE payment_attempts;
DROP TABLE payment_intents;
