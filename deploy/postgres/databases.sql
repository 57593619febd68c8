-- One database per service. PostgreSQL runs this once, when its volume is empty; they belong to the user of POSTGRES_USER.
CREATE DATABASE waybill_auth;
CREATE DATABASE waybill_order;
CREATE DATABASE waybill_payment;
CREATE DATABASE waybill_notification;
CREATE DATABASE waybill_chat;
