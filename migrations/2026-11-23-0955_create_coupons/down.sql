DELETE FROM role_permissions USING roles
WHERE roles.id = role_permissions.role_id AND roles.built_in AND starts_with(roles.name, 'distributor_')
    AND role_permissions.permission IN ('coupons.read', 'coupons.write');
DROP TABLE cart_coupons;
DROP TABLE coupon_redemptions;
DROP TABLE coupon_customers;
DROP TABLE coupon_targets;
DROP TABLE coupons;
