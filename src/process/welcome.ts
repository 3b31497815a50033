/** What `npm start` says in development, once everything answers. */
export function welcome(issuer: string, startedInMs: number): string {
  const letterbox = `${issuer}/letterbox`;
  const row = (name: string, address: string, what: string) =>
    `  ${name.padEnd(15)}${address.padEnd(letterbox.length + 5)}${what}`;
  return `Gatehouse is ready in ${seconds(startedInMs)}

  Issuer         ${issuer}
${row('Try it', `${issuer}/demo`, 'an application that signs you in and shows its tokens')}
${row('Letterbox', letterbox, 'every mail that would have been sent')}
${row('First steps', issuer, 'a checklist that ticks itself')}
`;
}

/** The same for a process that does the jobs alone. */
export function atWork(startedInMs: number): string {
  return `Gatehouse does its jobs here, ready in ${seconds(startedInMs)}\n`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
