/**
 * Verifying a code that was sent by text message, compared with one by e-mail: the same user, the same server, in turn. Each
 * code was sent before the slice, through the tenant's own endpoint.
 */
import { Agent, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { openPostgresDatabase } from '../../src/storage/postgres-database.ts';
import { testCredentials } from '../../test/rig/server-process.ts';
import type { BenchCase, BenchRun } from '../bench-case.ts';
import { caller, eachAtOnce, measure, serverKey } from '../prepared-answers.ts';
import type { PreparedRequest, Slice } from '../prepared-answers.ts';
import { actionCode, seedTenant } from '../seed-database.ts';
import type { Credentials } from '../seed-database.ts';
import { startSallyport } from '../server-process.ts';
import type { BenchServer } from '../server-process.ts';
import { median } from '../statistics.ts';
import { userIdOf } from '../user-id.ts';

const shareOfEmailMin = 0.9;
const users = 400;

const methods = [
  { name: 'e-mail', slug: 'email-otp', method: 'EMAIL_OTP', to: (number: number) => `user-${number}@example.com` },
  {
    name: 'text message',
    slug: 'sms',
    method: 'SMS',
    to: (number: number) => `+64215${String(number).padStart(6, '0')}`,
  },
] as const;
type Method = (typeof methods)[number];

export const codesCase: BenchCase = {
  name: 'codes',
  title: 'Verify a code by text message and by e-mail',
  async run({ settings, postgres, say }: BenchRun) {
    const open: { stop(): Promise<void> | void }[] = [];
    try {
      const inbox = await startInbox();
      open.push(inbox);
      const url = await postgres.createDatabase('bench_codes');
      const credentials = testCredentials();
      const db = openPostgresDatabase({ url, poolSize: 2, random: () => 0.5, onError: () => undefined });
      open.push({ stop: () => db.close() });
      await seedTenant(db, credentials, users);
      const sallyport = await startSallyport({
        ...credentials,
        DATABASE_URL: url,
        SALLYPORT_DATABASE_POOL_SIZE: String(settings.poolSize),
        SALLYPORT_OUTBOUND_ALLOW: `127.0.0.1:${inbox.port}`,
      });
      open.push(sallyport);
      const agent = new Agent({ keepAlive: true, maxSockets: settings.connections });
      open.push({ stop: () => agent.destroy() });
      const call = caller(agent);
      const asBackend = serverKey(credentials);
      await sendByWebhook(sallyport, credentials, inbox);
      // As many texts to one range as a bench needs are what it is there to stop.
      await configure(sallyport, credentials, 'POST', 'sms', {
        smsProvider: 'WEBHOOK',
        webhookUrl: inbox.url,
        smsCountryCodes: ['NZ'],
        pumpingProtection: { mode: 'monitor' },
      });
      await eachAtOnce([...Array(users).keys()], 8, async (number) => {
        for (const { method, to } of methods) {
          const contact = method === 'SMS' ? { phoneNumber: to(number) } : { email: to(number) };
          const path = `/v1/users/${userIdOf(number)}/authenticators`;
          await call(sallyport, path, asBackend, JSON.stringify({ verificationMethod: method, ...contact }));
        }
      });

      const prepare = async ({ slug, to }: Method): Promise<readonly PreparedRequest[]> => {
        const prepared: PreparedRequest[] = [];
        await eachAtOnce([...Array(users).keys()], 16, async (number) => {
          const track = `/v1/users/${userIdOf(number)}/actions/${actionCode}`;
          const body = JSON.stringify({ idempotencyKey: randomUUID() });
          const { token } = JSON.parse((await call(sallyport, track, asBackend, body)).text) as { token: string };
          await call(sallyport, `/v1/client/challenge/${slug}`, `Bearer ${token}`, '{}');
          prepared.push({ token, body: JSON.stringify({ verificationCode: inbox.codeTo(to(number)) }) });
        });
        return prepared;
      };
      const slices = new Map<Method, Slice[]>(methods.map((method) => [method, []]));
      // The round before the first is for warming up. A number gets no more texts than this within ten minutes.
      const rounds = Math.min(settings.rounds, 4);
      for (let round = 0; round <= rounds; round += 1) {
        for (const method of methods) {
          const slice = await measure(call, await prepare(method), settings.connections, () => [
            sallyport,
            `/v1/client/verify/${method.slug}`,
          ]);
          say(`codes: round ${round} of ${rounds}: ${method.name} ${slice.answersPerSecond.toFixed(0)} req/s`);
          if (round > 0) slices.get(method)?.push(slice);
        }
      }
      return report(settings.connections, slices);
    } finally {
      for (const { stop } of open.reverse()) await stop();
    }
  },
};

async function configure(
  server: BenchServer,
  { SALLYPORT_MANAGEMENT_KEY: key }: Credentials,
  method: 'POST' | 'PATCH',
  name: string,
  body: object,
): Promise<void> {
  const reply = await fetch(`${server.url}/v1/management/authenticator-configurations/${name}`, {
    method,
    headers: {
      authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  if (reply.status !== 200) throw new Error(`${name} answered ${reply.status}: ${await reply.text()}`);
}

/** Has the tenant's codes by e-mail sent to the inbox. */
export async function sendByWebhook(server: BenchServer, credentials: Credentials, inbox: Inbox): Promise<void> {
  const body = { emailProvider: 'WEBHOOK', webhookUrl: inbox.url };
  await configure(server, credentials, 'PATCH', 'email-otp', body);
}

export type Inbox = Awaited<ReturnType<typeof startInbox>>;

/** Keeps the code of the latest message to each contact. */
export async function startInbox() {
  const codes = new Map<string, string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { data } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { data: Readonly<Record<string, string>> };
      codes.set(data['to'] ?? data['phoneNumber'] ?? '', data['code'] ?? '');
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    codeTo(contact: string): string {
      const code = codes.get(contact);
      if (code === undefined) throw new Error(`Nothing was sent to ${contact}.`);
      return code;
    },
    async stop(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function report(connections: number, slices: ReadonlyMap<Method, readonly Slice[]>): string {
  const [emails = [], texts = []] = [...slices.values()];
  const ratios = texts.map((slice, round) => slice.answersPerSecond / (emails[round]?.answersPerSecond ?? NaN));
  const spread = `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
  const row = (name: string, of: readonly Slice[]) => {
    const middle = (pick: (slice: Slice) => number) => median(of.map(pick));
    const rate = Math.round(middle(({ answersPerSecond }) => answersPerSecond)).toLocaleString('en');
    return `| ${name} | ${rate} | ${middle(({ p50Ms }) => p50Ms).toFixed(1)} | ${middle(({ p99Ms }) => p99Ms).toFixed(1)} |`;
  };
  return [
    `${connections} keep-alive connections, ${users} users; medians of ${texts.length} rounds of ${users} codes each, every one of which was sent before. The requests come from one process on the same machine.`,
    '',
    '| code by | requests/s | p50 ms | p99 ms |',
    '| --- | ---: | ---: | ---: |',
    row('e-mail', emails),
    row('text message', texts),
    '',
    `- Verifying a code by text message reaches ${spread} of one by e-mail. Target: at least ${shareOfEmailMin}, ${median(ratios) >= shareOfEmailMin ? 'reached' : '**missed**'}.`,
  ].join('\n');
}
