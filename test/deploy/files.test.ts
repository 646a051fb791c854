/** Worry: a file in `deploy/` is refused by its tool, or starts a server that refuses its settings. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { finishMsMax } from '../../src/http/listen.ts';
import { createPostgresDatabase } from '../../src/testkit/test-database.ts';
import { eventually } from '../rig/api.ts';
import { makeCertificate } from '../rig/certificate.ts';
import { startServer, testCredentials } from '../rig/server-process.ts';
import type { ServerProcess } from '../rig/server-process.ts';
import { installedProgram, unpackedProgram } from '../rig/system-programs.ts';
import { deployFile, interpolate, readDockerfile, readYaml, readYamlDocuments } from './read-deployment.ts';
import { composeFile, kubernetesObjects, kubernetesSecret } from './schemas.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sallyport-deploy-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const secrets: Readonly<Record<string, string>> = {
  database_url: 'postgres://sallyport:secret@postgres:5432/sallyport',
  master_key: Buffer.alloc(32, 7).toString('base64'),
  secret_key: 'a'.repeat(40),
  management_key: 'b'.repeat(40),
};

/** The settings as the server reads them from these variables and secrets. */
function read(env: Readonly<Record<string, string>>) {
  return readConfig(env, (path) => {
    const secret = secrets[basename(path)];
    if (secret === undefined) throw new Error(`There is no secret ${path}.`);
    return secret;
  });
}

const seconds = (text: string | undefined) => Number(/^(\d+)s$/.exec(text ?? '')?.[1] ?? 0);
/** The time that the server may take to stop, with a margin for its last log lines. */
const stopSeconds = (drainSeconds: number) => drainSeconds + finishMsMax / 1_000 + 5;

test('the image has a pinned base, is not root, writes to one volume, and checks its own readiness without curl', () => {
  const dockerfile = readDockerfile();
  for (const base of dockerfile.bases) expect(base).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim$/);
  expect(dockerfile.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  expect(dockerfile.volumes).toEqual([dockerfile.env['SALLYPORT_DATA_DIR']]);
  expect(dockerfile.healthCheck[0]).toBe('node');
  expect(read(dockerfile.env)).toMatchObject({ mode: 'production', host: '0.0.0.0', port: 4000 });
});

test('the Compose file is complete, its secrets are files that exist in it, and the server accepts its settings', () => {
  const compose = composeFile.parse(readYaml('compose.yaml'));
  const { postgres, sallyport } = compose.services;
  const given = { SALLYPORT_PUBLIC_URL: 'https://auth.example.com', SALLYPORT_TENANT_ID: crypto.randomUUID() };
  const env = Object.fromEntries(
    Object.entries(sallyport.environment).map(([name, text]) => [name, interpolate(text, given)]),
  );
  const config = read({ ...readDockerfile().env, ...env });
  expect(config).toMatchObject({ mode: 'production', publicUrl: given.SALLYPORT_PUBLIC_URL });
  expect(config.seed).toEqual({
    tenantId: given.SALLYPORT_TENANT_ID,
    secretKey: secrets['secret_key'],
    managementKey: secrets['management_key'],
  });
  expect(() => interpolate(sallyport.environment['SALLYPORT_TENANT_ID'] ?? '', {})).toThrow(/UUID/);
  expect(config.trustedProxies).toEqual([compose.networks['default']?.ipam.config[0]?.gateway]);
  expect(sallyport.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  expect(seconds(sallyport.stop_grace_period)).toBeGreaterThanOrEqual(stopSeconds(config.drainSeconds));
  for (const service of [postgres, sallyport]) {
    for (const [name, path] of Object.entries(service.environment)) {
      if (name.endsWith('_FILE')) expect(service.secrets).toContain(path.replace('/run/secrets/', ''));
    }
    for (const name of service.secrets) expect(Object.keys(compose.secrets)).toContain(name);
    for (const volume of service.volumes) expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0]);
  }
});

test('the Kubernetes objects match each other, and the server accepts their settings and has enough time to stop', () => {
  const [configMap, deployment] = kubernetesObjects.parse(readYamlDocuments('kubernetes/sallyport.yaml'));
  const [secret] = readYamlDocuments('kubernetes/secret.example.yaml').map((it) => kubernetesSecret.parse(it));
  const pod = deployment.spec.template.spec;
  const [container] = pod.containers;
  const dockerfile = readDockerfile();
  const config = read({ ...dockerfile.env, ...configMap.data });
  expect(config.databaseUrls).toEqual([secrets['database_url']]);
  expect(container.ports[0].containerPort).toBe(config.port);
  expect(`${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}`).toBe(dockerfile.user);
  const preStopSeconds = Number(container.lifecycle.preStop.exec.command[1]);
  expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(preStopSeconds + stopSeconds(config.drainSeconds));
  // If readiness were refused for less than two probes, the pod would still get requests when it stops listening.
  const { periodSeconds, failureThreshold } = container.readinessProbe;
  expect(config.drainSeconds).toBeGreaterThan(periodSeconds * failureThreshold);
  const mount = container.volumeMounts.find(({ readOnly }) => readOnly)?.mountPath ?? '';
  for (const [name, path] of Object.entries(configMap.data)) {
    if (name.endsWith('_FILE')) expect(Object.keys(secret?.stringData ?? {})).toContain(path.replace(`${mount}/`, ''));
  }
  // Forgotten placeholders are refused.
  const placeholders = { ...secrets, ...secret?.stringData };
  expect(() => readConfig(configMap.data, (path) => placeholders[basename(path)] ?? '')).toThrow(
    /MASTER_KEY[\s\S]*SECRET_KEY[\s\S]*MANAGEMENT_KEY/,
  );
});

test('systemd-analyze accepts the systemd unit and finds it well contained, and the server accepts its settings', (context) => {
  const unit = deployFile('sallyport.service');
  const env = Object.fromEntries(
    [...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [
      name,
      value.replace('%S', '/var/lib').replace('%d', '/run/credentials'),
    ]),
  );
  const config = read(env);
  expect(config).toMatchObject({ mode: 'production', dataDir: '/var/lib/sallyport' });
  for (const [name, path] of Object.entries(env)) {
    if (name.endsWith('_FILE')) expect(unit).toContain(`LoadCredential=${basename(path)}:`);
  }
  const stop = Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]);
  expect(stop).toBeGreaterThanOrEqual(stopSeconds(config.drainSeconds));

  const analyze = installedProgram(['systemd-analyze']);
  if (analyze === undefined) return context.skip('There is no systemd-analyze.');
  const file = join(folder, 'sallyport.service');
  writeFileSync(file, unit.replace('/usr/bin/node', process.execPath));
  const verified = spawnSync(analyze, ['verify', '--man=no', file], { encoding: 'utf8' });
  expect([verified.status, verified.stderr]).toEqual([0, '']);
  const closed = spawnSync(analyze, ['security', '--offline=true', '--threshold=20', file], { encoding: 'utf8' });
  expect(closed.status, closed.stdout).toBe(0);
});

interface Proxy {
  readonly name: string;
  readonly packageName: string;
  /** Adapts the sample to a file with these ports; the commands that check it, and those that run it. */
  prepare(ports: { readonly server: string; readonly own: string }): {
    readonly check: readonly string[];
    readonly run: readonly string[];
  };
}

/** The sample with some texts replaced, each of which it must contain. */
function adapted(name: string, changes: Readonly<Record<string, string>>): string {
  let text = deployFile(name);
  for (const [from, to] of Object.entries(changes)) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  return text;
}

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const proxies: readonly Proxy[] = [
  {
    name: 'nginx',
    packageName: 'nginx',
    prepare({ server, own }) {
      const sample = adapted('nginx.conf', {
        '127.0.0.1:4000': `127.0.0.1:${server}`,
        'listen 443 ssl;': `listen 127.0.0.1:${own} ssl;`,
        'listen [::]:443 ssl;': '',
        '/etc/ssl/sallyport/fullchain.pem': join(folder, 'cert.pem'),
        '/etc/ssl/sallyport/privkey.pem': join(folder, 'key.pem'),
      });
      mkdirSync(join(folder, 'logs'), { recursive: true });
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (kind) => `${kind}_temp_path ${join(folder, kind)};`,
      );
      const file = write(
        'nginx.conf',
        `${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; pid ${join(folder, 'nginx.pid')};
         error_log stderr; events {} http { access_log off; ${temporary.join(' ')}\n${sample}\n}`,
      );
      const words = ['-p', folder, '-e', 'stderr', '-c', file];
      return { check: ['-t', ...words], run: words };
    },
  },
  {
    name: 'haproxy',
    packageName: 'haproxy',
    prepare({ server, own }) {
      const file = write(
        'haproxy.cfg',
        adapted('haproxy.cfg', {
          '127.0.0.1:4000': `127.0.0.1:${server}`,
          'bind :443': `bind 127.0.0.1:${own}`,
          '/etc/haproxy/sallyport.pem': join(folder, 'both.pem'),
        }),
      );
      return { check: ['-c', '-f', file], run: ['-db', '-f', file] };
    },
  },
  {
    name: 'caddy',
    packageName: 'caddy',
    prepare({ server, own }) {
      const certificate = `tls ${join(folder, 'cert.pem')} ${join(folder, 'key.pem')}`;
      const file = write(
        'Caddyfile',
        `{\n\tadmin off\n\tauto_https off\n}\n${adapted('Caddyfile', {
          '127.0.0.1:4000': `127.0.0.1:${server}`,
          'auth.example.com {': `https://127.0.0.1:${own} {\n\t${certificate}`,
        })}`,
      );
      const words = ['--config', file, '--adapter', 'caddyfile'];
      return { check: ['validate', ...words], run: ['run', ...words] };
    },
  },
];

describe('the samples for proxies', () => {
  let node: ServerProcess;
  const running: ChildProcess[] = [];
  beforeAll(async () => {
    const { key, cert } = await makeCertificate();
    write('key.pem', key);
    write('cert.pem', cert);
    write('both.pem', `${cert}\n${key}`);
    node = await startServer({
      ...testCredentials(),
      SALLYPORT_MODE: 'production',
      SALLYPORT_HOST: '127.0.0.1',
      SALLYPORT_PUBLIC_URL: 'https://auth.example.com',
      SALLYPORT_TRUSTED_PROXIES: '127.0.0.1',
      DATABASE_URL: await createPostgresDatabase(),
    });
  });
  afterAll(async () => {
    for (const child of running) child.kill('SIGKILL');
    await node.stop();
  });

  test.each(proxies)(
    '$name: its own check accepts the sample, and the server sees the real client address, whatever the client claims',
    async ({ name, packageName, prepare }) => {
      const program = await unpackedProgram(name, packageName, join(folder, name));
      if (program === undefined) return console.log(`deploy: ${name} is not available here, its sample was not tested`);
      const own = await freePort();
      const { check, run } = prepare({ server: new URL(node.url).port, own });
      // Caddy stores files in its home folder.
      const env = { PATH: process.env['PATH'] ?? '', HOME: folder, ...program.env };
      const checked = spawnSync(program.path, check, { env, encoding: 'utf8' });
      expect(checked.status, checked.stderr).toBe(0);

      const child = spawn(program.path, run, { env, stdio: ['ignore', 'ignore', 'ignore'] });
      running.push(child);
      // A separate client for each proxy: the node counts failures by client address.
      const client = `127.0.1.${proxies.findIndex((proxy) => proxy.name === name) + 1}`;
      const get = (path: string, from: string, headers: Record<string, string> = {}, body?: string) =>
        fetchOver(own, { path, from, headers, body });
      await eventually('the proxy', 10_000, () => get('/livez', client).catch(() => ({ status: 0 })), isOk);

      const pages = await get('/docs/', client);
      const direct = await fetch(`${node.url}/docs/`);
      expect(pages.status).toBe(direct.status);
      expect(pages.headers['content-security-policy']).toBe(direct.headers.get('content-security-policy') ?? undefined);
      expect((await get('/metrics', client)).status).toBe(404);
      const large = await get('/v1/management/tenant', client, {}, JSON.stringify({ name: 'x'.repeat(1_000_000) }));
      expect([large.status, large.text]).toEqual([401, expect.stringContaining('"errorCode"')]);

      const failures = await Promise.all(
        Array.from({ length: 40 }, (_, at) => get('/v1/users/x', client, { 'x-forwarded-for': `203.0.113.${at}` })),
      );
      expect(failures.map(({ status }) => status)).toContain(429);
      const other = `127.0.2.${client.split('.')[3]}`;
      expect((await get('/v1/users/x', other, { 'x-forwarded-for': client })).status).toBe(401);
    },
  );
});

const isOk = ({ status }: { readonly status: number }) => status === 200;

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

function fetchOver(
  port: string,
  call: { path: string; from: string; headers: Record<string, string>; body?: string | undefined },
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path: call.path,
        method: call.body === undefined ? 'GET' : 'PATCH',
        localAddress: call.from,
        rejectUnauthorized: false,
        headers: { ...call.headers, ...(call.body === undefined ? {} : { 'content-type': 'application/json' }) },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      },
    );
    sent.on('error', reject);
    sent.end(call.body);
  });
}

async function freePort(): Promise<string> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return String(typeof address === 'object' && address !== null ? address.port : 0);
}
