DROP TABLE "address_proofs" CASCADE;
ALTER TABLE "accounts" DROP COLUMN "own_fields";
