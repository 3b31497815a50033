import { setTimeout as sleep } from 'node:timers/promises';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { Client } from 'pg';
import { type Receiver, openReceiver } from '../logout-notices/receivers.ts';
import { type Browser, openBrowser } from '../support/browser.ts';
import { timed } from '../support/stopwatch.ts';
import type { Fault, Notes } from './experiment.ts';
import { seconds, staysUp } from './health.ts';
import { lasted } from './measure.ts';
import type { Stage } from './stage.ts';
import { APPLICATION, type Person, REQUEST } from './world.ts';

const HANGING = 100;
const PEOPLE = 3;
/** Its server goes on answering. */
const WELL = 'told-well';
const PAGE_MS = 1000;
const ALL_TOLD_MS = 60_000;

export const SIGN_OUT_FAULTS: Fault[] = [
  {
    id: 'F-44',
    what: `${HANGING} applications hang that are told of a sign-out`,
    bar: { longestMs: 3000, recoveryMs: 2000, errors: 0 },
    prepare: signInEverywhere,
    hurt: () => void (isHurt = true),
    during: signOut,
    heal: comeBack,
    after: allAreTold,
  },
];

let isHurt = false;
let healedAt = 0;
let people: { person: Person; browser: Browser }[] = [];
/** When an application accepted a token that it had checked, by its id and whom it is about. */
const toldAt = new Map<string, number>();
const badTokens: string[] = [];

async function signInEverywhere(stage: Stage): Promise<void> {
  const keys = createRemoteJWKSet(new URL(`${stage.issuer}/jwks`));
  const ids = [...Array.from({ length: HANGING }, (_, i) => `told-${i}`), WELL];
  const receivers: Receiver[] = [];
  for (const id of ids) {
    const receiver = await openReceiver((response, token) => {
      if (isHurt && id !== WELL) return;
      const expected = { issuer: stage.issuer, audience: id, typ: 'logout+jwt' };
      jwtVerify(token, keys, expected).then(
        ({ payload }) => toldAt.set(`${id} ${payload.sub}`, performance.now()),
        (error: unknown) => badTokens.push(String(error)),
      );
      response.end();
    });
    stage.atClose.push(() => receiver.close());
    receivers.push(receiver);
  }
  await inDatabase(
    stage,
    LIKE_THE_APPLICATION,
    ids,
    receivers.map(({ uri }) => uri),
  );
  people = [];
  for (let i = 0; i < PEOPLE; i += 1) people.push(await signedIn(stage, ids));
}

const LIKE_THE_APPLICATION = `
  INSERT INTO clients (id, name, first_party, kind, token_endpoint_auth_method, grant_types, redirect_uris,
    post_logout_redirect_uris, scopes, cors_origins, backchannel_logout_uri, updated_at)
  SELECT told.id, told.id, first_party, kind, token_endpoint_auth_method, grant_types, redirect_uris,
    post_logout_redirect_uris, scopes, cors_origins, told.uri, now()
    FROM clients, unnest($1::text[], $2::text[]) AS told (id, uri) WHERE clients.id = '${APPLICATION.id}'`;

async function signedIn({ issuer, world }: Stage, ids: readonly string[]) {
  const person = world.person();
  const browser = openBrowser(issuer);
  for (const id of ids) {
    let page = await browser.visit(REQUEST.replace(/client_id=\w+/, `client_id=${id}`));
    if (!page.leftFor) page = await browser.submit(page, { ...person });
    if (!page.leftFor?.searchParams.has('code')) throw new Error(`no code for ${id}`);
  }
  return { person, browser };
}

/** The page of the way out waits for none of them. What the machine takes for any page is none of their doing. */
async function signOut({ recorder }: Stage, { note, broken }: Notes): Promise<void> {
  await sleep(1000);
  const before = Math.max(...recorder.calls.map(lasted));
  const began = performance.now();
  const took: number[] = [];
  for (const { browser } of people) {
    const page = await browser.visit('/session/end');
    const { ms, text } = await timed(() => browser.submit(page));
    if (!text.includes('You are signed out')) broken('somebody is not signed out');
    took.push(ms);
  }
  const longest = Math.max(...took);
  note(`the page of ${PEOPLE} sign-outs took ${seconds(longest)} at most`);
  if (longest > PAGE_MS + before) broken(`promised ${seconds(PAGE_MS)} beyond ${seconds(before)}`);
  while (toldWell() < PEOPLE && performance.now() - began < ALL_TOLD_MS) await sleep(50);
  note(`an application that does not hang knew after ${seconds(performance.now() - began)}`);
}

const toldWell = () => [...toldAt.keys()].filter((key) => key.startsWith(WELL)).length;

function comeBack(): void {
  isHurt = false;
  healedAt = performance.now();
}

async function allAreTold(stage: Stage, { note, broken }: Notes): Promise<void> {
  await staysUp(stage, { note, broken, notYet: note });
  const all = PEOPLE * (HANGING + 1);
  const since = performance.now();
  const left = async () => (await inDatabase(stage, 'SELECT FROM logout_notices')).length;
  while ((await left()) > 0 && performance.now() - since < ALL_TOLD_MS) await sleep(200);
  const last = Math.max(...toldAt.values());
  note(`${toldAt.size} of ${all} told, the last ${seconds(last - healedAt)} after they were back`);
  if (toldAt.size < all) broken(`${all - toldAt.size} were never told`);
  if (badTokens.length > 0) broken(`${badTokens.length} tokens were refused: ${badTokens[0]}`);
}

async function inDatabase(
  { postgres }: Stage,
  statement: string,
  ...values: unknown[]
): Promise<unknown[]> {
  const client = new Client({ ...postgres.config, database: 'gatehouse' });
  await client.connect();
  try {
    return (await client.query(statement, values)).rows;
  } finally {
    await client.end();
  }
}
