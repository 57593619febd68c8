-- One database per service. MariaDB runs this once, when its volume is empty.
-- Text compares byte by byte, as on the other databases.
CREATE DATABASE waybill_auth CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE DATABASE waybill_order CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE DATABASE waybill_payment CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE DATABASE waybill_notification CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE DATABASE waybill_chat CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
GRANT ALL ON `waybill\_%`.* TO 'waybill'@'%';
