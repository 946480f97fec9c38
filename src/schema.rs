// Generated from the migrated database; run `scripts/update` after a migration.

diesel::table! {
    accounts (id) {
        id -> Uuid,
        kind -> Text,
        email -> Text,
        email_verified_at -> Nullable<Timestamptz>,
        phone -> Nullable<Text>,
        name -> Text,
        status -> Text,
        password_hash -> Nullable<Text>,
        password_changed_at -> Nullable<Timestamptz>,
        last_login_at -> Nullable<Timestamptz>,
        event_seq -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    addresses (id) {
        id -> Uuid,
        account_id -> Uuid,
        kind -> Text,
        label -> Text,
        contact_name -> Text,
        phone -> Text,
        alternate_phone -> Nullable<Text>,
        line1 -> Text,
        line2 -> Text,
        landmark -> Text,
        city -> Text,
        state_code -> Text,
        pincode -> Text,
        latitude -> Nullable<Numeric>,
        longitude -> Nullable<Numeric>,
        delivery_instructions -> Text,
        is_default_shipping -> Bool,
        is_default_billing -> Bool,
        import_key -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Uuid,
        name -> Text,
        prefix -> Text,
        secret_hash -> Bytea,
        permissions -> Array<Text>,
        scope_kind -> Text,
        scope_ids -> Array<Uuid>,
        created_by -> Nullable<Uuid>,
        expires_at -> Nullable<Timestamptz>,
        last_used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    attributes (id) {
        id -> Uuid,
        code -> Text,
        name -> Text,
        kind -> Text,
        unit -> Nullable<Text>,
        choices -> Array<Text>,
        filterable -> Bool,
        position -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    audit_log (id) {
        id -> Uuid,
        at -> Timestamptz,
        actor_kind -> Text,
        actor_id -> Nullable<Uuid>,
        action -> Text,
        subject_type -> Text,
        subject_id -> Uuid,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
        request_id -> Uuid,
        subject_prefix -> Text,
    }
}

diesel::table! {
    bank_branches (ifsc) {
        ifsc -> Text,
        bank -> Text,
        branch -> Text,
        city -> Text,
        state -> Text,
        upi -> Bool,
    }
}

diesel::table! {
    brands (id) {
        id -> Uuid,
        name -> Text,
        slug -> Text,
        description -> Text,
        logo_file_id -> Nullable<Uuid>,
        status -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    cart_coupons (cart_id, coupon_id) {
        cart_id -> Uuid,
        coupon_id -> Uuid,
        applied_at -> Timestamptz,
    }
}

diesel::table! {
    cart_items (id) {
        id -> Uuid,
        cart_id -> Uuid,
        offer_id -> Uuid,
        quantity -> Int4,
        saved -> Bool,
        seen_price_minor -> Int8,
        seen_problem -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    carts (id) {
        id -> Uuid,
        account_id -> Nullable<Uuid>,
        token_hash -> Nullable<Bytea>,
        status -> Text,
        merged_into_id -> Nullable<Uuid>,
        version -> Int4,
        expires_at -> Timestamptz,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    categories (id) {
        id -> Uuid,
        parent_id -> Nullable<Uuid>,
        path -> Array<Uuid>,
        name -> Text,
        slug -> Text,
        description -> Text,
        position -> Int4,
        status -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    challenges (id) {
        id -> Uuid,
        purpose -> Text,
        email -> Text,
        account_id -> Nullable<Uuid>,
        sign_up -> Nullable<Jsonb>,
        device -> Text,
        code_hash -> Nullable<Bytea>,
        attempts -> Int4,
        sends -> Int4,
        sent_at -> Timestamptz,
        expires_at -> Timestamptz,
        passed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    cod_collections (attempt_id) {
        attempt_id -> Uuid,
        intent_id -> Uuid,
        mode -> Text,
        due_minor -> Int8,
        collected_minor -> Int8,
        rounding_minor -> Int8,
        collected_by -> Uuid,
        collected_at -> Timestamptz,
    }
}

diesel::table! {
    commission_rules (id) {
        id -> Uuid,
        scope -> Text,
        category_id -> Nullable<Uuid>,
        seller_id -> Nullable<Uuid>,
        offer_id -> Nullable<Uuid>,
        rate_bp -> Int4,
        fixed_minor -> Int8,
        min_minor -> Nullable<Int8>,
        max_minor -> Nullable<Int8>,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
        note -> Text,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    coupon_customers (coupon_id, account_id) {
        coupon_id -> Uuid,
        account_id -> Uuid,
    }
}

diesel::table! {
    coupon_redemptions (id) {
        id -> Uuid,
        coupon_id -> Uuid,
        account_id -> Uuid,
        cart_id -> Uuid,
        use_number -> Int4,
        discount_minor -> Int8,
        created_at -> Timestamptz,
        released_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    coupon_targets (id) {
        id -> Uuid,
        coupon_id -> Uuid,
        excluded -> Bool,
        product_id -> Nullable<Uuid>,
        category_id -> Nullable<Uuid>,
        seller_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    coupons (id) {
        id -> Uuid,
        code -> Text,
        description -> Text,
        seller_id -> Nullable<Uuid>,
        kind -> Text,
        rate_bp -> Nullable<Int4>,
        amount_minor -> Nullable<Int8>,
        max_discount_minor -> Nullable<Int8>,
        starts_at -> Timestamptz,
        ends_at -> Nullable<Timestamptz>,
        min_amount_minor -> Nullable<Int8>,
        min_quantity -> Nullable<Int4>,
        first_order -> Bool,
        named_only -> Bool,
        stackable -> Bool,
        max_uses -> Nullable<Int4>,
        max_uses_per_customer -> Nullable<Int4>,
        uses -> Int4,
        status -> Text,
        version -> Int4,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    credit_accounts (id) {
        id -> Uuid,
        account_id -> Uuid,
        limit_minor -> Int8,
        used_minor -> Int8,
        days -> Int4,
        suspended -> Bool,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    customer_profiles (account_id) {
        account_id -> Uuid,
        customer_number -> Text,
        language -> Text,
        date_of_birth -> Nullable<Date>,
        business_name -> Nullable<Text>,
        gstin -> Nullable<Text>,
        marketing_consent_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    distributor_decisions (id) {
        id -> Uuid,
        distributor_id -> Uuid,
        step -> Text,
        from_status -> Text,
        to_status -> Text,
        reason -> Text,
        account_id -> Nullable<Uuid>,
        decided_at -> Timestamptz,
    }
}

diesel::table! {
    distributor_documents (id) {
        id -> Uuid,
        distributor_id -> Uuid,
        kind -> Text,
        file_id -> Uuid,
        status -> Text,
        reason -> Text,
        expires_on -> Nullable<Date>,
        reminded_days -> Nullable<Int4>,
        uploaded_by -> Nullable<Uuid>,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    distributor_invitations (id) {
        id -> Uuid,
        distributor_id -> Uuid,
        email -> Text,
        role -> Text,
        token_hash -> Nullable<Bytea>,
        invited_by -> Nullable<Uuid>,
        sends -> Int4,
        sent_at -> Timestamptz,
        expires_at -> Timestamptz,
        accepted_at -> Nullable<Timestamptz>,
        accepted_by -> Nullable<Uuid>,
        revoked_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    distributor_notes (id) {
        id -> Uuid,
        distributor_id -> Uuid,
        text -> Text,
        author_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    distributor_remarks (id) {
        id -> Uuid,
        distributor_id -> Uuid,
        field -> Text,
        reason -> Text,
        made_by -> Nullable<Uuid>,
        made_at -> Timestamptz,
        answer -> Nullable<Text>,
        changed_at -> Nullable<Timestamptz>,
        settled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    distributors (id) {
        id -> Uuid,
        owner_id -> Uuid,
        status -> Text,
        reason -> Text,
        legal_name -> Nullable<Text>,
        business_type -> Nullable<Text>,
        contact_name -> Nullable<Text>,
        contact_email -> Nullable<Text>,
        contact_phone -> Nullable<Text>,
        line1 -> Nullable<Text>,
        line2 -> Text,
        city -> Nullable<Text>,
        state_code -> Nullable<Text>,
        pincode -> Nullable<Text>,
        gstin -> Nullable<Text>,
        pan -> Nullable<Text>,
        turnover_band -> Nullable<Text>,
        bank_holder -> Nullable<Text>,
        bank_number_sealed -> Nullable<Bytea>,
        bank_number_end -> Nullable<Text>,
        bank_ifsc -> Nullable<Text>,
        notification_email -> Nullable<Text>,
        submitted_at -> Nullable<Timestamptz>,
        verified_at -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        first_decided_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    employees (account_id) {
        account_id -> Uuid,
        function -> Text,
        status -> Text,
        supervisor_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    event_feed (id) {
        id -> Int2,
        last_seq -> Int8,
    }
}

diesel::table! {
    files (id) {
        id -> Uuid,
        owner_id -> Nullable<Uuid>,
        purpose -> Text,
        name -> Text,
        content_type -> Text,
        size -> Nullable<Int8>,
        sha256 -> Nullable<Bytea>,
        status -> Text,
        created_at -> Timestamptz,
        stored_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    gst_rates (id) {
        id -> Uuid,
        hsn_prefix -> Nullable<Text>,
        product_id -> Nullable<Uuid>,
        rate_bp -> Int4,
        cess_bp -> Int4,
        valid_from -> Date,
        source -> Text,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    gst_registrations (id) {
        id -> Uuid,
        seller_id -> Uuid,
        gstin -> Text,
        pan -> Text,
        state_code -> Text,
        legal_name -> Text,
        trade_name -> Text,
        scheme -> Text,
        turnover_band -> Text,
        status -> Text,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    hsn_codes (code) {
        code -> Text,
        description -> Text,
    }
}

diesel::table! {
    idempotency_keys (caller, key) {
        caller -> Text,
        key -> Text,
        operation -> Text,
        request_hash -> Bytea,
        result -> Jsonb,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    import_errors (id) {
        id -> Uuid,
        job_id -> Uuid,
        row_number -> Int8,
        column_name -> Text,
        severity -> Text,
        code -> Text,
        message -> Text,
        value -> Text,
    }
}

diesel::table! {
    jobs (id) {
        id -> Uuid,
        kind -> Text,
        queue -> Text,
        payload -> Jsonb,
        status -> Text,
        priority -> Int4,
        run_at -> Timestamptz,
        attempts -> Int4,
        max_attempts -> Int4,
        lease_until -> Nullable<Timestamptz>,
        lease_token -> Nullable<Uuid>,
        dedupe_key -> Nullable<Text>,
        progress -> Jsonb,
        last_error -> Nullable<Text>,
        event_seq -> Int8,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    locations (id) {
        id -> Uuid,
        kind -> Text,
        seller_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    login_throttles (key) {
        key -> Bytea,
        attempts -> Int4,
        failures -> Int4,
        locked_until -> Nullable<Timestamptz>,
        updated_at -> Timestamptz,
        account_id -> Nullable<Uuid>,
        failed_request_id -> Nullable<Uuid>,
        recorded_failures -> Int4,
        recorded_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    offer_performance_days (offer_id, day) {
        offer_id -> Uuid,
        day -> Date,
        views -> Int8,
        carts -> Int8,
        orders -> Int8,
        units -> Int8,
        revenue_minor -> Int8,
        returns -> Int8,
    }
}

diesel::table! {
    offer_price_breaks (offer_id, for_business, min_quantity) {
        offer_id -> Uuid,
        for_business -> Bool,
        min_quantity -> Int4,
        price_minor -> Int8,
    }
}

diesel::table! {
    offers (id) {
        id -> Uuid,
        seller_id -> Uuid,
        variant_id -> Uuid,
        sku -> Text,
        price_minor -> Int8,
        business_price_minor -> Nullable<Int8>,
        min_quantity -> Int4,
        max_quantity -> Nullable<Int4>,
        quantity_step -> Int4,
        lead_time_hours -> Int4,
        low_stock_threshold -> Nullable<Int4>,
        starts_at -> Nullable<Timestamptz>,
        ends_at -> Nullable<Timestamptz>,
        status -> Text,
        submitted_at -> Nullable<Timestamptz>,
        approved_at -> Nullable<Timestamptz>,
        rejection_reason -> Nullable<Text>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    opening_holidays (location_id, on_date) {
        location_id -> Uuid,
        on_date -> Date,
        name -> Text,
        spans -> Array<Int4>,
    }
}

diesel::table! {
    opening_hours (location_id) {
        location_id -> Uuid,
        weekly -> Array<Int4>,
        version -> Int4,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    order_addresses (order_id) {
        order_id -> Uuid,
        contact_name -> Text,
        phone -> Text,
        alternate_phone -> Nullable<Text>,
        line1 -> Text,
        line2 -> Text,
        landmark -> Text,
        city -> Text,
        state_code -> Text,
        pincode -> Text,
        latitude -> Nullable<Numeric>,
        longitude -> Nullable<Numeric>,
        delivery_instructions -> Text,
    }
}

diesel::table! {
    order_discounts (id) {
        id -> Uuid,
        order_id -> Uuid,
        position -> Int4,
        coupon_id -> Uuid,
        code -> Text,
        seller_id -> Nullable<Uuid>,
        goods_minor -> Int8,
        delivery_minor -> Int8,
    }
}

diesel::table! {
    order_line_terms (order_line_id) {
        order_line_id -> Uuid,
        platform_discount_minor -> Int8,
        commission_rule_id -> Nullable<Uuid>,
        commission_bp -> Int4,
        commission_fixed_minor -> Int8,
        commission_base_minor -> Int8,
        commission_minor -> Int8,
    }
}

diesel::table! {
    order_lines (id) {
        id -> Uuid,
        sub_order_id -> Uuid,
        offer_id -> Uuid,
        variant_id -> Uuid,
        product_name -> Text,
        variant_name -> Text,
        sku -> Text,
        seller_sku -> Text,
        hsn_code -> Nullable<Text>,
        mrp_minor -> Nullable<Int8>,
        unit_price_minor -> Int8,
        quantity -> Int4,
        amount_minor -> Int8,
        discount_minor -> Int8,
        delivery_minor -> Int8,
        gst_bp -> Int4,
        cess_bp -> Int4,
        goods_taxable_minor -> Int8,
        goods_cgst_minor -> Int8,
        goods_sgst_minor -> Int8,
        goods_utgst_minor -> Int8,
        goods_igst_minor -> Int8,
        goods_cess_minor -> Int8,
        delivery_taxable_minor -> Int8,
        delivery_cgst_minor -> Int8,
        delivery_sgst_minor -> Int8,
        delivery_utgst_minor -> Int8,
        delivery_igst_minor -> Int8,
        delivery_cess_minor -> Int8,
        quantity_cancelled -> Int4,
        quantity_shipped -> Int4,
        quantity_returned -> Int4,
    }
}

diesel::table! {
    order_timeline (order_id, sequence) {
        order_id -> Uuid,
        sequence -> Int8,
        sub_order_id -> Nullable<Uuid>,
        kind -> Text,
        amount_minor -> Nullable<Int8>,
        reason -> Nullable<Text>,
        note -> Nullable<Text>,
        actor_kind -> Text,
        actor_id -> Nullable<Uuid>,
        at -> Timestamptz,
    }
}

diesel::table! {
    orders (id) {
        id -> Uuid,
        number -> Text,
        account_id -> Uuid,
        cart_id -> Uuid,
        payment_intent_id -> Uuid,
        email -> Text,
        business_name -> Nullable<Text>,
        gstin -> Nullable<Text>,
        purchase_order -> Nullable<Text>,
        deliver_at -> Timestamptz,
        subtotal_minor -> Int8,
        discount_minor -> Int8,
        delivery_minor -> Int8,
        taxable_minor -> Int8,
        cgst_minor -> Int8,
        sgst_minor -> Int8,
        utgst_minor -> Int8,
        igst_minor -> Int8,
        cess_minor -> Int8,
        total_minor -> Int8,
        expires_at -> Nullable<Timestamptz>,
        placed_at -> Nullable<Timestamptz>,
        expired_at -> Nullable<Timestamptz>,
        cancelled_at -> Nullable<Timestamptz>,
        event_seq -> Int8,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    outbox (id) {
        id -> Uuid,
        topic -> Text,
        sequence -> Int8,
        kind -> Text,
        payload -> Jsonb,
        feed_seq -> Nullable<Int8>,
        created_at -> Timestamptz,
        feed -> Nullable<Text>,
    }
}

diesel::table! {
    password_tokens (token_hash) {
        token_hash -> Bytea,
        account_id -> Uuid,
        purpose -> Text,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    payment_attempts (id) {
        id -> Uuid,
        intent_id -> Uuid,
        number -> Int4,
        gateway -> Text,
        status -> Text,
        amount_minor -> Int8,
        authorised_minor -> Int8,
        captured_minor -> Int8,
        gateway_order -> Nullable<Text>,
        fee_minor -> Nullable<Int8>,
        fee_tax_minor -> Nullable<Int8>,
        settlement -> Nullable<Text>,
        bank_reference -> Nullable<Text>,
        problem_code -> Nullable<Text>,
        problem -> Nullable<Text>,
        polls -> Int4,
        started_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    payment_events (id) {
        id -> Uuid,
        intent_id -> Uuid,
        attempt_id -> Uuid,
        kind -> Text,
        source -> Text,
        gateway_payment -> Nullable<Text>,
        gateway_refund -> Nullable<Text>,
        amount_minor -> Int8,
        code -> Nullable<Text>,
        message -> Nullable<Text>,
        occurred_at -> Timestamptz,
        recorded_at -> Timestamptz,
    }
}

diesel::table! {
    payment_intents (id) {
        id -> Uuid,
        payable_id -> Uuid,
        reference -> Text,
        account_id -> Uuid,
        method -> Text,
        status -> Text,
        amount_minor -> Int8,
        waived_minor -> Int8,
        authorised_minor -> Int8,
        captured_minor -> Int8,
        refunded_minor -> Int8,
        pending_refund_minor -> Int8,
        overpaid -> Bool,
        expires_at -> Nullable<Timestamptz>,
        due_on -> Nullable<Date>,
        event_seq -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    payment_refunds (id) {
        id -> Uuid,
        intent_id -> Uuid,
        attempt_id -> Nullable<Uuid>,
        gateway_payment -> Nullable<Text>,
        request_key -> Text,
        channel -> Text,
        status -> Text,
        amount_minor -> Int8,
        reason -> Text,
        gateway_refund -> Nullable<Text>,
        problem -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    pincodes (id) {
        id -> Uuid,
        code -> Text,
        state_code -> Text,
        place -> Text,
        taluk -> Text,
        districts -> Array<Text>,
        latitude -> Nullable<Numeric>,
        longitude -> Nullable<Numeric>,
    }
}

diesel::table! {
    product_media (id) {
        id -> Uuid,
        product_id -> Uuid,
        file_id -> Nullable<Uuid>,
        url -> Nullable<Text>,
        alt -> Text,
        position -> Int4,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    product_proposals (id) {
        id -> Uuid,
        seller_id -> Uuid,
        name -> Text,
        brand_id -> Nullable<Uuid>,
        brand_name -> Nullable<Text>,
        category_id -> Nullable<Uuid>,
        hsn_code -> Nullable<Text>,
        description -> Text,
        ingredients -> Text,
        dietary -> Nullable<Text>,
        fssai_license -> Nullable<Text>,
        country_of_origin -> Nullable<Text>,
        shelf_life_days -> Nullable<Int4>,
        variants -> Jsonb,
        picture_file_ids -> Array<Uuid>,
        status -> Text,
        reason -> Text,
        remarks -> Jsonb,
        product_id -> Nullable<Uuid>,
        submitted_at -> Nullable<Timestamptz>,
        decided_at -> Nullable<Timestamptz>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    product_search (product_id) {
        product_id -> Uuid,
        category_id -> Uuid,
        category_path -> Array<Uuid>,
        brand_id -> Nullable<Uuid>,
        dietary -> Nullable<Text>,
        price_from_minor -> Int8,
        attributes -> Array<Text>,
        popularity -> Int4,
        hot -> Bool,
    }
}

diesel::table! {
    product_shelf_queue (id) {
        id -> Int8,
        product_id -> Uuid,
    }
}

diesel::table! {
    product_shelves (product_id) {
        product_id -> Uuid,
        price_minor -> Nullable<Int8>,
        seller_ids -> Array<Uuid>,
        in_stock -> Bool,
        changes_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    product_texts (product_id) {
        product_id -> Uuid,
        description -> Text,
        ingredients -> Text,
        nutrition -> Jsonb,
        seo_title -> Nullable<Text>,
        seo_description -> Nullable<Text>,
    }
}

diesel::table! {
    product_variants (id) {
        id -> Uuid,
        product_id -> Uuid,
        sku -> Text,
        barcode -> Nullable<Text>,
        name -> Text,
        unit -> Text,
        pack_size -> Numeric,
        mrp_minor -> Nullable<Int8>,
        status -> Text,
        position -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    products (id) {
        id -> Uuid,
        category_id -> Nullable<Uuid>,
        brand_id -> Nullable<Uuid>,
        import_key -> Nullable<Text>,
        name -> Text,
        slug -> Text,
        status -> Text,
        hsn_code -> Nullable<Text>,
        dietary -> Nullable<Text>,
        fssai_license -> Nullable<Text>,
        country_of_origin -> Nullable<Text>,
        shelf_life_days -> Nullable<Int4>,
        tags -> Array<Text>,
        image_url -> Nullable<Text>,
        price_from_minor -> Nullable<Int8>,
        price_to_minor -> Nullable<Int8>,
        variant_count -> Int4,
        popularity -> Int4,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        published_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    projections (name) {
        name -> Text,
        last_feed_seq -> Int8,
    }
}

diesel::table! {
    refresh_tokens (token_hash) {
        token_hash -> Bytea,
        session_id -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    role_grants (id) {
        id -> Uuid,
        account_id -> Uuid,
        role_id -> Uuid,
        scope_kind -> Text,
        scope_id -> Nullable<Uuid>,
        granted_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    role_permissions (role_id, permission) {
        role_id -> Uuid,
        permission -> Text,
    }
}

diesel::table! {
    roles (id) {
        id -> Uuid,
        name -> Text,
        title -> Text,
        description -> Text,
        account_kind -> Text,
        scope_kind -> Text,
        built_in -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    search_names (product_id, word) {
        product_id -> Uuid,
        word -> Text,
        popularity -> Int4,
    }
}

diesel::table! {
    search_words (word) {
        word -> Text,
    }
}

diesel::table! {
    seed_steps (name) {
        name -> Text,
        started_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    sellers (id) {
        id -> Uuid,
        kind -> Text,
        name -> Text,
        slug -> Text,
        status -> Text,
        pan -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    service_areas (id) {
        id -> Uuid,
        location_id -> Uuid,
        pincode -> Text,
        delivery_fee_minor -> Int8,
        free_delivery_threshold_minor -> Nullable<Int8>,
        minimum_order_minor -> Int8,
        promised_minutes -> Int4,
        priority -> Int4,
        weekly -> Nullable<Array<Int4>>,
        active -> Bool,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    sessions (id) {
        id -> Uuid,
        account_id -> Uuid,
        device -> Text,
        created_at -> Timestamptz,
        last_used_at -> Timestamptz,
        expires_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        revoked_reason -> Nullable<Text>,
    }
}

diesel::table! {
    slug_redirects (kind, slug) {
        kind -> Text,
        slug -> Text,
        target_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    states (gst_code) {
        gst_code -> Text,
        alpha -> Text,
        name -> Text,
        is_union_territory -> Bool,
        has_legislature -> Bool,
        retired -> Bool,
        aliases -> Array<Text>,
    }
}

diesel::table! {
    stock_alerts (id) {
        id -> Uuid,
        item_id -> Uuid,
        lot_id -> Nullable<Uuid>,
        kind -> Text,
        raised_at -> Timestamptz,
        resolved_at -> Nullable<Timestamptz>,
        offer_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    stock_count_lines (count_id, lot_id) {
        count_id -> Uuid,
        lot_id -> Uuid,
        item_id -> Uuid,
        expected -> Int4,
        expected_damaged -> Int4,
        counted -> Int4,
        counted_damaged -> Int4,
        counted_by -> Nullable<Uuid>,
        counted_at -> Timestamptz,
    }
}

diesel::table! {
    stock_counts (id) {
        id -> Uuid,
        location_id -> Uuid,
        seller_id -> Uuid,
        status -> Text,
        note -> Nullable<Text>,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    stock_items (id) {
        id -> Uuid,
        location_id -> Uuid,
        seller_id -> Uuid,
        variant_id -> Uuid,
        available -> Int4,
        reserved -> Int4,
        damaged -> Int4,
        value_minor -> Int8,
        last_cost_minor -> Nullable<Int8>,
        low_stock_threshold -> Nullable<Int4>,
        reorder_point -> Nullable<Int4>,
        reorder_quantity -> Nullable<Int4>,
        event_seq -> Int8,
        movement_seq -> Int8,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    stock_lots (id) {
        id -> Uuid,
        item_id -> Uuid,
        batch -> Text,
        expires_on -> Nullable<Date>,
        available -> Int4,
        reserved -> Int4,
        damaged -> Int4,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    stock_movements (id) {
        id -> Uuid,
        item_id -> Uuid,
        lot_id -> Uuid,
        sequence -> Int8,
        kind -> Text,
        quantity -> Int4,
        damaged -> Int4,
        value_minor -> Int8,
        on_hand_after -> Int4,
        value_after_minor -> Int8,
        reference -> Nullable<Text>,
        note -> Nullable<Text>,
        actor_kind -> Text,
        actor_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    stock_reservation_lots (reservation_id, lot_id) {
        reservation_id -> Uuid,
        lot_id -> Uuid,
        item_id -> Uuid,
        quantity -> Int4,
    }
}

diesel::table! {
    stock_reservations (id) {
        id -> Uuid,
        location_id -> Uuid,
        seller_id -> Uuid,
        owner -> Text,
        status -> Text,
        expires_at -> Nullable<Timestamptz>,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    store_cities (state_code, slug) {
        state_code -> Text,
        slug -> Text,
        code -> Text,
        last_number -> Int4,
    }
}

diesel::table! {
    storefronts (seller_id) {
        seller_id -> Uuid,
        description -> Text,
        return_policy -> Text,
        shipping_policy -> Text,
        logo_file_id -> Nullable<Uuid>,
        cover_file_id -> Nullable<Uuid>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    stores (id) {
        id -> Uuid,
        location_kind -> Text,
        seller_id -> Uuid,
        kind -> Text,
        code -> Text,
        number -> Int4,
        slug -> Text,
        name -> Text,
        status -> Text,
        gst_registration_id -> Nullable<Uuid>,
        fssai_licence -> Nullable<Text>,
        fssai_expires_on -> Nullable<Date>,
        phone -> Nullable<Text>,
        line1 -> Text,
        line2 -> Text,
        city -> Text,
        city_slug -> Text,
        state_code -> Text,
        pincode -> Text,
        latitude -> Nullable<Numeric>,
        longitude -> Nullable<Numeric>,
        allows_pickup -> Bool,
        allows_returns -> Bool,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    sub_order_terms (sub_order_id) {
        sub_order_id -> Uuid,
        platform_discount_minor -> Int8,
        platform_delivery_discount_minor -> Int8,
        commission_minor -> Int8,
    }
}

diesel::table! {
    sub_orders (id) {
        id -> Uuid,
        order_id -> Uuid,
        number -> Text,
        seller_id -> Uuid,
        location_id -> Uuid,
        origin_state_code -> Text,
        tax_heads -> Text,
        status -> Text,
        reservation_id -> Uuid,
        subtotal_minor -> Int8,
        discount_minor -> Int8,
        delivery_fee_minor -> Int8,
        delivery_discount_minor -> Int8,
        delivery_minor -> Int8,
        taxable_minor -> Int8,
        cgst_minor -> Int8,
        sgst_minor -> Int8,
        utgst_minor -> Int8,
        igst_minor -> Int8,
        cess_minor -> Int8,
        total_minor -> Int8,
        refunded_minor -> Int8,
        promised_at -> Timestamptz,
        placed_at -> Nullable<Timestamptz>,
        confirm_by -> Nullable<Timestamptz>,
        cancelled_at -> Nullable<Timestamptz>,
        event_seq -> Int8,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    variant_attributes (variant_id, attribute_id) {
        variant_id -> Uuid,
        attribute_id -> Uuid,
        text_value -> Nullable<Text>,
        number_value -> Nullable<Numeric>,
        boolean_value -> Nullable<Bool>,
    }
}

diesel::table! {
    warehouses (id) {
        id -> Uuid,
        location_kind -> Text,
        seller_id -> Uuid,
        name -> Text,
        kind -> Text,
        status -> Text,
        gst_registration_id -> Nullable<Uuid>,
        phone -> Nullable<Text>,
        line1 -> Text,
        line2 -> Text,
        city -> Text,
        state_code -> Text,
        pincode -> Text,
        latitude -> Nullable<Numeric>,
        longitude -> Nullable<Numeric>,
        version -> Int4,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}
