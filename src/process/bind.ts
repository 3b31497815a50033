import type { Server } from 'node:net';
import { CannotStart } from './cannot-start.ts';

/** The settings that an address comes from: what cannot be had is told by their names. */
export interface AddressSettings {
  port: string;
  host: string;
}

export function bind(
  server: Server,
  address: { port: number; host: string },
  settings: AddressSettings = { port: 'PORT', host: 'HOST' },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new CannotStart(whyNot(error, address, settings), { cause: error }));
    });
    server.listen(address, resolve);
  });
}

function whyNot(
  error: NodeJS.ErrnoException,
  { port, host }: { port: number; host: string },
  settings: AddressSettings,
): string {
  if (error.code === 'EADDRINUSE') {
    return `Port ${port} is taken by another program. Stop it, or set ${settings.port} to another number.`;
  }
  if (error.code === 'EACCES') {
    return `Port ${port} needs more rights than this user has. Set ${settings.port} to a number above 1023.`;
  }
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND') {
    return `This machine has no address ${host}. Correct ${settings.host}.`;
  }
  return `Port ${port} on ${host} cannot be listened on (${error.code ?? error.message}).`;
}
