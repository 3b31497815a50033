import { deleteClient } from '../clients/delete-client.ts';
import { rotateSecret } from '../clients/rotate-secret.ts';
import { type ShownClient, showClient, withoutSecrets } from '../clients/show-client.ts';
import { DEMO_SERVICE } from '../development/demo-clients.ts';
import type { House } from '../furnish.ts';
import { clientMetadata } from './client-metadata.ts';
import { clientText } from './client-text.ts';
import { inColumns } from './columns.ts';
import { type Command, CommandFailed } from './command.ts';
import { durationOf } from './given-options.ts';

const DEFAULT_OVERLAP_S = 86_400;
const PAGE = 500;

export const listClients: Command = {
  name: 'client list',
  summary: 'List the applications',
  async run({ house, data }) {
    const { clients, now } = await house();
    const all: ShownClient[] = [];
    let after: string | undefined;
    do {
      const page = await clients.list({ limit: PAGE, ...(after !== undefined && { after }) });
      all.push(...page.map((client) => withoutSecrets(client, now())));
      after = page.length === PAGE ? page.at(-1)?.id : undefined;
    } while (after !== undefined);
    const rows = all.map(({ id, name, firstParty, grantTypes }) => [
      id,
      name,
      firstParty ? 'first-party' : 'third-party',
      grantTypes.join(' '),
    ]);
    data(
      all.map(clientMetadata),
      inColumns(rows).join('\n') ||
        'No application is registered yet: gatehouse client create --help',
    );
  },
};

export const showClientCommand: Command = {
  name: 'client show',
  summary: 'Show what is registered of an application',
  takes: '<client-id>',
  async run({ positionals: [id = ''], house, data }) {
    const deps = await house();
    const client = await showClient(deps, id);
    if (!client) throw new CommandFailed(`There is no client ${id}.`);
    const secret = demoSecret(client, deps);
    data(
      { ...clientMetadata(client), ...(secret !== undefined && { client_secret: secret }) },
      clientText(client, secret),
    );
  },
};

/** Known because it is derived; of any other client only the hash is there. */
function demoSecret(client: ShownClient, { settings, keys }: House): string | undefined {
  const isOurs = client.id === DEMO_SERVICE && client.development && !settings.production;
  return isOurs ? keys.demoServiceSecret : undefined;
}

export const rotateClientSecret: Command = {
  name: 'client rotate-secret',
  summary: 'Make a new secret; the others work for a while yet',
  takes: '<client-id>',
  options: {
    overlap: {
      type: 'string',
      describe: 'How long the others still work: 30m, 24h, 7d, 0 (default: 24h)',
      hint: 'time',
    },
  },
  async run({ positionals: [clientId = ''], values, house, data }) {
    const overlapS = durationOf(values, 'overlap') ?? DEFAULT_OVERLAP_S;
    const rotated = await rotateSecret(await house(), { clientId, overlapS }, { actor: 'cli' });
    switch (rotated.outcome) {
      case 'rotated': {
        const { secret, othersEndAt } = rotated;
        return data(
          { client_id: clientId, client_secret: secret, others_end_at: othersEndAt },
          `CLIENT_SECRET=${secret}\n# Shown once. Other secrets end at ${othersEndAt.toISOString()}.`,
        );
      }
      case 'unknown':
        throw new CommandFailed(`There is no client ${clientId}.`);
      case 'needs-no-secret':
        throw new CommandFailed(`${clientId} does not authenticate by a secret.`);
      case 'too-many-secrets':
        throw new CommandFailed(
          `${clientId} has too many secrets that still work; end them with --overlap 0.`,
        );
    }
  },
};

export const deleteClientCommand: Command = {
  name: 'client delete',
  summary: 'Delete an application; all that people granted to it ends',
  takes: '<client-id>',
  async run({ positionals: [id = ''], house, data }) {
    const deps = await house();
    if ((await deleteClient(deps, id, { actor: 'cli' })) === 'unknown') {
      throw new CommandFailed(`There is no client ${id}.`);
    }
    data({ client_id: id, deleted: true }, `Deleted ${id}.`);
  },
};
