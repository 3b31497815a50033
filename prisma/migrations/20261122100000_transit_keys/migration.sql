-- AlterTable
ALTER TABLE "signing_keys" ADD COLUMN     "transit_key" TEXT;
