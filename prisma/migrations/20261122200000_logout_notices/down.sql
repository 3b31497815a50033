DROP TRIGGER "note_end_before" ON "accounts";
DROP TRIGGER "note_end" ON "accounts";
DROP TRIGGER "note_end" ON "sessions";
DROP FUNCTION gatehouse_note_sessions_end();
DROP FUNCTION gatehouse_note_session_end();
DROP TABLE "logout_notices" CASCADE;
ALTER TABLE "clients" DROP COLUMN "backchannel_logout_session_required";
ALTER TABLE "clients" DROP COLUMN "backchannel_logout_uri";
