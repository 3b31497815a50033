ALTER TABLE "signing_keys" DROP COLUMN "transit_key";
