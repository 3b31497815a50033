import { AsyncLocalStorage } from 'node:async_hooks';
import type { StoredArtifact } from './protocol-store.ts';

/** A record that was read along with another, for whoever asks for it within this piece of work and no other. */
export interface RecordAtHand {
  model: string;
  id: string;
  found: StoredArtifact | undefined;
}

const records = new AsyncLocalStorage<RecordAtHand>();

export function withAtHand<T>(record: RecordAtHand, work: () => Promise<T>): Promise<T> {
  return records.run(record, work);
}

export function recordAtHand(model: string, id: string): RecordAtHand | undefined {
  const record = records.getStore();
  return record?.model === model && record.id === id ? record : undefined;
}
