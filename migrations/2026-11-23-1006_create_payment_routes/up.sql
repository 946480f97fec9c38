-- Which gateways take a method, and in which order they are asked.
CREATE TABLE payment_routes (
    method   text    NOT NULL CONSTRAINT payment_routes_method_check
        CHECK (method IN ('card', 'upi', 'netbanking', 'wallet', 'cod', 'credit')),
    gateway  text    NOT NULL CONSTRAINT payment_routes_gateway_check
        CHECK (gateway IN ('razorpay', 'stripe', 'upi', 'cash', 'credit')),
    position int     NOT NULL CONSTRAINT payment_routes_position_check CHECK (position >= 1),
    enabled  boolean NOT NULL,
    CONSTRAINT payment_routes_pkey PRIMARY KEY (method, gateway),
    CONSTRAINT payment_routes_position_key UNIQUE (method, position),
    CONSTRAINT payment_routes_takes_check CHECK (
        CASE gateway WHEN 'razorpay' THEN method NOT IN ('cod', 'credit') WHEN 'stripe' THEN method = 'card'
        WHEN 'upi' THEN method = 'upi' ELSE false END)
);
COMMENT ON TABLE payment_routes IS 'Gateways that take a method, in the order in which they are asked';
INSERT INTO payment_routes (method, gateway, position, enabled) VALUES
    ('card', 'razorpay', 1, true), ('card', 'stripe', 2, true), ('upi', 'razorpay', 1, true), ('upi', 'upi', 2, true),
    ('netbanking', 'razorpay', 1, true), ('wallet', 'razorpay', 1, true);
