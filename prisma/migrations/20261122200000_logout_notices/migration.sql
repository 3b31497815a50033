-- AlterTable
ALTER TABLE "clients" ADD COLUMN     "backchannel_logout_session_required" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "backchannel_logout_uri" TEXT;

-- CreateTable
CREATE TABLE "logout_notices" (
    "id" UUID NOT NULL,
    "client_id" TEXT NOT NULL,
    "account_id" UUID NOT NULL,
    "session_id" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "tries" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "why" TEXT,
    "expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "logout_notices_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "logout_notices_client_id_idx" ON "logout_notices"("client_id");

-- CreateIndex
CREATE INDEX "logout_notices_state_client_id_due_at_idx" ON "logout_notices"("state", "client_id", "due_at");

-- CreateIndex
CREATE INDEX "logout_notices_expires_at_idx" ON "logout_notices"("expires_at");

-- AddForeignKey
ALTER TABLE "logout_notices" ADD CONSTRAINT "logout_notices_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Whatever ends a session writes, in the same step, whom that is to be told: the clients that got a grant in it.
-- No writer can forget to. What merely expires passes here without a word. A client that is being deleted is waited
-- for and left out: nobody's sign-out fails because of it.
CREATE FUNCTION gatehouse_note_session_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO logout_notices (id, client_id, account_id, session_id)
  SELECT gen_random_uuid(), c.id, NEW.account_id, NEW.id
    FROM (SELECT DISTINCT client_id FROM grants WHERE session_id = NEW.id) g
    JOIN clients c ON c.id = g.client_id AND c.backchannel_logout_uri IS NOT NULL
     FOR KEY SHARE OF c;
  RETURN NULL;
END;
$$;

CREATE TRIGGER note_end AFTER UPDATE OF ended_at ON sessions
  FOR EACH ROW WHEN (OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL)
  EXECUTE FUNCTION gatehouse_note_session_end();

-- Signed out everywhere, disabled, a new password, or deleted: all sessions that had not ended before.
CREATE FUNCTION gatehouse_note_sessions_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO logout_notices (id, client_id, account_id, session_id)
  SELECT gen_random_uuid(), c.id, OLD.id, g.session_id
    FROM (SELECT DISTINCT g.client_id, g.session_id
            FROM sessions s JOIN grants g ON g.session_id = s.id
           WHERE s.account_id = OLD.id AND s.ended_at IS NULL AND s.sign_out_version = OLD.sign_out_version) g
    JOIN clients c ON c.id = g.client_id AND c.backchannel_logout_uri IS NOT NULL
     FOR KEY SHARE OF c;
  RETURN OLD;
END;
$$;

CREATE TRIGGER note_end AFTER UPDATE OF sign_out_version ON accounts
  FOR EACH ROW WHEN (NEW.sign_out_version > OLD.sign_out_version)
  EXECUTE FUNCTION gatehouse_note_sessions_end();
-- Before: its sessions and grants go with it.
CREATE TRIGGER note_end_before BEFORE DELETE ON accounts
  FOR EACH ROW EXECUTE FUNCTION gatehouse_note_sessions_end();
