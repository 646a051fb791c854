/**
 * What track costs when nothing is done but what cannot be left out: a bare `node:http` server that reads the body, runs
 * track's two prepared statements on the same driver and pool size, each in a transaction of its own, and answers as many
 * bytes. It checks no key, parses by no contract, decides nothing, signs nothing, counts nothing and logs nothing.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type * as Actions from '../src/storage/queries/actions.ts';
import type * as History from '../src/storage/queries/history.ts';
import { built, openBareDatabase, serveBare, variable } from './bare-rig.ts';

const { loadHistory } = await built<typeof History>('storage/queries/history.js');
const { recordAction } = await built<typeof Actions>('storage/queries/actions.js');

// One statement, one transaction, as a simple server has it.
const db = await openBareDatabase({ isGrouping: false });
const tenantId = variable('BENCH_TENANT_ID');
const state = variable('BENCH_STATE');
/** A decision record and an answer that Sallyport gave, so that these have its size. */
const decision = variable('BENCH_DECISION');
const reply = Buffer.from(variable('BENCH_REPLY'));
const countryCode = 'FR';
// As for an action without rules.
const noParts: ReadonlySet<never> = new Set<never>();

async function answer({ url = '' }: IncomingMessage, bytes: Buffer): Promise<Buffer> {
  const body = JSON.parse(bytes.toString('utf8')) as Readonly<Record<string, string>> & { readonly custom: unknown };
  const [, , , userId = '', , actionCode = ''] = url.split('/');
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
    isTracked: true,
    nowMs: Date.now(),
    redirectUrl: body['redirectUrl'],
    redirectToSettings: false,
    ipAddress: body['ipAddress'],
    sentIpAddress: undefined,
    userAgent: body['userAgent'],
    deviceId: body['deviceId'],
    locale: undefined,
    decision,
    custom: JSON.stringify(body.custom),
    countryCode,
    latitude: null,
    longitude: null,
    isPlaceUnknown: false,
    email: undefined,
    phoneNumber: undefined,
    username: undefined,
    newConfigurationResult: undefined,
  });
  return reply;
}

serveBare(answer);
