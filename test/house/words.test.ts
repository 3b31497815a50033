import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Lines of tracked files that match, but for this folder, which has to name them. */
function linesWith(pattern: string, ...paths: string[]): string[] {
  try {
    const found = execFileSync(
      'git',
      ['grep', '-nIE', pattern, '--', ...paths, ':!package-lock.json', ':!test/house'],
      { cwd: root, encoding: 'utf8' },
    );
    return found.trim().split('\n');
  } catch {
    return [];
  }
}

it('leaves nothing for later in the code', () => {
  expect(linesWith('\\b(TODO|FIXME|XXX)\\b', 'src', 'test', 'views', 'prisma')).toEqual([]);
});

it('switches no check off', () => {
  expect(
    linesWith(
      '(oxlint|eslint)-disable|@ts-(ignore|expect-error|nocheck)|\\bas any\\b|\\b(it|test|describe)\\.(skip|only|todo)|jest\\.mock',
      'src',
      'test',
    ),
  ).toEqual([]);
});

it('names no registry and no machine of ours', () => {
  expect(linesWith('registry\\.npmjs|/home/[a-z]+/|/root/', '.')).toEqual([]);
});
