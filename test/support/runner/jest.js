import { ModuleMocker } from 'jest-mock';

const mocker = new ModuleMocker(globalThis);

/** What tests may have of Jest. Modules are never mocked: another collaborator is passed instead. */
export const jest = {
  fn: (implementation) => mocker.fn(implementation),
  spyOn: (object, method) => mocker.spyOn(object, method),
  restoreAllMocks: () => mocker.restoreAllMocks(),
  setTimeout(ms) {
    globalThis[Symbol.for('TEST_TIMEOUT_SYMBOL')] = ms;
  },
};
