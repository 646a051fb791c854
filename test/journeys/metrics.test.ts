/** F42: metrics tell the truth, by Prometheus' rules for names and units, and their number does not grow with use. */
import { Secret, TOTP } from 'otpauth';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { metricList } from '../../src/http/metric-list.ts';
import { DeliveryFailed } from '../../src/delivery/delivery-failed.ts';
import type { Email, Mailer } from '../../src/delivery/email/mailer.ts';
import { jobsOn } from '../../src/jobs/describe-jobs.ts';
import { DatabaseUnavailable } from '../../src/storage/sql.ts';
import { testApp } from '../../src/testkit/test-app.ts';
import type { TestApp } from '../../src/testkit/test-app.ts';
import { faultyDatabase } from '../../src/testkit/faulty-database.ts';
import { databasesOf, testDatabase } from '../../src/testkit/test-database.ts';

const databaseKinds = databasesOf(import.meta.url, { hasRaces: true });

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Scrape {
  readonly text: string;
  readonly samples: readonly Sample[];
  readonly types: ReadonlyMap<string, string>;
  readonly helps: ReadonlyMap<string, string>;
}

/** Reads the text format of Prometheus; throws on a line that is not of it. */
function parse(text: string): Scrape {
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  const helps = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind !== undefined) {
      const into = kind === 'HELP' ? helps : types;
      expect(into.has(name), line).toBe(false);
      into.set(name, rest);
      continue;
    }
    const [, sample = '', labels = '', value = ''] = /^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    expect(sample, line).not.toBe('');
    const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)/g)];
    samples.push({
      name: sample,
      labels: Object.fromEntries(pairs.map(([, key = '', word = '']) => [key, word])),
      value: Number(value.replace('Inf', 'Infinity')),
    });
  }
  return { text, samples, types, helps };
}

const mail = { isDown: false, sent: [] as Email[] };
const mailer: Mailer = {
  async send(email) {
    if (mail.isDown) throw new DeliveryFailed('Not accepted (TEST).', { isRefused: true, isAnswered: true });
    mail.sent.push(email);
  },
  close: () => undefined,
};

/** A scrape does not wait for a slow database, as that of a busy machine can be: asked again until it was read, if it is there. */
async function scrape(app: TestApp, isThere = true): Promise<Scrape> {
  for (let tries = 0; tries < 20; tries += 1) {
    const found = await scrapeOnce(app);
    if (!isThere || valueOf(found, 'sallyport_database_up') === 1) return found;
  }
  throw new Error('No scrape could read the database.');
}

async function scrapeOnce(app: TestApp): Promise<Scrape> {
  const reply = await app.call('GET', '/metrics', { key: null, remoteAddress: '127.0.0.1' });
  expect([reply.status, reply.headers['content-type']]).toEqual([200, expect.stringContaining('version=0.0.4')]);
  return parse(reply.text);
}

/** The value of a series; 0 if there is none yet. */
function valueOf({ samples }: Scrape, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const found = samples.filter(
    (sample) => sample.name === name && Object.entries(labels).every(([key, word]) => sample.labels[key] === word),
  );
  return found.reduce((sum, { value }) => sum + value, 0);
}

/** By how much a series grew during `work`. */
async function growth(
  app: TestApp,
  work: () => Promise<unknown>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): Promise<number> {
  const before = valueOf(await scrape(app), name, labels);
  await work();
  return valueOf(await scrape(app), name, labels) - before;
}

const seed = 'JBSWY3DPEHPK3PXPJBSWY3DP';
let people = 0;

async function withApp(app: TestApp): Promise<string> {
  const userId = `counted-${(people += 1)}`;
  const body = { verificationMethod: 'AUTHENTICATOR_APP', otpUri: `otpauth://totp/x?secret=${seed}` };
  expect((await app.call('POST', `/v1/users/${userId}/authenticators`, { body })).status).toBe(200);
  return userId;
}

async function prove(app: TestApp, userId: string, verificationCode: string): Promise<unknown> {
  const { token } = (await app.call('POST', `/v1/users/${userId}/actions/pay`, { body: {} })).body;
  return (await app.call('POST', '/v1/client/verify/totp', { token, body: { verificationCode } })).body;
}

const codeNow = (app: TestApp) =>
  new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: app.runtime.clock.now() });

describe.each(databaseKinds)('on the %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await testApp(kind, { mailer });
  });
  afterAll(() => app.close());
  afterEach(() => {
    mail.isDown = false;
  });

  test('F42: proofs are counted by method and result, replays by what came again', async () => {
    const userId = await withApp(app);
    const proofs = (result: string, work: () => Promise<unknown>) =>
      growth(app, work, 'sallyport_proofs_total', { method: 'AUTHENTICATOR_APP', result });
    expect(await proofs('wrong', () => prove(app, userId, '000000'))).toBe(1);
    const code = codeNow(app);
    expect(await proofs('accepted', () => prove(app, userId, code))).toBe(1);
    const again = () => prove(app, userId, code);
    expect(await growth(app, again, 'sallyport_replays_total', { what: 'code' })).toBe(1);
    expect(await proofs('replayed', again)).toBe(1);
    expect(await proofs('accepted', again)).toBe(0);
  });

  test('F42: a lockout is counted once, with the guess that leaves none', async () => {
    const userId = await withApp(app);
    const lockouts = (work: () => Promise<unknown>) =>
      growth(app, work, 'sallyport_lockouts_total', { method: 'AUTHENTICATOR_APP' });
    const guess = async () => {
      await app.runtime.advance(3_600_000);
      expect(await prove(app, userId, '000000')).toMatchObject({ isVerified: false });
    };
    for (let guesses = 0; guesses < 19; guesses += 1) await guess();
    expect(await lockouts(guess)).toBe(1);
    expect(await lockouts(guess)).toBe(0);
    expect(await growth(app, guess, 'sallyport_proofs_total', { result: 'exhausted' })).toBe(1);
  });

  test('F42: sends are counted by provider and result, notices too', async () => {
    const send = () =>
      app.call('POST', '/v1/challenge', {
        body: {
          verificationMethod: 'EMAIL_OTP',
          action: 'signIn',
          email: `counted-${(people += 1)}@example.com`,
        },
      });
    const sends = (result: string, work: () => Promise<unknown>) =>
      growth(app, work, 'sallyport_sends_total', { provider: 'SERVER', result });
    expect(await sends('taken', send)).toBe(1);
    mail.isDown = true;
    expect(await sends('refused', send)).toBe(1);
    mail.isDown = false;
    const userId = await withApp(app);
    await app.call('PATCH', `/v1/users/${userId}`, {
      body: { email: `${userId}@example.com`, emailVerified: true },
    });
    const notice = async () => {
      await app.call('POST', `/v1/users/${userId}/authenticators`, {
        body: { verificationMethod: 'EMAIL_OTP', email: 'other@example.com' },
      });
      await app.runtime.advance(1_000);
    };
    expect(await sends('taken', notice)).toBe(1);
  });

  test('F42: what waits for delivery is counted, with its age and since when it is due', async () => {
    const userId = await withApp(app);
    await app.call('PATCH', `/v1/users/${userId}`, { body: { email: `${userId}@example.com`, emailVerified: true } });
    await app.runtime.advance(60_000);
    mail.isDown = true;
    await app.call('POST', `/v1/users/${userId}/authenticators`, {
      body: { verificationMethod: 'EMAIL_OTP', email: 'other@example.com' },
    });
    app.runtime.moveTo(app.runtime.clock.now() + 7_000);
    const what = 'deliveries';
    const due = await scrape(app);
    expect(valueOf(due, 'sallyport_waiting', { what })).toBe(1);
    expect(valueOf(due, 'sallyport_waiting_oldest_seconds', { what })).toBe(7);
    expect(valueOf(due, 'sallyport_waiting_overdue_seconds', { what })).toBe(7);
    await app.runtime.advance(1_000);
    const tried = await scrape(app);
    // Its next try is in half a minute.
    expect(valueOf(tried, 'sallyport_waiting_oldest_seconds', { what })).toBe(8);
    expect(valueOf(tried, 'sallyport_waiting_overdue_seconds', { what })).toBe(0);
    mail.isDown = false;
    await app.runtime.advance(60_000);
    expect(valueOf(await scrape(app), 'sallyport_waiting', { what })).toBe(0);
  });

  test('F42: each job is there, with when it last ran and for how long it is due', async () => {
    await app.runtime.advance(3_600_000);
    const ran = await scrape(app);
    const nowSeconds = app.runtime.clock.now() / 1000;
    for (const { name } of jobsOn(kind)) {
      const job = { job: name };
      expect(valueOf(ran, 'sallyport_job_last_start_timestamp_seconds', job), name).toBe(nowSeconds);
      expect(valueOf(ran, 'sallyport_job_last_success_timestamp_seconds', job), name).toBe(nowSeconds);
      expect(valueOf(ran, 'sallyport_job_failing', job), name).toBe(0);
      expect(valueOf(ran, 'sallyport_job_runs_total', { ...job, result: 'succeeded' }), name).toBeGreaterThan(0);
    }
    app.runtime.moveTo(app.runtime.clock.now() + 660_000);
    const overdue = valueOf(await scrape(app), 'sallyport_job_overdue_seconds', { job: 'purge-sessions' });
    // Due a little before its interval is over.
    expect(overdue).toBe(600.5);
    await app.runtime.advance(1_000);
  });

  test('F42: refusals are counted by code, decisions by state', async () => {
    const unknown = () => app.call('GET', '/v1/users/nobody/actions/pay/nothing');
    expect(await growth(app, unknown, 'sallyport_refusals_total', { code: 'not_found' })).toBe(1);
    const track = () => app.call('POST', '/v1/users/anyone/actions/pay', { body: {} });
    expect(await growth(app, track, 'sallyport_decisions_total')).toBe(1);
  });

  test('F42: the build, the event loop, the data files and the configuration are told', async () => {
    const found = await scrape(app);
    expect(valueOf(found, 'sallyport_build_info', { database: kind, node: process.version })).toBe(1);
    expect(found.samples.find(({ name }) => name === 'nodejs_eventloop_lag_p99_seconds')).toBeDefined();
    expect(valueOf(found, 'sallyport_data_file_usable')).toBeGreaterThan(0);
    expect(found.samples.filter(({ name }) => name === 'sallyport_data_file_age_seconds')).toHaveLength(2);
    expect(valueOf(found, 'sallyport_configuration_current')).toBe(1);
    expect(valueOf(found, 'sallyport_database_up')).toBe(1);
  });

  test('every metric follows the rules of Prometheus for names and units', async () => {
    const { types, helps, samples } = await scrape(app);
    for (const [name, type] of types) {
      expect(helps.get(name), name).toMatch(/\S/);
      expect(name).toMatch(/^(sallyport|process|nodejs)_[a-z0-9_]+$/);
      // The library names its own.
      if (!name.startsWith('sallyport_')) continue;
      // Only counters are totals; the suffixes of histograms and summaries are theirs.
      expect(name.endsWith('_total'), name).toBe(type === 'counter');
      expect(name, name).not.toMatch(/_(count|sum|bucket|info_info)$/);
      expect(name, name).not.toMatch(/(^|_)(gauge|counter|histogram|summary)(_|$)/);
      // Base units, at the end of the name.
      expect(name, name).not.toMatch(
        /(^|_)(ms|milliseconds|microseconds|minutes|hours|days|kb|kilobytes|percent)(_|$)/,
      );
      expect(name, name).toMatch(/^(?!.*_(seconds|bytes)_(?!total$))/);
    }
    for (const [name, { type, labels }] of Object.entries(metricList)) {
      expect(types.get(name), name).toBe(type);
      for (const label of labels) expect(label).toMatch(/^(?!le$|quantile$|instance$|__)[a-z]+$/);
    }
    expect([...types.keys()].filter((name) => name.startsWith('sallyport_')).sort()).toEqual(
      Object.keys(metricList).sort(),
    );
    for (const { name, labels } of samples.filter((sample) => sample.name.startsWith('sallyport_'))) {
      const own =
        name.replace(/_(bucket|sum|count)$/, '') in metricList ? name.replace(/_(bucket|sum|count)$/, '') : name;
      const named: readonly string[] = metricList[own as keyof typeof metricList].labels;
      expect(
        Object.keys(labels)
          .filter((label) => label !== 'le')
          .sort(),
        name,
      ).toEqual([...named].sort());
    }
  });

  test('N40: more users, tenants and actions make no more series, and none names them', async () => {
    const visit = async (name: string) => {
      const tenant = await app.createTenant(`tenant ${name}`);
      const called = { key: tenant.secretKey, body: { email: `${name}@example.com` } };
      expect((await app.call('POST', `/v1/users/${name}/actions/act-${name}`, called)).status).toBe(200);
      return [tenant.tenantId, name];
    };
    await visit('person-1');
    const before = await scrape(app);
    const names = (await Promise.all(['person-2', 'person-3', 'person-4'].map(visit))).flat();
    const after = await scrape(app);
    const own = ({ samples }: Scrape) => samples.filter(({ name }) => name.startsWith('sallyport_')).length;
    expect(own(after)).toBe(own(before));
    for (const name of [...names, app.tenant.tenantId]) expect(after.text).not.toContain(name);
  });
});

test('F42: without the database a scrape still answers, and leaves out what it would have to guess', async () => {
  const db = faultyDatabase(await testDatabase('postgres'));
  const app = await testApp('postgres', { db });
  try {
    expect(valueOf(await scrape(app), 'sallyport_database_up')).toBe(1);
    db.fault = new DatabaseUnavailable('The database is gone (TEST).');
    const found = await scrape(app, false);
    expect(valueOf(found, 'sallyport_database_up')).toBe(0);
    expect(
      found.samples.some(({ name }) => name.startsWith('sallyport_job_last') || name === 'sallyport_waiting'),
    ).toBe(false);
    expect(valueOf(found, 'sallyport_build_info')).toBe(1);
  } finally {
    db.fault = undefined;
    await app.close();
  }
});
