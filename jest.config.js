export default {
  roots: ['<rootDir>/test'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/strip-types.js' },
  coverageProvider: 'v8',
  globalSetup: '<rootDir>/test/support/start-real-parts.js',
  globalTeardown: '<rootDir>/test/support/stop-real-parts.js',
  maxWorkers: 3,
  testTimeout: 30_000,
};
