import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SECRETS, schema } from '../../src/settings/schema.ts';
import { root } from './compose-file.ts';
import { type Container, files, kustomized, manifests, only, workloads } from './manifests.ts';

const { version }: { version: string } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);
const settings: Record<string, string> = Object(only('ConfigMap')['data']);
const pods = workloads.map(
  ({ metadata, spec }) => [metadata.name, spec.template, spec.template.spec.containers[0]] as const,
);
const componentOf = (name: string) =>
  pods.find(([one]) => one === name)?.[1].metadata.labels['app.kubernetes.io/component'];

it('names every file, and one version of the image', () => {
  expect(kustomized.resources.toSorted()).toEqual(files.toSorted());
  expect(kustomized.images).toEqual([{ name: 'gatehouse', newTag: version }]);
});

it('holds no secret, and makes none', () => {
  expect(manifests.map(({ kind }) => kind)).not.toContain('Secret');
  expect(JSON.stringify(manifests)).not.toMatch(/:\/\/[^/"]*@|PRIVATE KEY/);
});

describe('the settings', () => {
  it('are all there are, secrets by their files alone', () => {
    const allowed = [
      ...Object.keys(schema.shape).filter((name) => !SECRETS.includes(name)),
      ...SECRETS.map((name) => `${name}_FILE`),
    ];
    expect(Object.keys(settings).filter((name) => !allowed.includes(name))).toEqual([]);
  });

  it('are of the kind that the schema wants', () => {
    const given = Object.entries(settings).filter(([name]) => !name.endsWith('_FILE'));
    expect(schema.safeParse(Object.fromEntries(given)).error?.issues ?? []).toEqual([]);
  });

  it('lead to files of the secret that is mounted', () => {
    const paths = Object.entries(settings).filter(([name]) => name.endsWith('_FILE'));
    for (const [, path] of paths) expect(path).toMatch(/^\/secrets\/[a-z-]+$/);
    const told = readFileSync(join(root, 'docs/operating.md'), 'utf8');
    for (const [, path] of paths) expect(told).toContain(`--from-file=${path.slice(9)}=`);
  });
});

describe.each(pods)('%s', (_, template, container) => {
  it('is held to what the namespace demands', () => {
    expect(template.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.image).toBe('gatehouse');
    expect(template.spec.serviceAccountName).toBe(only('ServiceAccount').metadata.name);
  });

  it('reads the settings and the secrets that are there', () => {
    expect(container.envFrom).toEqual([{ configMapRef: { name: 'gatehouse-settings' } }]);
    const volumes = template.spec.volumes.map(({ name }) => name);
    expect(container.volumeMounts.map(({ name }) => name)).toEqual(volumes);
    const secrets = container.volumeMounts.find(({ name }) => name === 'secrets');
    expect(secrets).toMatchObject({ mountPath: '/secrets', readOnly: true });
  });

  it('may take its time to end', () => {
    const seconds = template.spec.terminationGracePeriodSeconds;
    expect(seconds).toBeGreaterThanOrEqual(container.args.includes('--only') ? 30 : 1);
  });

  it('is asked for its health at ports and paths that are there', () => {
    for (const { path, port } of probesOf(container)) {
      const { containerPort } = container.ports.find(({ name }) => name === port) ?? {};
      const expected = { http: 3000, metrics: Number(settings['METRICS_PORT']) }[port];
      expect(containerPort).toBe(expected);
      expect(['/health/live', '/health/ready']).toContain(path);
    }
  });
});

function probesOf({ startupProbe, readinessProbe, livenessProbe }: Container) {
  return [startupProbe, readinessProbe, livenessProbe].flatMap((one) => one?.httpGet ?? []);
}

it('web and worker are the two parts, and the job migrates', () => {
  const calls = pods.map(([name, , { command, args }]) => [name, command, args]);
  expect(calls).toHaveLength(3);
  expect(calls).toContainEqual(['gatehouse-migrate', ['gatehouse', 'migrate'], []]);
  expect(calls).toContainEqual(['gatehouse-web', undefined, ['--only', 'web']]);
  expect(calls).toContainEqual(['gatehouse-worker', undefined, ['--only', 'worker']]);
  const asked = Object.fromEntries(pods.map(([name, , one]) => [name, probesOf(one).length]));
  expect(asked).toEqual({ 'gatehouse-migrate': 0, 'gatehouse-web': 3, 'gatehouse-worker': 2 });
});

it('each selector finds the pods that are meant', () => {
  for (const { spec } of workloads.filter(({ kind }) => kind === 'Deployment')) {
    expect(spec.template.metadata.labels).toMatchObject(spec.selector?.matchLabels ?? {});
  }
  const web = { 'app.kubernetes.io/component': componentOf('gatehouse-web') };
  expect(Object(only('Service')['spec']).selector).toEqual(web);
  expect(Object(only('PodDisruptionBudget')['spec']).selector).toEqual({ matchLabels: web });
});

it('more come when processors are busy, and one may always be taken away', () => {
  const scaler = Object(only('HorizontalPodAutoscaler')['spec']);
  expect(scaler.scaleTargetRef).toMatchObject({ kind: 'Deployment', name: 'gatehouse-web' });
  expect(scaler.minReplicas).toBeGreaterThanOrEqual(2);
  expect(scaler.metrics[0].resource.name).toBe('cpu');
  expect(Object(only('PodDisruptionBudget')['spec']).maxUnavailable).toBe(1);
});

it('the way in leads to the issuer, by the service, to the port that listens', () => {
  const ingress = Object(only('Ingress')['spec']);
  const { host } = new URL(settings['ISSUER'] ?? '');
  expect(ingress.tls[0].hosts).toEqual([host]);
  expect(ingress.rules.map((rule: { host: string }) => rule.host)).toEqual([host]);
  const { service } = ingress.rules[0].http.paths[0].backend;
  expect(service).toEqual({ name: only('Service').metadata.name, port: { name: 'http' } });
});

it('nobody comes but the ingress controller and Prometheus', () => {
  const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy');
  const rules = policies.map(
    ({ metadata, ...one }) => [metadata.name, Object(one['spec'])] as const,
  );
  const [, everybody] = rules.find(([name]) => name === 'gatehouse') ?? [];
  expect(everybody).toMatchObject({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
  expect(everybody.ingress).toBeUndefined();
  const doors = rules.flatMap(([, { ingress = [] }]) =>
    ingress.map((rule: { from: unknown[]; ports: { port: number }[] }) => [
      rule.from.length,
      rule.ports.map(({ port }) => port),
    ]),
  );
  expect(doors).toEqual([
    [1, [3000]],
    [1, [Number(settings['METRICS_PORT'])]],
  ]);
});
