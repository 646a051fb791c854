/**
 * The least that track can cost: a bare `node:http` server that reads the body, runs track's two prepared statements on
 * the same driver and pool size, each in a transaction of its own, and responds with as many bytes. It checks no key,
 * parses by no contract, decides nothing, signs nothing, counts nothing and logs nothing.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type * as Actions from '../src/storage/queries/actions/actions.ts';
import type * as History from '../src/storage/queries/history.ts';
import { timeOrderedIds } from '../src/runtime/time-ordered-ids.ts';
import { built, openBareDatabase, serveBare, variable } from './bare-rig.ts';

const { loadHistory } = await built<typeof History>('storage/queries/history.js');
const { recordAction } = await built<typeof Actions>('storage/queries/actions/actions.js');

// One statement, one transaction, as in a simple server.
const db = await openBareDatabase({ isGrouping: false });
const tenantId = variable('BENCH_TENANT_ID');
const state = variable('BENCH_STATE');
/** A decision record and a response of Sallyport, so that these have the same size. */
const decision = variable('BENCH_DECISION');
const reply = Buffer.from(variable('BENCH_REPLY'));
const countryCode = 'FR';
const ids = timeOrderedIds(Date.now, randomBytes);
// As for an action without rules.
const noParts: ReadonlySet<never> = new Set<never>();

async function answer({ url = '' }: IncomingMessage, bytes: Buffer): Promise<Buffer> {
  const body = JSON.parse(bytes.toString('utf8')) as Readonly<Record<string, string>> & { readonly custom: unknown };
  const [, , , userId = '', , actionCode = ''] = url.split('/');
  const nowMs = Date.now();
  // Its key too, as of every action whose backend sends none.
  const actionId = ids.uuidAt(nowMs);
  await loadHistory(db, {
    tenantId,
    userId,
    actionCode,
    idempotencyKey: actionId,
    isNewKey: true,
    address: body['ipAddress'] ?? null,
    deviceId: body['deviceId'] ?? null,
    addressParty: null,
    deviceParty: null,
    placesSinceMs: 0,
    parts: noParts,
    questions: [],
    asksEvents: false,
  });
  await recordAction(db, {
    tenantId,
    userId,
    actionCode,
    idempotencyKey: actionId,
    actionId,
    state,
    isTracked: true,
    nowMs,
    redirectUrl: body['redirectUrl'],
    redirectToSettings: false,
    ipAddress: body['ipAddress'],
    sentIpAddress: undefined,
    userAgent: body['userAgent'],
    deviceId: body['deviceId'],
    addressParty: null,
    deviceParty: null,
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
    mayBeTrackedByEarlierNode: false,
    newConfigurationResult: undefined,
  });
  return reply;
}

serveBare(answer);
