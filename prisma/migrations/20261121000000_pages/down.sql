DROP TABLE "code_exchanges" CASCADE;
DROP TABLE "address_proofs" CASCADE;
ALTER TABLE "accounts" DROP COLUMN "own_fields";
