export default {
  roots: ['<rootDir>/test'],
  transform: {},
  runtime: '<rootDir>/test/support/runner/runtime.js',
  testEnvironment: '<rootDir>/test/support/runner/environment.js',
  globalSetup: '<rootDir>/test/support/start-real-parts.js',
  globalTeardown: '<rootDir>/test/support/stop-real-parts.js',
  maxWorkers: 3,
  // Modules stay in a worker's memory. With a limit there are always workers, and a run always ends.
  workerIdleMemoryLimit: '1GB',
  // On a busy machine a worker that has nothing left takes its time to end.
  workerGracefulExitTimeout: 20_000,
  testTimeout: 30_000,
};
