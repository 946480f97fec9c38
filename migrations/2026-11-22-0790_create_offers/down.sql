DELETE FROM role_permissions WHERE permission IN ('offers.read', 'offers.write', 'offers.review');
DROP TABLE offer_price_breaks, offers;
