/* The worker's own world, given back after each file as it was before. What a file leaves running is its failure. */
import { setTimeout as pause } from 'node:timers/promises';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2', 'disconnect', 'warning'];

export default class Environment {
  global = globalThis;

  constructor() {
    this.before = running();
    this.giveBack = [environmentVariables(), globals(), directory(), listeners()];
  }

  async setup() {
    this.notices = noticesOfTheLibrary();
  }

  /** Beside what tests found themselves: they say why something was left. */
  async handleTestEvent({ name }, { unhandledErrors }) {
    if (name !== 'run_finish') return;
    const left = await leftRunning(this.before);
    const faults = [
      ...this.notices.map((notice) => `The library printed: ${notice}`),
      ...left.map((kind) => `Left running: ${kind}`),
    ];
    unhandledErrors.push(...faults.map((fault) => [fault, undefined]));
  }

  async teardown() {
    for (const giveBack of this.giveBack) giveBack();
  }

  getVmContext() {
    return null;
  }

  exportConditions() {
    return [];
  }
}

function environmentVariables() {
  const before = { ...process.env };
  return () => {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  };
}

/** Clocks that were turned, consoles that were replaced, and what Jest put there; what libraries put there stays. */
function globals() {
  const before = new Map(properties(globalThis));
  const exit = Object.getOwnPropertyDescriptor(process, 'exit');
  return () => {
    Object.defineProperty(process, 'exit', exit);
    for (const key of JEST_STATE) delete globalThis[key];
    for (const [key, property] of before) {
      if (property.configurable) Object.defineProperty(globalThis, key, property);
    }
  };
}

const JEST_STATE = ['EVENT_HANDLERS', 'TEST_TIMEOUT_SYMBOL'].map((name) => Symbol.for(name));

const properties = (object) =>
  Reflect.ownKeys(object).map((key) => [key, Object.getOwnPropertyDescriptor(object, key)]);

function directory() {
  const [cwd, umask] = [process.cwd(), process.umask()];
  return () => {
    process.chdir(cwd);
    process.umask(umask);
  };
}

function listeners() {
  const before = new Map(SIGNALS.map((signal) => [signal, process.rawListeners(signal)]));
  return () => {
    for (const [signal, kept] of before) {
      for (const listener of process.rawListeners(signal)) {
        if (!kept.includes(listener)) process.removeListener(signal, listener);
      }
    }
  };
}

/** It prints each of them once a process: in whichever file that is, it fails there. */
function noticesOfTheLibrary() {
  const notices = [];
  for (const name of ['info', 'warn']) {
    const print = console[name];
    console[name] = function listened(...words) {
      if (String(words[0]).includes('oidc-provider')) notices.push(words.join(' '));
      return print.apply(this, words);
    };
  }
  return notices;
}

const running = () =>
  process.getActiveResourcesInfo().filter((kind) => /^(ProcessWrap|\w+ServerWrap)$/.test(kind));

/** What is being closed has a moment for it. */
async function leftRunning(before) {
  for (let turns = 0; turns < 40 && running().length > before.length; turns += 1) await pause(50);
  const after = running();
  for (const kind of before) if (after.includes(kind)) after.splice(after.indexOf(kind), 1);
  return after;
}
