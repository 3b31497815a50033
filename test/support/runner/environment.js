/* The worker's own world, given back after each file as it was before. */

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2', 'disconnect', 'warning'];

export default class Environment {
  global = globalThis;

  constructor() {
    this.giveBack = [environmentVariables(), globals(), directory(), listeners()];
  }

  async setup() {
    Error.stackTraceLimit = 100;
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
