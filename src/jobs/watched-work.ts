import { type Watch, seen } from '../watching/watch.ts';
import type { JobWork } from './queue.ts';

/** The same work; each job is seen. */
export function watchedWork(work: JobWork, watch: Watch): JobWork {
  const job = (name: keyof JobWork, run: () => Promise<void>) =>
    seen(watch, { kind: 'job', name }, run);
  return {
    'clean-up': (payload) => job('clean-up', () => work['clean-up'](payload)),
    'rotate-keys': (payload) => job('rotate-keys', () => work['rotate-keys'](payload)),
    'mail-proof': (payload) => job('mail-proof', () => work['mail-proof'](payload)),
    'send-mail': (payload) => job('send-mail', () => work['send-mail'](payload)),
  };
}
