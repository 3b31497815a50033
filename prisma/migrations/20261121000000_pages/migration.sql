-- AlterTable
ALTER TABLE "accounts" ADD COLUMN     "own_fields" JSONB;

-- CreateTable
CREATE TABLE "address_proofs" (
    "id" UUID NOT NULL,
    "purpose" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_canonical" TEXT NOT NULL,
    "account_id" UUID,
    "credential_version" INTEGER,
    "browser" TEXT NOT NULL,
    "interaction" TEXT,
    "interaction_seal" BYTEA,
    "client_id" TEXT NOT NULL,
    "ip" TEXT,
    "user_agent" TEXT,
    "language" TEXT NOT NULL,
    "nonce" TEXT NOT NULL,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "sends" INTEGER NOT NULL DEFAULT 1,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "next_send_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_for" TEXT,
    "deliverable" BOOLEAN NOT NULL DEFAULT false,
    "code_expires_at" TIMESTAMPTZ(3),
    "state" TEXT NOT NULL DEFAULT 'pending',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "address_proofs_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "address_proofs_interaction_idx" ON "address_proofs"("interaction");

-- CreateIndex
CREATE INDEX "address_proofs_account_id_idx" ON "address_proofs"("account_id");

-- CreateIndex
CREATE INDEX "address_proofs_email_canonical_idx" ON "address_proofs"("email_canonical");

-- CreateIndex
CREATE INDEX "address_proofs_expires_at_idx" ON "address_proofs"("expires_at");

-- AddForeignKey
ALTER TABLE "address_proofs" ADD CONSTRAINT "address_proofs_account_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- CreateTable
CREATE TABLE "code_exchanges" (
    "id" TEXT NOT NULL,
    "attempt" TEXT NOT NULL,
    "answer_seal" BYTEA,
    "begun_at" TIMESTAMPTZ(3) NOT NULL,
    "answered_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "code_exchanges_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "code_exchanges_expires_at_idx" ON "code_exchanges"("expires_at");
