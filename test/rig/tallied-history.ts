/** Actions as nodes write them, what is counted of them, and what a plain count of the stored actions gives. */
import { expect } from 'vitest';
import { statement } from '../../src/storage/sql.ts';
import type { Database, Sql } from '../../src/storage/sql.ts';
import { keepTallies } from '../../src/jobs/keep-tallies.ts';
import type { JobContext } from '../../src/jobs/job.ts';
import { partyId } from '../../src/deciding/party-id.ts';
import { secretKey } from '../../src/runtime/crypto.ts';
import { recordAction, recordActionState, recordDenial } from '../../src/storage/queries/actions/actions.ts';
import type { DecidedAction } from '../../src/storage/queries/actions/actions.ts';
import { decideAgain } from '../../src/storage/queries/actions/decide-again.ts';
import { firstIdAt } from '../../src/storage/queries/actions/months.ts';
import { loadHistory } from '../../src/storage/queries/history.ts';
import type { WindowAnswer, WindowQuestion } from '../../src/storage/queries/history.ts';
import { recordProof } from '../../src/storage/queries/proofs.ts';

export const minute = 60_000;
export const tenantId = '22222222-2222-4222-8222-222222222222';
const partyKey = secretKey(Buffer.alloc(32, 7));

export async function makeTenant(db: Database): Promise<void> {
  await db.script(`insert into tenants (tenant_id, name, root_key_sealed, config_version, created_at)
    values ('${tenantId}', 'Counted', '\\x01', 1, '2025-01-01Z')`);
}

let made = 0;
function freshId(nowMs: number): string {
  made += 1;
  const random = `8${String(made).padStart(3, '0').slice(-3)}-${(made * 7_919).toString(16).padStart(12, '0')}`;
  return `${firstIdAt(nowMs).slice(0, 14)}7${String(made % 1_000).padStart(3, '0')}-${random}`;
}

export interface Origin {
  readonly userId: string;
  readonly actionCode: string;
  readonly ipAddress: string | null;
  readonly deviceId: string | null;
  readonly countryCode: string | null;
  readonly custom: object | null;
}

export function actionOf(
  origin: Origin,
  given: Pick<DecidedAction, 'nowMs' | 'state'> & Partial<DecidedAction>,
): DecidedAction {
  const actionId = given.actionId ?? freshId(given.nowMs);
  const { ipAddress, deviceId, countryCode, custom } = origin;
  return {
    ...{ tenantId, userId: origin.userId, actionCode: origin.actionCode, actionId, idempotencyKey: actionId },
    ...{ isTracked: true, redirectUrl: undefined, redirectToSettings: false, userAgent: undefined, locale: undefined },
    ...{ ipAddress: ipAddress ?? undefined, sentIpAddress: undefined, deviceId: deviceId ?? undefined, countryCode },
    addressParty: partyId({ partyKey }, 'ip', ipAddress),
    deviceParty: partyId({ partyKey }, 'device', deviceId),
    ...{ isPlaceUnknown: false, latitude: null, longitude: null, email: undefined, phoneNumber: undefined },
    ...{
      username: undefined,
      mayBeTrackedByEarlierNode: false,
      newConfigurationResult: undefined,
      decision: '{"outcome":"CHALLENGE","demand":{}}',
    },
    custom: custom === null ? undefined : JSON.stringify(custom),
    ...given,
  };
}

export async function track(db: Database, action: DecidedAction): Promise<boolean> {
  return (await recordAction(db, action)) !== undefined;
}

export const setState = (db: Sql, action: DecidedAction, state: string, nowMs: number) =>
  recordActionState(db, action, { state, nowMs, moveId: freshId(nowMs) });

export const deny = (db: Sql, action: DecidedAction, nowMs: number) =>
  recordDenial(db, { key: action, actionId: action.actionId, isUsers: true, nowMs, moveId: freshId(nowMs) });

export const decide = (db: Database, action: DecidedAction) =>
  decideAgain(db, action, { sinceMs: 0, mustBeConfirmed: false, isAnyEnough: true }, freshId(action.nowMs));

export const prove = (db: Sql, action: DecidedAction, nowMs: number) =>
  recordProof(db, {
    key: action,
    actionId: action.actionId,
    enrols: false,
    consume: { kind: 'spent' },
    method: 'AUTHENTICATOR_APP',
    authenticatorId: null,
    assurance: 'medium',
    provesUser: true,
    leaseId: undefined,
    remembered: undefined,
    subject: undefined,
    provenAtMs: nowMs,
    nowMs,
    audit: {
      ...{ tenantId, eventId: freshId(nowMs), happenedAtMs: nowMs, actor: { kind: 'user', id: action.userId } },
      ...{ eventType: 'proof', userId: action.userId, requestId: undefined, data: {} },
    },
  });

/** Runs the job that counts as if it were `nowMs`, for the tenant with rules that ask these questions. */
export function runJob(db: Database, nowMs: number, asked: readonly Omit<WindowQuestion, 'sinceMs'>[]): Promise<void> {
  const tenant = {
    tenantId,
    questions: asked.map((one) => ({ ...one, sinceMs: undefined })),
    partyId: (kind: 'ip' | 'device', value: string | null) => partyId({ partyKey }, kind, value),
  };
  const clock = { now: () => nowMs, steady: () => 0 };
  return keepTallies.run({
    db,
    runtime: { clock },
    counted: () => [tenant],
  } as unknown as JobContext);
}

/** The answers for an origin, and whether all of them were kept rather than read from actions. */
export async function ask(
  db: Sql,
  origin: Pick<Origin, 'userId' | 'actionCode' | 'ipAddress' | 'deviceId'>,
  key: string,
  questions: readonly WindowQuestion[],
): Promise<{ readonly answers: readonly (number | 'unread')[]; readonly areKept: boolean }> {
  let areKept = true;
  const watched: Sql = {
    query: (asked, values) => {
      if (asked.name === 'load_history_of_rows') areKept = false;
      return db.query(asked, values);
    },
    script: (text) => db.script(text),
  };
  const request = {
    ...{ tenantId, userId: origin.userId, actionCode: origin.actionCode, idempotencyKey: key },
    ...{
      address: origin.ipAddress,
      deviceId: origin.deviceId,
      placesSinceMs: 0,
      parts: new Set<never>(),
      asksEvents: false,
    },
    addressParty: partyId({ partyKey }, 'ip', origin.ipAddress),
    deviceParty: partyId({ partyKey }, 'device', origin.deviceId),
    questions,
  };
  const { answers = [], earlierActionId } = await loadHistory(watched, { ...request, isNewKey: false });
  if (earlierActionId === null) {
    // What is read for a key that was made just now is the same, by other statements: for all, and where none tells apart.
    const isPlain = questions.map(({ operator }) => operator !== 'distinctCount');
    for (const isAsked of [questions.map(() => true), isPlain]) {
      const some = { ...request, questions: questions.filter((_, at) => isAsked[at]), isNewKey: true };
      expect((await loadHistory(watched, some)).answers ?? []).toEqual(answers.filter((_, at) => isAsked[at]));
    }
  }
  const valueOf = ({ unread, value }: WindowAnswer) => (unread > 0 ? 'unread' : (value ?? 0));
  return { answers: answers.map(valueOf), areKept };
}

interface StoredAction {
  readonly userId: string;
  readonly idempotencyKey: string;
  readonly actionCode: string;
  readonly state: string;
  readonly createdAt: number;
  readonly ipAddress: string | null;
  readonly deviceId: string | null;
  readonly countryCode: string | null;
  readonly custom: Readonly<Record<string, unknown>> | null;
}

const storedStatement = statement<StoredAction>(
  'tallied_history_stored',
  `select user_id, idempotency_key, action_code, state, created_at, ip_address, device_id, country_code, custom
   from actions_by_month where tenant_id = $1`,
);

/** What the stored actions themselves say, minute by minute. */
export async function plainCount(db: Sql) {
  const stored = await db.query(storedStatement, [tenantId]);
  const memberOf = { user: 'userId', ip: 'ipAddress', device: 'deviceId', country: 'countryCode' } as const;
  return (
    origin: Pick<Origin, 'userId' | 'ipAddress' | 'deviceId'>,
    key: string,
    { operator, partyKind, subject, actionCode, state, sinceMs }: WindowQuestion,
  ): number | 'unread' => {
    const member = memberOf[partyKind];
    const found = stored.filter(
      (action) =>
        action.idempotencyKey !== key &&
        origin[member] !== null &&
        action[member] === origin[member] &&
        Math.floor(action.createdAt / minute) >= Math.floor(sinceMs / minute) &&
        (actionCode === '*' || action.actionCode === actionCode) &&
        (state === '*' || action.state === state),
    );
    if (operator === 'actionCount') return found.length;
    if (operator === 'distinctCount') {
      const values = found.map((action) => action[memberOf[subject as keyof typeof memberOf]]);
      return new Set(values.filter((value) => value !== null)).size;
    }
    const values = found.map(({ custom }) => custom?.[subject] ?? null);
    if (values.some((value) => value !== null && !Number.isFinite(Number(value)))) return 'unread';
    return values.reduce<number>((sum, value) => sum + Number(value ?? 0), 0);
  };
}
