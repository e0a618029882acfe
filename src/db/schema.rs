//! The tables as diesel sees them, one description for both databases. Kept by hand beside the
//! migrations (`diesel.toml` says why); it must not know what the columns mean.

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    users (id) {
        id -> Uid,
        version -> BigInt,
        username -> Text,
        display_name -> Text,
        password_hash -> Text,
        roles -> Document,
        department -> Nullable<Text>,
        active -> Bool,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    sessions (id) {
        id -> Uid,
        user_id -> Uid,
        created_at -> Instant,
        expires_at -> Instant,
        revoked_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    refresh_tokens (token_hash) {
        token_hash -> Binary,
        session_id -> Uid,
        issued_at -> Instant,
        used_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    login_failures (username) {
        username -> Text,
        failures -> Integer,
        last_at -> Instant,
        blocked_until -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    api_keys (id) {
        id -> Uid,
        version -> BigInt,
        name -> Text,
        key_hash -> Binary,
        scopes -> Document,
        created_by -> Nullable<Uid>,
        created_at -> Instant,
        expires_at -> Nullable<Instant>,
        revoked_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    customers (id) {
        id -> Uid,
        version -> BigInt,
        code -> Nullable<Text>,
        name -> Text,
        contact_name -> Nullable<Text>,
        phone -> Nullable<Text>,
        email -> Nullable<Text>,
        language -> Text,
        tier -> Text,
        credit_limit -> Nullable<BigInt>,
        tax_number -> Nullable<Text>,
        search -> Text,
        created_at -> Instant,
        updated_at -> Instant,
        contacts -> Document,
        addresses -> Document,
        payment_terms -> Nullable<Text>,
        merged_into_id -> Nullable<Uid>,
        tax -> Document,
        payment_due -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    products (id) {
        id -> Uid,
        version -> BigInt,
        sku -> Text,
        name -> Text,
        kind -> Text,
        specification -> Text,
        unit -> Text,
        unit_price -> BigInt,
        currency -> Text,
        lead_time_days -> Integer,
        active -> Bool,
        search -> Text,
        created_at -> Instant,
        updated_at -> Instant,
        category -> Nullable<Text>,
        through_warehouse -> Bool,
        made_when_short -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    exchange_rates (id) {
        id -> Uid,
        version -> BigInt,
        currency -> Text,
        units -> Integer,
        rate -> BigInt,
        valid_from -> Date,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    carriers (id) {
        id -> Uid,
        version -> BigInt,
        code -> Text,
        name -> Text,
        aliases -> Document,
        methods -> Document,
        tracking_template -> Nullable<Text>,
        service_days -> Nullable<Integer>,
        coverage -> Document,
        active -> Bool,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    warehouses (id) {
        id -> Uid,
        version -> BigInt,
        code -> Text,
        name -> Text,
        created_at -> Instant,
        updated_at -> Instant,
        priority -> Integer,
        serves -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    stock (product_id, warehouse_id) {
        product_id -> Uid,
        warehouse_id -> Uid,
        on_hand -> BigInt,
        reserved -> BigInt,
        reorder_level -> Nullable<BigInt>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    expected_receipts (id) {
        id -> Uid,
        version -> BigInt,
        product_id -> Uid,
        warehouse_id -> Uid,
        quantity -> BigInt,
        received -> BigInt,
        expected_on -> Nullable<Date>,
        reference -> Nullable<Text>,
        note -> Nullable<Text>,
        status -> Text,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    orders (id) {
        id -> Uid,
        number -> Text,
        version -> BigInt,
        revision -> Integer,
        state -> Text,
        stage -> Text,
        channel -> Text,
        channel_ref -> Nullable<Text>,
        fingerprint -> Binary,
        customer_id -> Uid,
        owner_id -> Nullable<Uid>,
        entered_by_id -> Nullable<Uid>,
        entered_by_key_id -> Nullable<Uid>,
        currency -> Text,
        goods_amount -> BigInt,
        discount -> BigInt,
        shipping_fee -> BigInt,
        tax -> BigInt,
        total -> BigInt,
        rush -> Bool,
        preorder -> Bool,
        key_account -> Bool,
        ordered_at -> Instant,
        created_at -> Instant,
        updated_at -> Instant,
        reviewed_at -> Nullable<Instant>,
        shipped_at -> Nullable<Instant>,
        received_at -> Nullable<Instant>,
        archived_at -> Nullable<Instant>,
        inventory_status -> Text,
        production_status -> Text,
        payment_status -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    order_details (order_id) {
        order_id -> Uid,
        customer_name -> Text,
        contact_name -> Nullable<Text>,
        phone -> Nullable<Text>,
        email -> Nullable<Text>,
        goods_fingerprint -> Binary,
        declared_total -> Nullable<BigInt>,
        prices_include_tax -> Bool,
        contract_number -> Nullable<Text>,
        priority -> Text,
        payment_terms -> Nullable<Text>,
        payment_method -> Nullable<Text>,
        deposit -> Nullable<BigInt>,
        invoice_wanted -> Nullable<Document>,
        tags -> Document,
        metadata -> Document,
        findings -> Document,
        correction -> Nullable<Text>,
        hold_reason -> Nullable<Text>,
        cancel_reason -> Nullable<Text>,
        received_by -> Nullable<Text>,
        search -> Text,
        amended_from -> Nullable<Integer>,
        reconfirm -> Bool,
        payment_due -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    order_deliveries (order_id) {
        order_id -> Uid,
        country -> Nullable<Text>,
        region -> Nullable<Text>,
        city -> Nullable<Text>,
        street -> Nullable<Text>,
        postcode -> Nullable<Text>,
        contact_name -> Nullable<Text>,
        phone -> Nullable<Text>,
        method -> Nullable<Text>,
        requested_date -> Nullable<Date>,
        requested_within_working_days -> Nullable<Integer>,
        promised_date -> Nullable<Date>,
        instructions -> Text,
        in_parts -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    order_lines (id) {
        id -> Uid,
        order_id -> Uid,
        position -> Integer,
        product_id -> Nullable<Uid>,
        sku -> Nullable<Text>,
        name -> Text,
        specification -> Text,
        unit -> Text,
        kind -> Text,
        quantity -> BigInt,
        unit_price -> BigInt,
        discount_rate -> BigInt,
        discount_amount -> BigInt,
        tax_rate -> BigInt,
        amount -> BigInt,
        tax -> BigInt,
        picked -> BigInt,
        shipped -> BigInt,
        delivered -> BigInt,
        promised_date -> Nullable<Date>,
        through_warehouse -> Bool,
        to_make -> BigInt,
        made -> BigInt,
        returned -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    order_revisions (order_id, revision) {
        order_id -> Uid,
        revision -> Integer,
        at -> Instant,
        author_id -> Nullable<Uid>,
        author_label -> Text,
        reason -> Nullable<Text>,
        content -> Document,
        fingerprint -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    allocations (line_id, warehouse_id) {
        line_id -> Uid,
        warehouse_id -> Uid,
        order_id -> Uid,
        product_id -> Uid,
        reserved -> BigInt,
        picked -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    stock_movements (id) {
        id -> Uid,
        at -> Instant,
        kind -> Text,
        product_id -> Uid,
        warehouse_id -> Uid,
        on_hand_change -> BigInt,
        reserved_change -> BigInt,
        order_id -> Nullable<Uid>,
        actor_label -> Text,
        note -> Nullable<Text>,
        transfer_id -> Nullable<Uid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    approval_rules (id) {
        id -> Uid,
        version -> BigInt,
        code -> Text,
        position -> Integer,
        title_en -> Text,
        title_zh -> Text,
        condition -> Document,
        roles -> Document,
        active -> Bool,
        updated_at -> Instant,
        valid_from -> Nullable<Date>,
        valid_until -> Nullable<Date>,
        exclusive -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    approval_rounds (id) {
        id -> Uid,
        order_id -> Uid,
        round -> Integer,
        revision -> Integer,
        status -> Text,
        fingerprint -> Binary,
        checks -> Document,
        opened_at -> Instant,
        closed_at -> Nullable<Instant>,
        basis -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    approval_steps (id) {
        id -> Uid,
        version -> BigInt,
        round_id -> Uid,
        order_id -> Uid,
        level -> Integer,
        role -> Text,
        department -> Nullable<Text>,
        rule -> Text,
        status -> Text,
        decided_by_id -> Nullable<Uid>,
        decided_at -> Nullable<Instant>,
        comment -> Nullable<Text>,
        created_at -> Instant,
        decided_for_id -> Nullable<Uid>,
        seen_revision -> Nullable<Integer>,
        seen_fingerprint -> Nullable<Binary>,
        carried_from_id -> Nullable<Uid>,
        pending_since -> Nullable<Instant>,
        escalated_at -> Nullable<Instant>,
        seen_checks -> Nullable<Document>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    delegations (id) {
        id -> Uid,
        version -> BigInt,
        from_id -> Uid,
        to_id -> Uid,
        valid_from -> Date,
        valid_until -> Date,
        reason -> Nullable<Text>,
        revoked_at -> Nullable<Instant>,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    task_templates (id) {
        id -> Uid,
        version -> BigInt,
        code -> Text,
        position -> Integer,
        department -> Text,
        title_en -> Text,
        title_zh -> Text,
        plan -> Document,
        active -> Bool,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    tasks (id) {
        id -> Uid,
        version -> BigInt,
        order_id -> Uid,
        code -> Text,
        position -> Integer,
        department -> Text,
        title_en -> Text,
        title_zh -> Text,
        status -> Text,
        depends_on -> Document,
        due_at -> Nullable<Instant>,
        required_evidence -> Nullable<Text>,
        assignee_id -> Nullable<Uid>,
        opened_at -> Nullable<Instant>,
        started_at -> Nullable<Instant>,
        completed_at -> Nullable<Instant>,
        overdue_noticed_at -> Nullable<Instant>,
        delay_reason -> Nullable<Text>,
        note -> Nullable<Text>,
        created_at -> Instant,
        plan -> Document,
        due_is_set -> Bool,
        dated_by -> BigInt,
        paused_at -> Nullable<Instant>,
        pause_reason -> Nullable<Text>,
        checklist -> Document,
        collaborators -> Document,
        overdue_raised_for -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    files (id) {
        id -> Uid,
        order_id -> Nullable<Uid>,
        task_id -> Nullable<Uid>,
        kind -> Text,
        file_name -> Text,
        media_type -> Text,
        size -> BigInt,
        sha256 -> Binary,
        result -> Nullable<Text>,
        uploaded_by_id -> Nullable<Uid>,
        uploaded_at -> Instant,
        shipment_id -> Nullable<Uid>,
        exception_id -> Nullable<Uid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    shipments (id) {
        id -> Uid,
        version -> BigInt,
        order_id -> Uid,
        position -> Integer,
        status -> Text,
        method -> Text,
        carrier -> Nullable<Text>,
        tracking_number -> Nullable<Text>,
        tracking_url -> Nullable<Text>,
        planned_dispatch_at -> Nullable<Instant>,
        expected_at -> Nullable<Instant>,
        dispatched_at -> Nullable<Instant>,
        delivered_at -> Nullable<Instant>,
        signed_by -> Nullable<Text>,
        created_at -> Instant,
        updated_at -> Instant,
        warehouse_id -> Nullable<Uid>,
        label_reference -> Nullable<Text>,
        packages -> Document,
        expected_is_set -> Bool,
        trace_hash -> Nullable<Binary>,
        heard_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    shipment_lines (shipment_id, line_id) {
        shipment_id -> Uid,
        line_id -> Uid,
        quantity -> BigInt,
        refused -> BigInt,
        resent -> BigInt,
        replaced -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    tracking_events (id) {
        id -> Uid,
        shipment_id -> Uid,
        status -> Text,
        occurred_at -> Instant,
        recorded_at -> Instant,
        description -> Text,
        location -> Nullable<Text>,
        signed_by -> Nullable<Text>,
        actor_label -> Text,
        refused -> Document,
        withdrawn_at -> Nullable<Instant>,
        withdrawn_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    exceptions (id) {
        id -> Uid,
        number -> Text,
        version -> BigInt,
        kind -> Text,
        severity -> Text,
        status -> Text,
        blocking -> Bool,
        occurred_at -> Nullable<Instant>,
        discovered_at -> Instant,
        reported_at -> Instant,
        late_report -> Bool,
        due_at -> Nullable<Instant>,
        department -> Nullable<Text>,
        owner_id -> Nullable<Uid>,
        reported_by_id -> Nullable<Uid>,
        reported_by_label -> Text,
        cause -> Text,
        impact -> Document,
        plan -> Nullable<Document>,
        result -> Nullable<Text>,
        prevention -> Nullable<Text>,
        duplicate_of_id -> Nullable<Uid>,
        resolved_at -> Nullable<Instant>,
        closed_at -> Nullable<Instant>,
        created_at -> Instant,
        updated_at -> Instant,
        raised_for -> Nullable<Text>,
        customer_note -> Nullable<Text>,
        plan_due_at -> Nullable<Instant>,
        escalated_at -> Nullable<Instant>,
        cause_code -> Nullable<Text>,
        details -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    exception_orders (exception_id, order_id) {
        exception_id -> Uid,
        order_id -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    exception_causes (code) {
        code -> Text,
        version -> BigInt,
        name_en -> Text,
        name_zh -> Text,
        kind -> Nullable<Text>,
        active -> Bool,
        created_at -> Instant,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    exception_notes (id) {
        id -> Uid,
        exception_id -> Uid,
        text -> Text,
        meeting -> Nullable<Document>,
        files -> Document,
        actor_label -> Text,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    invoices (id) {
        id -> Uid,
        version -> BigInt,
        order_id -> Uid,
        customer_id -> Uid,
        kind -> Text,
        status -> Text,
        number -> Nullable<Text>,
        amount -> BigInt,
        currency -> Text,
        due_date -> Nullable<Date>,
        buyer_name -> Text,
        buyer_tax_number -> Nullable<Text>,
        created_at -> Instant,
        created_by_label -> Text,
        issued_at -> Nullable<Instant>,
        issued_by_label -> Nullable<Text>,
        credits_id -> Nullable<Uid>,
        credited -> BigInt,
        open -> BigInt,
        reason -> Nullable<Text>,
        voided_at -> Nullable<Instant>,
        voided_by_label -> Nullable<Text>,
        taxes -> Document,
        file_id -> Nullable<Uid>,
        payer_said -> Bool,
        pursued_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    payments (id) {
        id -> Uid,
        order_id -> Uid,
        amount -> BigInt,
        currency -> Text,
        method -> Text,
        reference -> Nullable<Text>,
        paid_at -> Instant,
        recorded_at -> Instant,
        recorded_by_label -> Text,
        reversed_at -> Nullable<Instant>,
        reversed_by_label -> Nullable<Text>,
        reversal_reason -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    refunds (id) {
        id -> Uid,
        order_id -> Uid,
        exception_id -> Uid,
        amount -> BigInt,
        currency -> Text,
        method -> Text,
        reference -> Nullable<Text>,
        recorded_at -> Instant,
        recorded_by_label -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    compensations (id) {
        id -> Uid,
        order_id -> Uid,
        exception_id -> Uid,
        amount -> BigInt,
        currency -> Text,
        coupon_code -> Nullable<Text>,
        valid_until -> Nullable<Date>,
        used_at -> Nullable<Instant>,
        recorded_at -> Instant,
        recorded_by_label -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    events (seq) {
        seq -> BigInt,
        txid -> BigInt,
        id -> Uid,
        at -> Instant,
        name -> Text,
        subject -> Text,
        subject_id -> Uid,
        order_id -> Nullable<Uid>,
        order_version -> Nullable<BigInt>,
        place -> Integer,
        places -> Integer,
        actor_kind -> Text,
        actor_id -> Nullable<Uid>,
        actor_label -> Text,
        request_id -> Text,
        address -> Nullable<Text>,
        payload -> Document,
        before -> Document,
        after -> Document,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    idempotency_keys (caller, key) {
        caller -> Text,
        key -> Text,
        fingerprint -> Binary,
        operation -> Text,
        status -> Integer,
        headers -> Document,
        body -> Binary,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    messages (id) {
        id -> Uid,
        event_id -> Uid,
        order_id -> Nullable<Uid>,
        kind -> Text,
        channel -> Text,
        recipient -> Text,
        language -> Text,
        subject -> Text,
        body -> Text,
        status -> Text,
        attempts -> Integer,
        next_attempt_at -> Instant,
        lease_until -> Nullable<Instant>,
        fence -> BigInt,
        last_error -> Nullable<Text>,
        sent_at -> Nullable<Instant>,
        created_at -> Instant,
        link_id -> Nullable<Uid>,
        shipment_id -> Nullable<Uid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    links (id) {
        id -> Uid,
        purpose -> Text,
        token_hash -> Binary,
        order_id -> Uid,
        revision -> Integer,
        offer -> Binary,
        language -> Text,
        created_at -> Instant,
        expires_at -> Instant,
        remind_at -> Nullable<Instant>,
        lapse_at -> Nullable<Instant>,
        reminded_at -> Nullable<Instant>,
        answer -> Nullable<Text>,
        comment -> Nullable<Text>,
        answered_at -> Nullable<Instant>,
        revoked_at -> Nullable<Instant>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    message_templates (kind, language) {
        kind -> Text,
        language -> Text,
        version -> BigInt,
        subject -> Text,
        body -> Text,
        sms -> Text,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    counters (name) {
        name -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    settings (id) {
        id -> Integer,
        version -> BigInt,
        content -> Document,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    calendar_days (day) {
        day -> Date,
        worked -> Bool,
        name -> Nullable<Text>,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    task_notes (id) {
        id -> Uid,
        task_id -> Uid,
        text -> Text,
        actor_label -> Text,
        created_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    order_promises (order_id) {
        order_id -> Uid,
        original_date -> Nullable<Date>,
        predicted_date -> Nullable<Date>,
        at_risk -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    returns (id) {
        id -> Uid,
        number -> Text,
        version -> BigInt,
        order_id -> Uid,
        exception_id -> Nullable<Uid>,
        status -> Text,
        reason -> Text,
        refund_amount -> Nullable<BigInt>,
        refund_method -> Nullable<Text>,
        warehouse_id -> Nullable<Uid>,
        created_at -> Instant,
        created_by_label -> Text,
        received_at -> Nullable<Instant>,
        inspected_at -> Nullable<Instant>,
        inspected_by_label -> Nullable<Text>,
        cancelled_at -> Nullable<Instant>,
        note -> Nullable<Text>,
        updated_at -> Instant,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::domain::column::*;

    return_lines (return_id, line_id) {
        return_id -> Uid,
        line_id -> Uid,
        quantity -> BigInt,
        received -> BigInt,
        restocked -> BigInt,
        scrapped -> BigInt,
    }
}

diesel::allow_tables_to_appear_in_same_query!(
    allocations,
    api_keys,
    approval_rounds,
    approval_rules,
    approval_steps,
    calendar_days,
    carriers,
    counters,
    customers,
    delegations,
    events,
    exception_causes,
    exception_notes,
    exception_orders,
    exceptions,
    expected_receipts,
    exchange_rates,
    files,
    idempotency_keys,
    invoices,
    links,
    login_failures,
    message_templates,
    messages,
    order_deliveries,
    order_details,
    order_lines,
    order_promises,
    order_revisions,
    orders,
    payments,
    products,
    refresh_tokens,
    refunds,
    return_lines,
    returns,
    sessions,
    settings,
    shipment_lines,
    shipments,
    stock,
    stock_movements,
    task_notes,
    task_templates,
    tasks,
    tracking_events,
    users,
    warehouses,
);
