/** Fails when the library prints anything: each of its notices is a decision that nobody took. */
export function expectQuietLibrary(): void {
  const printed: string[] = [];
  const { info, warn } = console;

  beforeAll(() => {
    console.info = (...words: unknown[]) => void printed.push(words.join(' '));
    console.warn = (...words: unknown[]) => void printed.push(words.join(' '));
  });
  afterAll(() => {
    Object.assign(console, { info, warn });
  });
  afterEach(() => {
    expect(printed).toEqual([]);
  });
}
