import type { Pool } from 'pg';
import type {
  ArtifactStore,
  Authorizations,
  Payload,
  StoredArtifact,
  StoredSession,
} from '../../oidc/protocol-store.ts';
import { named } from './database.ts';

/** Short-lived protocol records in PostgreSQL, for a house without Redis. They expire by the database's clock. */
export function postgresArtifacts(pool: Pool): ArtifactStore {
  return {
    async put(model, id, payload, ttlS) {
      await named(pool, PUT, [model, id, JSON.stringify(payload), ttlS]);
    },
    async putOnce(model, id, ttlS) {
      return (await named(pool, PUT_ONCE, [model, id, ttlS])).rowCount === 1;
    },
    async find(model, id) {
      const { rows } = await named<{ payload: Payload; consumed: boolean }>(pool, FIND, [
        model,
        id,
      ]);
      return rows[0];
    },
    async findTogether(models, id) {
      const { rows } = await named<StoredArtifact & { model: string }>(pool, FIND_TOGETHER, [
        models,
        id,
      ]);
      return models.map((one) => {
        const found = rows.find(({ model }) => model === one);
        return found && { payload: found.payload, consumed: found.consumed };
      });
    },
    async consume(model, id) {
      return (await named(pool, CONSUME, [model, id])).rowCount === 1;
    },
    async remove(model, id) {
      await named(pool, REMOVE, [model, id]);
    },
    findSession: (id) => findSession(pool, id),
    mergeSession: (id, session, ttlS) => mergeSession(pool, id, session, ttlS),
    moveSession: (id, to) => moveSession(pool, id, to),
    async removeSession(id) {
      await named(pool, REMOVE, ['Session', id]);
    },
  };
}

const UNTIL = (seconds: string) => `now() + ${seconds}::int * interval '1 second'`;

// An expired row that waits for its removal counts as absent in every statement.
const PUT = `INSERT INTO artifacts AS a (model, id, payload, expires_at) VALUES ($1, $2, $3::jsonb, ${UNTIL('$4')})
  ON CONFLICT (model, id) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at,
    consumed_at = CASE WHEN a.expires_at > now() THEN a.consumed_at END`;

const PUT_ONCE = `INSERT INTO artifacts AS a (model, id, payload, expires_at) VALUES ($1, $2, '{}', ${UNTIL('$3')})
  ON CONFLICT (model, id) DO UPDATE SET expires_at = excluded.expires_at WHERE a.expires_at <= now()`;

const FIND = `SELECT payload, consumed_at IS NOT NULL AS consumed FROM artifacts
  WHERE model = $1 AND id = $2 AND expires_at > now()`;

const FIND_TOGETHER = `SELECT model, payload, consumed_at IS NOT NULL AS consumed FROM artifacts
  WHERE model = ANY ($1::text[]) AND id = $2 AND expires_at > now()`;

const CONSUME = `UPDATE artifacts SET consumed_at = now()
  WHERE model = $1 AND id = $2 AND consumed_at IS NULL AND expires_at > now()`;

const REMOVE = `DELETE FROM artifacts WHERE model = $1 AND id = $2`;

/** What stands in a session's row: a session, authorizations that came before it, or where it moved to. */
interface SessionRow {
  session?: Payload;
  authorizations?: Authorizations;
  movedTo?: string;
}

async function findSession(pool: Pool, id: string): Promise<StoredSession | 'moved' | undefined> {
  const { rows } = await named<{ payload: SessionRow }>(pool, FIND, ['Session', id]);
  const found = rows[0]?.payload;
  if (found?.movedTo !== undefined) return 'moved';
  if (!found?.session) return undefined;
  return { payload: found.session, authorizations: found.authorizations ?? {} };
}

const MERGE = `INSERT INTO artifacts AS a (model, id, payload, expires_at)
  VALUES ('Session', $1, $2::jsonb, ${UNTIL('$3')})
  ON CONFLICT (model, id) DO UPDATE SET
    payload = CASE
      WHEN a.expires_at <= now() THEN excluded.payload
      WHEN a.payload ? 'movedTo' THEN a.payload
      ELSE a.payload || excluded.payload || jsonb_build_object('authorizations',
        coalesce(a.payload -> 'authorizations', '{}') || (excluded.payload -> 'authorizations')) END,
    expires_at = CASE WHEN a.expires_at > now() AND a.payload ? 'movedTo' THEN a.expires_at ELSE excluded.expires_at END
  RETURNING payload ->> 'movedTo' AS moved_to`;

async function mergeSession(
  pool: Pool,
  id: string,
  { payload, authorizations }: StoredSession,
  ttlS: number,
): Promise<'merged' | 'moved'> {
  const movedTo = await merge(pool, id, { session: payload, authorizations }, ttlS);
  if (movedTo === undefined) return 'merged';
  if (Object.keys(authorizations).length > 0) await merge(pool, movedTo, { authorizations }, ttlS);
  return 'moved';
}

async function merge(pool: Pool, id: string, row: SessionRow, ttlS: number) {
  const params = [id, JSON.stringify(row), ttlS];
  const { rows } = await named<{ moved_to: string | null }>(pool, MERGE, params);
  return rows[0]?.moved_to ?? undefined;
}

const MOVE = `WITH old AS MATERIALIZED (
    SELECT payload FROM artifacts WHERE model = 'Session' AND id = $1 AND expires_at > now() FOR UPDATE
  ), moved AS (
    UPDATE artifacts a SET payload = jsonb_build_object('movedTo', $2::text), expires_at = now() + interval '10 seconds'
    FROM old WHERE a.model = 'Session' AND a.id = $1
  ) SELECT payload FROM old`;

async function moveSession(pool: Pool, id: string, to: string): Promise<Authorizations> {
  const { rows } = await named<{ payload: SessionRow }>(pool, MOVE, [id, to]);
  return rows[0]?.payload.authorizations ?? {};
}
