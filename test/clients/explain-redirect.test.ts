import { execFileSync } from 'node:child_process';
import { explainRedirect } from '../../src/clients/explain-redirect.ts';
import { aClient } from './a-client.ts';

const notes = aClient({
  redirectUris: ['https://notes.example/callback', 'https://notes.example:8443/other'],
});

it('says what differs, and what to type to allow it', () => {
  expect(explainRedirect('https://notes.example/callback2', notes)).toEqual({
    received: 'https://notes.example/callback2',
    registered: notes.redirectUris,
    differs: 'the path differs',
    command:
      "npx gatehouse client update notes --add-redirect-uri 'https://notes.example/callback2'",
  });
  expect(explainRedirect('https://notes.example:8443/callback', notes).differs).toBe(
    'the port differs',
  );
  expect(explainRedirect('https://other.example/callback?x=1', notes).differs).toBe(
    'the host and the query differ',
  );
});

it('says why what may not be registered may not', () => {
  expect(explainRedirect('https://notes.example:443/callback', notes)).toMatchObject({
    differs: 'only the spelling differs',
    fault: 'the address must be written as browsers write it: https://notes.example/callback',
  });
  expect(explainRedirect('http://notes.example/callback', notes)).toMatchObject({
    differs: 'the scheme differs',
    fault: expect.stringMatching(/must use https/),
  });
  expect(explainRedirect('nothing', notes)).toEqual({
    received: 'nothing',
    registered: notes.redirectUris,
    fault: 'the address must be absolute, such as https://app.example/callback',
  });
});

it('explains the way out as well, and a client without any', () => {
  expect(explainRedirect('https://notes.example/bye', notes, 'sign-out')).toMatchObject({
    registered: ['https://notes.example/'],
    command: "npx gatehouse client update notes --add-post-logout-uri 'https://notes.example/bye'",
  });
  const bare = aClient({ redirectUris: [] });
  expect(explainRedirect('https://a.example/', bare).differs).toBe('no address is registered yet');
});

it('puts nothing on a command line that a shell would run, nor anything invisible on a page', () => {
  const hostile = "com.example.atlas:x'$(reboot)';`id`";
  const { command = '' } = explainRedirect(hostile, aClient({ kind: 'native' }));
  const typed = command.replace('npx gatehouse client update notes', String.raw`printf '%s\n'`);
  expect(execFileSync('sh', ['-c', typed], { encoding: 'utf8' })).toBe(
    `--add-redirect-uri\n${hostile}\n`,
  );

  const invisible = explainRedirect('https://a.example/\u202ecod.exe\n', notes);
  expect(invisible).not.toHaveProperty('command');
  expect(invisible.received).toBe(String.raw`https://a.example/\u{202e}cod.exe\u{a}`);
});
