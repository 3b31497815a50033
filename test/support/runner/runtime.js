/*
 * Jest's own runtime loads every module anew for each test file, in a context of its own: two seconds a file for a
 * house. This one lets Node load them: what is under test, and the libraries, once a worker; test files and
 * their supports anew for each file. Jest does all else: workers, time limits, reports, the summary.
 */
import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const TESTS = new URL('../../', import.meta.url).href;
const JEST = new URL('jest.js', import.meta.url).href;

let files = 0;

registerHooks({
  resolve(specifier, context, next) {
    if (specifier === '@jest/globals') return next(JEST, context);
    const found = next(specifier, context);
    const isTests = found.url.startsWith(TESTS) && found.url.endsWith('.ts');
    return isTests ? { ...found, url: `${found.url}?file=${files}` } : found;
  },
});

export default class Runtime {
  constructor(_config, { global }) {
    files += 1;
    this.global = global;
  }

  requireInternalModule(path) {
    delete require.cache[path];
    return require(path);
  }

  requireModule(path) {
    return require(path);
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  unstable_importModule(path) {
    return import(pathToFileURL(path).href);
  }

  setGlobalsForRuntime() {}
  enterTestCode() {}
  leaveTestCode() {}
  teardown() {}

  getSourceMaps() {
    return new Map();
  }
  getAllCoverageInfoCopy() {}
}
