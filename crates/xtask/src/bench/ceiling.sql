-- The rows that placing an order writes, as plain SQL for pgbench. The same as in the load generator's sql.rs.
\set product random(0, 99)
\set customer random(0, 31)
\set number random(1, 9000000000000000)
BEGIN;
-- The id begins with the time, as those of the platform do: such rows are next to each other in the index.
INSERT INTO orders (id, number, status, payment_status, kind, holding, customer_id, customer_name, customer_email, guest, title, description, special_instructions, total, currency, expires_at, search, version, created_at, updated_at) SELECT (lpad(to_hex(t / 1000), 12, '0') || substr(replace(gen_random_uuid()::text, '-', ''), 13))::uuid, 'W-' || :number, 'PENDING', 'UNPAID', 'GOODS', 'RESERVED', ('00000000-0000-0000-7300-' || lpad(:customer::text, 12, '0'))::uuid, 'Bench Customer', 'bench@waybill.example', false, '', '', '', 1999, 'USD', t + 1800000000, 'w-' || :number, 1, t, t FROM (SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS t) AS now RETURNING id AS order, created_at AS at, customer_id AS who, ('00000000-0000-0000-7200-' || lpad(:product::text, 12, '0'))::uuid AS what
\gset
INSERT INTO order_items (order_id, position, product_id, name, kind, unit_price, quantity, line_total) VALUES (:order, 0, :what, 'Bench product', 'GOODS', 1999, 1, 1999);
INSERT INTO order_history (order_id, version, at, event, to_value, actor_id, actor_name, actor_role, note) VALUES (:order, 1, :at, 'PLACED', 'PENDING', :who, 'Bench Customer', 'CUSTOMER', '');
INSERT INTO stock_movements (id, product_id, kind, on_hand_delta, reserved_delta, reason, order_id, actor_id, at) VALUES (gen_random_uuid(), :what, 'RESERVED', 0, 1, '', :order, :who, :at);
INSERT INTO outbox (id, subject, aggregate, aggregate_id, aggregate_version, at, payload, sequence) VALUES (gen_random_uuid(), 'waybill.order.order.placed', 'order', :order, 1, :at, decode(repeat('00', 400), 'hex'), 1);
UPDATE stock SET reserved = reserved + 1, version = version + 1, updated_at = :at WHERE product_id = :what AND on_hand - reserved >= 1;
COMMIT;
