/* Loaded into the server before its own code: tells whoever connects what the process holds, without the rubbish where that is asked. */
import { createServer } from 'node:net';
import { setFlagsFromString, writeHeapSnapshot } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
/** The objects behind what `getActiveResourcesInfo` only names: Node.js has no other way to their listeners. */
const ACTIVE = '_getActiveHandles';

const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.once('data', (word) => {
    const [order, path] = String(word).split(' ');
    if (order === 'collected') collect();
    if (order === 'snapshot') writeHeapSnapshot(path);
    socket.end(JSON.stringify(held()));
  });
});
server.listen(process.env.SOAK_SOCKET);
server.unref();

function held() {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  const handles = process[ACTIVE]();
  const timers = process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
  const listeners = [process, ...handles].reduce((sum, one) => sum + listenersOf(one), 0);
  return { heapUsed, external, arrayBuffers, handles: handles.length, timers, listeners };
}

function listenersOf(emitter) {
  const names = emitter.eventNames?.() ?? [];
  return names.reduce((sum, name) => sum + emitter.listenerCount(name), 0);
}
