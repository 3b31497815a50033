import type { Row } from '../table.ts';
import { floods } from './floods.ts';
import { lostMaster } from './lost-master.ts';
import { signInStorm } from './sign-in-storm.ts';
import { poolExhausted, slowDatabase } from './slow-database.ts';
import { slowSockets } from './slow-sockets.ts';
import { tokenStorm } from './token-storm.ts';

/** What a server does when more is asked of it than it can do, and when what it stands on is slow. */
export async function protection(): Promise<Row[]> {
  return [
    ...(await signInStorm()),
    ...(await tokenStorm()),
    await slowSockets(),
    await slowSockets(25, { GATEHOUSE_MEMORY: '192' }),
    await floods(),
    ...(await slowDatabase()),
    await poolExhausted(),
    ...(await lostMaster()),
  ];
}
