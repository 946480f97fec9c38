-- Money from shoppers: what is to be paid, each try to pay it, what the gateways told, what was given back.
CREATE TABLE payment_intents (
    id                   uuid        NOT NULL CONSTRAINT payment_intents_pkey PRIMARY KEY,
    payable_id           uuid        NOT NULL,
    reference            text        NOT NULL
        CONSTRAINT payment_intents_reference_check CHECK (reference ~ '^[A-Za-z0-9-]{1,30}$'),
    account_id           uuid        NOT NULL
        CONSTRAINT payment_intents_account_id_fkey REFERENCES accounts ON DELETE RESTRICT,
    method               text        NOT NULL CONSTRAINT payment_intents_method_check
        CHECK (method IN ('card', 'upi', 'netbanking', 'wallet', 'cod', 'credit')),
    status               text        NOT NULL CONSTRAINT payment_intents_status_check
        CHECK (status IN ('open', 'promised', 'authorised', 'paid', 'cancelled')),
    amount_minor         bigint      NOT NULL CONSTRAINT payment_intents_amount_check CHECK (amount_minor >= 0),
    waived_minor         bigint      NOT NULL DEFAULT 0,
    authorised_minor     bigint      NOT NULL DEFAULT 0,
    captured_minor       bigint      NOT NULL DEFAULT 0,
    refunded_minor       bigint      NOT NULL DEFAULT 0,
    pending_refund_minor bigint      NOT NULL DEFAULT 0,
    overpaid             boolean     NOT NULL DEFAULT false,
    expires_at           timestamptz,
    due_on               date,
    event_seq            bigint      NOT NULL DEFAULT 0,
    created_at           timestamptz NOT NULL,
    updated_at           timestamptz NOT NULL,
    CONSTRAINT payment_intents_waived_check CHECK (waived_minor BETWEEN 0 AND amount_minor),
    CONSTRAINT payment_intents_captured_check CHECK (captured_minor BETWEEN 0 AND authorised_minor),
    CONSTRAINT payment_intents_overpaid_check CHECK (overpaid = (authorised_minor > amount_minor - waived_minor)),
    CONSTRAINT payment_intents_refunds_check CHECK (refunded_minor >= 0 AND pending_refund_minor >= 0
        AND refunded_minor + pending_refund_minor <= captured_minor),
    CONSTRAINT payment_intents_promise_check CHECK (
        (status <> 'promised' OR method IN ('cod', 'credit')) AND (due_on IS NULL OR method = 'credit')),
    CONSTRAINT payment_intents_waived_promise_check CHECK (waived_minor = 0 OR method IN ('cod', 'credit'))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX payment_intents_payable_key ON payment_intents (payable_id) WHERE status <> 'cancelled';
CREATE INDEX payment_intents_account_id_idx ON payment_intents (account_id, created_at, id);
CREATE INDEX payment_intents_created_idx ON payment_intents (created_at, id);
CREATE INDEX payment_intents_reference_idx ON payment_intents (reference);
COMMENT ON TABLE payment_intents IS
    'What is to be paid for one payable (an order), and how far it is: amounts folded from payment_events under the row''s lock';
COMMENT ON COLUMN payment_intents.payable_id IS 'What is paid for: the order''s UUID; one intent of it that is not cancelled';
COMMENT ON COLUMN payment_intents.reference IS 'What people know the payable by: the order number, shown at gateways';
COMMENT ON COLUMN payment_intents.amount_minor IS 'What is to be paid, in paise';
COMMENT ON COLUMN payment_intents.waived_minor IS
    'Part of a promise (cash on delivery, credit) that is no longer asked for, in paise';
COMMENT ON COLUMN payment_intents.authorised_minor IS 'What payers'' banks have set aside or paid, captured money included, in paise';
COMMENT ON COLUMN payment_intents.captured_minor IS 'What was paid, before refunds, in paise';
COMMENT ON COLUMN payment_intents.refunded_minor IS 'What was given back, in paise';
COMMENT ON COLUMN payment_intents.pending_refund_minor IS 'What is being given back, in paise';
COMMENT ON COLUMN payment_intents.overpaid IS 'Whether more was authorised than was asked for; what is too much is given back';
COMMENT ON COLUMN payment_intents.expires_at IS 'No new try to pay is begun from then on; NULL for promises';
COMMENT ON COLUMN payment_intents.due_on IS 'Last day to pay what was bought on credit (India''s date)';
COMMENT ON COLUMN payment_intents.event_seq IS 'Last sequence number of the topic payment:<id>';

CREATE TABLE payment_attempts (
    id                 uuid        NOT NULL CONSTRAINT payment_attempts_pkey PRIMARY KEY,
    intent_id          uuid        NOT NULL
        CONSTRAINT payment_attempts_intent_id_fkey REFERENCES payment_intents ON DELETE RESTRICT,
    number             int         NOT NULL CONSTRAINT payment_attempts_number_check CHECK (number >= 1),
    gateway            text        NOT NULL CONSTRAINT payment_attempts_gateway_check
        CHECK (gateway IN ('razorpay', 'stripe', 'upi', 'cash', 'credit')),
    status             text        NOT NULL CONSTRAINT payment_attempts_status_check CHECK (status IN
        ('started', 'unknown', 'pending', 'refused', 'failed', 'authorised', 'captured')),
    amount_minor       bigint      NOT NULL CONSTRAINT payment_attempts_amount_check CHECK (amount_minor > 0),
    authorised_minor   bigint      NOT NULL DEFAULT 0,
    captured_minor     bigint      NOT NULL DEFAULT 0,
    gateway_order      text        CONSTRAINT payment_attempts_gateway_order_check
        CHECK (length(gateway_order) BETWEEN 1 AND 100),
    fee_minor          bigint      CONSTRAINT payment_attempts_fee_check CHECK (fee_minor >= 0),
    fee_tax_minor      bigint      CONSTRAINT payment_attempts_fee_tax_check CHECK (fee_tax_minor BETWEEN 0 AND fee_minor),
    settlement         text        CONSTRAINT payment_attempts_settlement_check CHECK (length(settlement) <= 100),
    bank_reference     text        CONSTRAINT payment_attempts_bank_reference_check
        CHECK (length(bank_reference) BETWEEN 1 AND 100),
    problem_code       text        CONSTRAINT payment_attempts_problem_code_check CHECK (length(problem_code) <= 100),
    problem            text        CONSTRAINT payment_attempts_problem_check CHECK (length(problem) <= 500),
    link               text        CONSTRAINT payment_attempts_link_check CHECK (length(link) BETWEEN 1 AND 2000),
    polls              int         NOT NULL DEFAULT 0,
    started_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    CONSTRAINT payment_attempts_number_key UNIQUE (intent_id, number),
    CONSTRAINT payment_attempts_gateway_order_key UNIQUE (gateway, gateway_order),
    CONSTRAINT payment_attempts_captured_check CHECK (captured_minor BETWEEN 0 AND authorised_minor),
    CONSTRAINT payment_attempts_reached_check CHECK (
        gateway_order IS NOT NULL OR status IN ('started', 'unknown', 'refused'))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX payment_attempts_undecided_key ON payment_attempts (intent_id)
    WHERE status IN ('started', 'unknown');
CREATE UNIQUE INDEX payment_attempts_bank_reference_key ON payment_attempts (bank_reference)
    WHERE gateway IN ('upi', 'cash');
COMMENT ON TABLE payment_attempts IS
    'Tries to pay an intent, one after the other: none is begun while the outcome of another is unknown';
COMMENT ON COLUMN payment_attempts.amount_minor IS 'What was to be paid by it, in paise';
COMMENT ON COLUMN payment_attempts.gateway_order IS
    'What the gateway calls it: Razorpay''s order, Stripe''s payment intent, the reference in a UPI link, the collection';
COMMENT ON COLUMN payment_attempts.fee_minor IS 'What the gateway keeps, tax included, in paise; NULL while it has not told';
COMMENT ON COLUMN payment_attempts.fee_tax_minor IS 'GST in the fee, in paise';
COMMENT ON COLUMN payment_attempts.settlement IS 'The gateway''s payout that the money came with';
COMMENT ON COLUMN payment_attempts.bank_reference IS
    'What the payer''s bank calls it: the RRN of a UPI payment; entered by staff it names one payment alone';
COMMENT ON COLUMN payment_attempts.problem_code IS 'Why it failed last, the gateway''s code';
COMMENT ON COLUMN payment_attempts.link IS 'UPI link that a gateway made for it';
COMMENT ON COLUMN payment_attempts.polls IS 'How often the gateway was asked how it stands';

CREATE TABLE payment_refunds (
    id              uuid        NOT NULL CONSTRAINT payment_refunds_pkey PRIMARY KEY,
    intent_id       uuid        NOT NULL
        CONSTRAINT payment_refunds_intent_id_fkey REFERENCES payment_intents ON DELETE RESTRICT,
    attempt_id      uuid        CONSTRAINT payment_refunds_attempt_id_fkey REFERENCES payment_attempts ON DELETE RESTRICT,
    gateway_payment text        CONSTRAINT payment_refunds_gateway_payment_check
        CHECK (length(gateway_payment) BETWEEN 1 AND 100),
    request_key     text        NOT NULL
        CONSTRAINT payment_refunds_request_key_check CHECK (length(request_key) BETWEEN 1 AND 140),
    channel         text        NOT NULL
        CONSTRAINT payment_refunds_channel_check CHECK (channel IN ('gateway', 'manual', 'waiver')),
    status          text        NOT NULL
        CONSTRAINT payment_refunds_status_check CHECK (status IN ('pending', 'refunded', 'failed')),
    amount_minor    bigint      NOT NULL CONSTRAINT payment_refunds_amount_check CHECK (amount_minor > 0),
    reason          text        NOT NULL CONSTRAINT payment_refunds_reason_check CHECK (length(reason) BETWEEN 1 AND 200),
    gateway_refund  text        CONSTRAINT payment_refunds_gateway_refund_check
        CHECK (length(gateway_refund) BETWEEN 1 AND 100),
    problem         text        CONSTRAINT payment_refunds_problem_check CHECK (length(problem) <= 500),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT payment_refunds_request_key_key UNIQUE (intent_id, request_key),
    CONSTRAINT payment_refunds_gateway_refund_key UNIQUE (attempt_id, gateway_refund),
    CONSTRAINT payment_refunds_waiver_check CHECK (
        (channel = 'waiver') = (attempt_id IS NULL) AND (channel <> 'waiver' OR status = 'refunded'))
) WITH (fillfactor = 80);
CREATE INDEX payment_refunds_created_idx ON payment_refunds (created_at, id);
COMMENT ON TABLE payment_refunds IS 'Money given back, or on its way back; written under the intent''s row lock';
COMMENT ON COLUMN payment_refunds.gateway_payment IS 'The payment from which it is taken, as the gateway calls it';
COMMENT ON COLUMN payment_refunds.request_key IS 'Names the refund for whoever asks for it: asked again, it is the same refund';
COMMENT ON COLUMN payment_refunds.channel IS
    'Through the gateway; by hand (bank transfer, cash), which staff record; or a waiver of what was only promised';
COMMENT ON COLUMN payment_refunds.gateway_refund IS 'What the gateway or the bank calls it';

CREATE TABLE payment_events (
    id              uuid        NOT NULL CONSTRAINT payment_events_pkey PRIMARY KEY,
    intent_id       uuid        NOT NULL
        CONSTRAINT payment_events_intent_id_fkey REFERENCES payment_intents ON DELETE RESTRICT,
    attempt_id      uuid        NOT NULL
        CONSTRAINT payment_events_attempt_id_fkey REFERENCES payment_attempts ON DELETE RESTRICT,
    kind            text        NOT NULL CONSTRAINT payment_events_kind_check CHECK (kind IN
        ('created', 'failed', 'authorised', 'captured', 'released', 'refund_pending', 'refunded', 'refund_failed')),
    source          text        NOT NULL CONSTRAINT payment_events_source_check
        CHECK (source IN ('call', 'browser', 'webhook', 'poll', 'staff')),
    gateway_payment text        CONSTRAINT payment_events_gateway_payment_check
        CHECK (length(gateway_payment) BETWEEN 1 AND 100),
    gateway_refund  text        CONSTRAINT payment_events_gateway_refund_check
        CHECK (length(gateway_refund) BETWEEN 1 AND 100),
    amount_minor    bigint      NOT NULL CONSTRAINT payment_events_amount_check CHECK (amount_minor >= 0),
    code            text        CONSTRAINT payment_events_code_check CHECK (length(code) <= 100),
    message         text        CONSTRAINT payment_events_message_check CHECK (length(message) <= 500),
    occurred_at     timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL,
    CONSTRAINT payment_events_key UNIQUE NULLS NOT DISTINCT (attempt_id, kind, gateway_payment, gateway_refund)
);
CREATE INDEX payment_events_intent_id_idx ON payment_events (intent_id, recorded_at, id);
CREATE TRIGGER payment_events_append_only BEFORE UPDATE OR DELETE ON payment_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE payment_events IS
    'What is known of a payment, each fact once whoever told it first; append-only. The amounts of attempts and intents are folded from it';
COMMENT ON COLUMN payment_events.source IS
    'Who told it first: the answer to our call, the shopper''s browser with a signature, a webhook, a poll, staff';
COMMENT ON COLUMN payment_events.occurred_at IS 'When it happened, as the gateway tells';

INSERT INTO role_permissions (role_id, permission)
SELECT roles.id, granted.permission
FROM roles JOIN (VALUES
    ('super_administrator', 'payments.read'), ('super_administrator', 'payments.write'),
    ('super_administrator', 'payments.refund'),
    ('administrator', 'payments.read'), ('administrator', 'payments.write'), ('administrator', 'payments.refund')
) AS granted (role, permission) ON granted.role = roles.name AND roles.built_in;
