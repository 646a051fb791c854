import { actionRecord } from '../core/events/action-record.ts';
import { afterAttempt, leaseMs, recordsMax } from '../core/events/after-attempt.ts';
import { envelopeText } from '../core/events/envelope.ts';
import { sha256 } from '../runtime/crypto.ts';
import { nextTurn } from '../runtime/next-turn.ts';
import { openTurns } from '../runtime/turns.ts';
import type { Turns } from '../runtime/turns.ts';
import {
  actionsOfGoneUsers,
  endActionLogs,
  listLoggedTenants,
  loadActionsToLog,
  moveActionLog,
  startActionLog,
} from '../storage/queries/action-log.ts';
import type { LoggedTenant, OwnedAction } from '../storage/queries/action-log.ts';
import { firstIdAt } from '../storage/queries/actions/months.ts';
import { recordBatchDeliveries } from '../storage/queries/deliveries.ts';
import type { BatchStart, TakenBatch, TakenDelivery } from '../storage/queries/deliveries.ts';
import type { AttemptRow } from '../storage/queries/delivery-attempts.ts';
import { keepEndpoint, listEndpointsForLog } from '../storage/queries/event-endpoints.ts';
import type { LogEndpoint } from '../storage/queries/event-endpoints.ts';
import { knownEvents, recordLogEvents, withdrawLogEvents } from '../storage/queries/events.ts';
import type { LogEvent } from '../storage/queries/events.ts';
import { eachAlone } from './each-alone.ts';
import { endOf } from './end-of.ts';
import { freePlaces } from './event-places.ts';
import type { Job, JobContext } from './job.ts';

const type = 'action.log_created';
/** Longer than a transaction that began before an action's token expired. */
const marginMs = 60_000;
/** For so long one run tells more than one part of a tenant's actions. Each tenant has its first, however slow others are. */
const runMsMax = 5_000;
/** Most of them only wait for answers. */
const tenantsAtOnce = 100;
/** How long an answer is waited for before what was sent is recorded as being under way. */
const patienceMs = 1_000;
/** How long an endpoint that took longer is taken for slow: what it is told of is recorded first. */
const slowMs = 10 * 60_000;
/** Envelopes that are made without a break. */
const envelopesMax = 50;

/**
 * Tells endpoints that ask for it of each action, once its token has expired and its state is settled: in the order of
 * their ids, once, with an id made of the action's. A track writes nothing for it. An endpoint that works is told first, and
 * what it answered is recorded with the event, in one write; for others what waits is recorded, and `deliver-events` sends it.
 */
export const logActions: Job = {
  name: 'log-actions',
  intervalMs: 5_000,
  async run(context) {
    const run = { context, stopMs: context.runtime.clock.steady() + runMsMax, turns: openTurns({ placesMax: 1 }) };
    await endActionLogs(context.db);
    await eachAlone(await listLoggedTenants(context.db), (tenant) => logTenant(run, tenant), tenantsAtOnce);
  },
};

interface Run {
  readonly context: JobContext;
  readonly stopMs: number;
  /** Work on the database is done one after the other, as by other jobs: only answers are waited for side by side. */
  readonly turns: Turns;
}

async function logTenant(run: Run, { tenantId, loggedTo, askedAt, tokenMinutes }: LoggedTenant): Promise<void> {
  const { db, runtime } = run.context;
  const nowMs = runtime.clock.now();
  if (loggedTo === null) {
    // An endpoint is told of what happens once it is there.
    const start = firstIdAt(Math.max(askedAt, nowMs - marginMs));
    return run.turns.run(tenantId, () => startActionLog(db, tenantId, start));
  }
  const to = firstIdAt(nowMs - tokenMinutes * 60_000 - marginMs);
  let from: string | undefined = loggedTo;
  for (let isFirst = true; from !== undefined && from < to; isFirst = false) {
    if (!isFirst && runtime.clock.steady() >= run.stopMs) return;
    from = await logPart(run, tenantId, { from, to });
  }
}

/** A part of a tenant's actions, and those who are to be told of it. */
interface Part {
  readonly tenantId: string;
  readonly from: string;
  /** Where the next part begins. */
  readonly next: string;
  readonly actions: readonly OwnedAction[];
  readonly events: readonly LogEvent[];
  readonly nowMs: number;
  readonly endpoints: readonly LogEndpoint[];
}

/** The deliveries of a part to an endpoint, with the answer to the request that has carried them, if there was one. */
interface Told {
  readonly taken: TakenBatch;
  /** A request whose answer is still waited for. */
  readonly request?: Promise<AttemptRow | undefined>;
  readonly attempt?: AttemptRow | undefined;
  leave(): void;
}

/** Tells of the next part. Returns where the one after it begins; undefined if another node has told of it. */
async function logPart(
  { context, turns }: Run,
  tenantId: string,
  range: { from: string; to: string },
): Promise<string | undefined> {
  const part = await turns.run(tenantId, () => readPart(context, tenantId, range));
  const told = await Promise.all(part.endpoints.map((endpoint) => tell(context, part, endpoint)));
  let isRecorded = false;
  try {
    isRecorded = await turns.run(tenantId, () => record(context, part, told));
  } finally {
    for (const one of told) void end(context, one, isRecorded);
  }
  return isRecorded ? part.next : undefined;
}

async function readPart(
  { db, runtime }: JobContext,
  tenantId: string,
  { from, to }: { from: string; to: string },
): Promise<Part> {
  const nowMs = runtime.clock.now();
  const read = await loadActionsToLog(db, tenantId, { from, to, max: recordsMax });
  const last = read.at(-1);
  const next = read.length === recordsMax && last !== undefined ? last.actionId : to;
  const none = { tenantId, from, next, nowMs, actions: [], events: [], endpoints: [] };
  if (read.length === 0) return none;
  const eventIds = read.map(({ actionId }) => logEventId(actionId));
  const known = await knownEvents(db, tenantId, eventIds);
  const actions = [];
  const events = [];
  for (const [at, action] of read.entries()) {
    const eventId = eventIds[at] ?? '';
    if (known.has(eventId)) continue;
    if (at % envelopesMax === envelopesMax - 1) await nextTurn();
    const { actionId, userId, ownerId } = action;
    actions.push({ actionId, userId, ownerId });
    const data = actionRecord(tenantId, action);
    events.push({ eventId, userId, payload: envelopeText({ eventId, tenantId, type, happenedAtMs: nowMs, data }) });
  }
  if (events.length === 0) return none;
  const endpoints = await listEndpointsForLog(db, tenantId, type);
  return { ...none, actions, events, endpoints };
}

/** Sends a part to an endpoint that works and is quick. Else, or if there is no place for a request, nothing is sent yet. */
async function tell(context: JobContext, part: Part, { endpointId, isReady }: LogEndpoint): Promise<Told> {
  const { events, runtime } = context;
  const { tenantId } = part;
  const nowMs = runtime.clock.now();
  const deliveries = part.events.map(({ eventId, userId, payload }): TakenDelivery => ({
    deliveryId: runtime.ids.uuid(),
    eventId,
    type,
    userId,
    place: null,
    lane: 'batch',
    tries: 1,
    payload,
  }));
  const taken = { tenantId, endpointId, leasedUntilMs: nowMs + leaseMs, deliveries };
  const place = { tenantId, endpointId, lane: 'batch', isFailing: false, isKnown: true };
  const slowUntilMs = events.slow.get(endpointId) ?? 0;
  if (slowUntilMs <= nowMs) events.slow.delete(endpointId);
  if (!isReady || slowUntilMs > nowMs || freePlaces(events.requests, place) <= 0)
    return { taken, leave: () => undefined };
  let leave = (): void => undefined;
  const isOver = new Promise<void>((resolve) => (leave = resolve));
  events.requests.set(isOver, place);
  void isOver.then(() => events.requests.delete(isOver));
  const request = events.send(taken);
  try {
    const attempt = await Promise.race([request, endOf(runtime.timers.timeout(patienceMs))]);
    if (attempt !== 'late') return { taken, attempt, leave };
    events.slow.set(endpointId, nowMs + slowMs);
    return { taken, request, leave };
  } catch (error) {
    // Not its answer, but something of ours: it is sent again like what waits.
    context.warn(error);
    leave();
    return { taken, leave };
  }
}

/** Records a part, and what became of it so far. False, and nothing is, if another node has. */
async function record(context: JobContext, part: Part, told: readonly Told[]): Promise<boolean> {
  const { tenantId, from, next, nowMs, actions, events } = part;
  try {
    await context.db.transaction(async (sql) => {
      if (events.length > 0) {
        await recordLogEvents(sql, tenantId, type, events, nowMs);
        for (const { taken, request, attempt } of told) {
          const { endpointId, deliveries } = taken;
          if (!(await keepEndpoint(sql, tenantId, endpointId))) continue;
          const start = startOf(context, taken, attempt, request !== undefined);
          await recordBatchDeliveries(sql, { tenantId, endpointId, type }, deliveries, start, nowMs);
          if (attempt !== undefined) await context.events.note(sql, taken, attempt);
        }
      }
      if (!(await moveActionLog(sql, tenantId, from, next))) throw new ToldElsewhere();
      // Whoever is deleted from now on waits for this, and takes the payloads away.
      const gone = events.length === 0 ? [] : await actionsOfGoneUsers(sql, tenantId, actions);
      const goneIds = gone.map(({ actionId }) => logEventId(actionId));
      if (goneIds.length > 0) await withdrawLogEvents(sql, tenantId, goneIds);
    });
    return true;
  } catch (error) {
    if (!(error instanceof ToldElsewhere)) throw error;
    return false;
  }
}

/** Another node has told of this part. */
class ToldElsewhere extends Error {}

function startOf(
  { runtime }: JobContext,
  { leasedUntilMs }: TakenBatch,
  attempt: AttemptRow | undefined,
  isOut: boolean,
): BatchStart {
  const nowMs = runtime.clock.now();
  if (attempt === undefined) {
    const dueMs = isOut ? leasedUntilMs : nowMs;
    return { state: 'waiting', dueMs, isOut, triedMs: isOut ? nowMs : null, status: null };
  }
  const share = runtime.random.bytes(4).readUInt32BE() / 0x1_0000_0000;
  const after = afterAttempt(attempt, { lane: 'batch', tries: 1, isLog: true, share });
  const tried = { isOut: false, triedMs: attempt.startedAt, status: attempt.status };
  if (after.kind === 'delivered') return { state: 'delivered', dueMs: null, ...tried };
  // Log events do not die of an answer.
  return { state: 'waiting', dueMs: nowMs + (after.kind === 'again' ? after.waitMs : 0), ...tried };
}

/** Leaves the place of a request, once its answer is there and recorded: the last if it took longer than was waited for it. */
async function end({ events, warn }: JobContext, { taken, request, leave }: Told, isRecorded: boolean): Promise<void> {
  try {
    const attempt = await request;
    if (attempt !== undefined && isRecorded) await events.settle(taken, attempt);
  } catch (error) {
    warn(error);
  } finally {
    leave();
  }
}

/** A UUID that is the same for an action each time, and begins with the action's time (RFC 9562 §5.8, version 8). */
function logEventId(actionId: string): string {
  const bytes = sha256(Buffer.from(`${type} ${actionId}`)).subarray(0, 16);
  // Begins as the action's: where ids that are recorded together stand together, the index is written in few places.
  bytes.write(actionId.replaceAll('-', '').slice(0, 12), 'hex');
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
