import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAME } from '../../deploy/openbao/set-up.ts';
import { SECRETS, schema } from '../../src/settings/schema.ts';
import { type ComposeService, readCompose, root } from './compose-file.ts';

const compose = readCompose();
const services = Object.entries(compose.services);
const ours = services.filter(([, { environment }]) => 'ISSUER' in environment);
const servers = ours.filter(([, { command = [] }]) => command.includes('--only'));

const volumesOf = ({ volumes }: ComposeService) =>
  volumes.map((volume) => {
    const [from = '', to = '', mode = 'rw'] = volume.split(':');
    return { from, to, mode };
  });

const isThere = (mounted: string) =>
  mounted.startsWith('./') ? existsSync(join(root, mounted)) : mounted in compose.volumes;

describe.each(services)('%s', (name, service) => {
  it('is of one version', () => {
    expect(service.image).toMatch(/:v?\d+\.\d+[\w.-]*$/);
  });

  it('may write nowhere but where it has to, and gains no right', () => {
    expect(service.read_only).toBe(true);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toContain('no-new-privileges:true');
  });

  it('is not root, but for the one that gives the secrets to their readers', () => {
    const user = service.user ?? (service.build ? '1000:1000' : 'root');
    const alone = service.network_mode === 'none' && name === 'secrets';
    expect(user).toMatch(alone ? /^0:0$/ : /^[1-9]\d*:[1-9]\d*$/);
  });

  it('names no file, volume, network or neighbour that is not there', () => {
    const mounted = volumesOf(service).map(({ from }) => from);
    expect(mounted.filter((from) => !isThere(from))).toEqual([]);
    expect(service.networks.filter((network) => !(network in compose.networks))).toEqual([]);
    expect(Object.keys(service.depends_on).filter((other) => !compose.services[other])).toEqual([]);
  });

  it('waits for the end of those alone that end', () => {
    const awaited = Object.entries(service.depends_on)
      .filter(([, { condition }]) => condition === 'service_completed_successfully')
      .map(([other]) => compose.services[other]?.restart);
    expect(awaited.filter((restart) => restart !== 'no')).toEqual([]);
  });

  it('holds no secret', () => {
    const told = Object.entries(service.environment).filter(([variable, value]) => {
      return (
        SECRETS.includes(variable) || (variable.endsWith('_FILE') && !value.startsWith('/secrets/'))
      );
    });
    expect(told).toEqual([]);
    expect(JSON.stringify(service)).not.toMatch(/:\/\/[^/"]*@|pass(word|phrase)?[=:]\w/i);
  });

  it('changes no secret but where they are made', () => {
    const makers = ['secrets', 'openbao-set-up'];
    const modes = volumesOf(service)
      .filter(({ from }) => from.endsWith('-secrets'))
      .map(({ mode }) => mode);
    expect(modes.filter((mode) => (mode === 'rw') !== makers.includes(name))).toEqual([]);
  });
});

it('every volume is used', () => {
  const used = services.flatMap(([, service]) => volumesOf(service).map(({ from }) => from));
  expect(Object.keys(compose.volumes).filter((name) => !used.includes(name))).toEqual([]);
});

it('Caddy alone is reached from outside, and the letters from this machine', () => {
  const published = services.flatMap(([name, { ports }]) => ports.map((port) => [name, port]));
  expect(published).toEqual([
    ['caddy', '443:8443'],
    ['mail', '127.0.0.1:8025:8025'],
  ]);
});

it('what is kept is reached by Gatehouse alone', () => {
  for (const name of ['postgres', 'redis', 'openbao']) {
    expect(compose.services[name]?.networks).toEqual(['inside']);
  }
  expect(compose.networks['inside']?.internal).toBe(true);
  expect(compose.services['caddy']?.networks).toEqual(['door']);
});

it('there are two replicas and a worker, with the same settings', () => {
  expect(servers.map(([name, { command }]) => [name, command])).toEqual([
    ['web-1', ['--only', 'web']],
    ['web-2', ['--only', 'web']],
    ['worker', ['--only', 'worker']],
  ]);
  const settings = compose.services['migrate']?.environment;
  for (const [, { environment }] of ours) expect(environment).toEqual(settings);
});

it('the servers wait for the schema, and the schema for the database', () => {
  for (const [, { depends_on }] of servers) {
    expect(depends_on['migrate']?.condition).toBe('service_completed_successfully');
  }
  const { migrate, postgres } = compose.services;
  expect(migrate?.entrypoint).toEqual(['gatehouse', 'migrate']);
  expect(migrate?.depends_on['postgres']?.condition).toBe('service_healthy');
  expect(postgres?.depends_on['secrets']?.condition).toBe('service_completed_successfully');
  expect(migrate?.depends_on['openbao-set-up']?.condition).toBe('service_completed_successfully');
});

it('OpenBao is never in its development mode', () => {
  const { openbao } = compose.services;
  expect(openbao?.entrypoint).toEqual(['bao', 'server', '-config=/config.hcl']);
  expect(JSON.stringify(openbao)).not.toMatch(/dev/i);
  const config = readFileSync(join(root, 'deploy/openbao/config.hcl'), 'utf8');
  for (const [file = ''] of config.matchAll(/\/secrets\/[\w.]+/g)) {
    expect(['/secrets/certificate.pem', '/secrets/key.pem', '/secrets/seal.key']).toContain(file);
  }
  expect(config).not.toMatch(/tls_disable|disable_mlock|ui\s*=\s*true/);
});

it('Gatehouse knows OpenBao by the name and the role that were set up', () => {
  const { VAULT_ADDR, VAULT_ROLE_ID, VAULT_TRANSIT_KEY, VAULT_SECRET_ID_FILE } =
    compose.services['web-1']?.environment ?? {};
  expect([VAULT_ROLE_ID, VAULT_TRANSIT_KEY]).toEqual([NAME, NAME]);
  expect(VAULT_ADDR).toBe(compose.services['openbao-set-up']?.environment['VAULT_ADDR']);
  expect(new URL(VAULT_ADDR ?? '').hostname in compose.services).toBe(true);
  expect(VAULT_SECRET_ID_FILE).toBe('/secrets/vault-secret-id');
});

it('Gatehouse has longer to end than it takes for itself', () => {
  for (const [, service] of servers) expect(service.stop_grace_period).toBe('30s');
});

it('names no setting that is not there', () => {
  const known = Object.keys(schema.shape);
  const allowed = [...known, ...SECRETS.map((name) => `${name}_FILE`), 'NODE_EXTRA_CA_CERTS'];
  for (const [, { environment }] of ours) {
    expect(Object.keys(environment).filter((name) => !allowed.includes(name))).toEqual([]);
  }
});

it('believes what Caddy says of addresses, and nobody else', () => {
  const trusted = servers[0]?.[1].environment['GATEHOUSE_TRUSTED_PROXIES'];
  expect(trusted).toBe(compose.networks['door']?.ipam?.config[0]?.subnet);
  const there = services.filter(([, { networks }]) => networks.includes('door'));
  expect(there.map(([name]) => name)).toEqual(['caddy', ...servers.map(([name]) => name)]);
});
