/**
 * What track costs when nothing is done but what cannot be left out: a bare `node:http` server that reads the body, runs
 * track's two prepared statements on the same driver and pool size, each in a transaction of its own, and answers as many
 * bytes. It checks no key, parses by no contract, decides nothing, signs nothing, counts nothing and logs nothing.
 *
 * The driver and the statements come from the built program: what runs them beside it is the same code, and this file's
 * loader (tsx) adds work to every named closure it translates.
 */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type * as Actions from '../src/storage/queries/actions.ts';
import type * as History from '../src/storage/queries/history.ts';
import type * as PostgresDatabase from '../src/storage/postgres-database.ts';

async function built(path: string): Promise<unknown> {
  return import(new URL(`../dist/${path}`, import.meta.url).href);
}

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is missing.`);
  return value;
}

const { openPostgresDatabase } = (await built('storage/postgres-database.js')) as typeof PostgresDatabase;
const { loadHistory } = (await built('storage/queries/history.js')) as typeof History;
const { recordAction } = (await built('storage/queries/actions.js')) as typeof Actions;

const db = openPostgresDatabase({
  url: variable('DATABASE_URL'),
  poolSize: Number(variable('BENCH_POOL_SIZE')),
  // One statement, one transaction, as a simple server has it.
  isGrouping: false,
  random: Math.random,
  onError: (error) => console.error(error.message),
});
const tenantId = variable('BENCH_TENANT_ID');
const state = variable('BENCH_STATE');
/** A decision record and an answer that Sallyport gave, so that these have its size. */
const decision = variable('BENCH_DECISION');
const reply = Buffer.from(variable('BENCH_REPLY'));
const countryCode = 'FR';
// As for an action without rules.
const noParts: ReadonlySet<never> = new Set<never>();

async function answer(path: string, bytes: Buffer, response: ServerResponse): Promise<void> {
  const body = JSON.parse(bytes.toString('utf8')) as Readonly<Record<string, string>> & { readonly custom: unknown };
  const [, , , userId = '', , actionCode = ''] = path.split('/');
  const idempotencyKey = randomUUID();
  await loadHistory(db, {
    tenantId,
    userId,
    actionCode,
    idempotencyKey,
    address: body['ipAddress'] ?? null,
    deviceId: body['deviceId'] ?? null,
    placesSinceMs: 0,
    parts: noParts,
    questions: [],
  });
  await recordAction(db, {
    tenantId,
    userId,
    actionCode,
    idempotencyKey,
    actionId: randomUUID(),
    state,
    nowMs: Date.now(),
    redirectUrl: body['redirectUrl'],
    redirectToSettings: false,
    ipAddress: body['ipAddress'],
    userAgent: body['userAgent'],
    deviceId: body['deviceId'],
    locale: undefined,
    decision,
    custom: JSON.stringify(body.custom),
    countryCode,
    latitude: null,
    longitude: null,
    email: undefined,
    phoneNumber: undefined,
    username: undefined,
    newConfigurationResult: undefined,
  });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': reply.length });
  response.end(reply);
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const [only] = chunks;
    const bytes = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
    answer(request.url ?? '', bytes, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-length': 0 });
      response.end();
      console.error(error);
    });
  });
}

const server = createServer(handle);
server.keepAliveTimeout = 65_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.');
  console.log(`The bare server is ready at http://127.0.0.1:${address.port}`);
});
process.on('SIGINT', () => process.exit());
