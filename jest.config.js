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
  workerGracefulExitTimeout: 5000,
  testTimeout: 30_000,
};
