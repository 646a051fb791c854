/** Worry: the database counts something else than what was judged and tried out, or a limit gives way where it is met at once. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { simulatedAttack } from '../../test/rig/simulated-attack.ts';
import type { SimulatedText } from '../../test/rig/simulated-attack.ts';
import type { Context } from '../calls/context.ts';
import { RefusedText } from '../calls/refused-text.ts';
import { pumpingSettingsOf } from '../core/pumping/pumping-settings.ts';
import { replayTexts } from '../core/pumping/replay-texts.ts';
import { describePhoneNumber } from '../enrichment/phone-numbers.ts';
import { secretKey } from '../runtime/crypto.ts';
import { virtualRuntime } from '../runtime/virtual-runtime.ts';
import type { Tenant } from '../storage/published.ts';
import { createChallenge } from '../storage/queries/challenges/of-backends.ts';
import { recordProof } from '../storage/queries/proofs.ts';
import type { CountedMessages } from '../storage/queries/sent-messages.ts';
import { createTenant } from '../storage/create-tenant.ts';
import { createSeal } from '../storage/seal.ts';
import { statement } from '../storage/sql.ts';
import type { Database } from '../storage/sql.ts';
import { databaseKinds, testDatabase } from '../testkit/test-database.ts';
import { countSend } from './sending-limits.ts';

const countries = ['PT', 'NZ', 'DE', 'FR'];
const code = { hmac: Buffer.alloc(32, 1), length: 6 };
const rowsStatement = statement<{ reason: string; isSent: boolean; count: number }>(
  'count_text_test_rows',
  `select reason, is_sent, count(*) as count from texts where tenant_id = $1 group by 1, 2 order by 1, 2`,
);

describe.each(databaseKinds)('on the %s database', (kind) => {
  let db: Database;
  let tenants = 0;
  const runtime = virtualRuntime();
  let context: Context;
  beforeAll(async () => {
    db = await testDatabase(kind);
    const describeAddress = (ip: string | null) => ({ address: ip, scope: 'public' });
    const enrichment = { describeAddress, describeNumber: describePhoneNumber };
    context = {
      db,
      runtime,
      enrichment,
      meter: { judgedText: () => undefined },
      warnOnceAMinute: () => undefined,
    } as never;
  });
  afterAll(() => db.close());

  async function newTenant(settings: object): Promise<Tenant> {
    tenants += 1;
    const seal = createSeal([Buffer.alloc(32, 7)], runtime.random);
    const tenantId = runtime.ids.uuid();
    await createTenant(db, { seal, runtime }, { tenantId, name: `Tenant ${tenants}` });
    return {
      tenantId,
      codeKey: secretKey(Buffer.alloc(32, 1)),
      logsChallenges: false,
      authenticatorConfigurations: [
        { verificationMethod: 'SMS', settings: { smsCountryCodes: countries, ...settings } },
      ],
    } as never;
  }

  /** As an operation asks for a text, without anything that could carry it. */
  async function ask(tenant: Tenant, text: Partial<SimulatedText> & { phoneNumber: string; nowMs: number }) {
    const challengeId = runtime.ids.uuid();
    const { phoneNumber, nowMs } = text;
    const contact = { kind: 'phoneNumber', value: phoneNumber } as const;
    const started = db.transaction(async (sql): Promise<CountedMessages> => {
      const userId = undefined;
      const message = { verificationMethod: 'SMS', contact, userId, challengeId, ipAddress: undefined, nowMs };
      const counted = await countSend(sql, context, tenant, message);
      await createChallenge(sql, {
        ...{ tenantId: tenant.tenantId, challengeId, verificationMethod: 'SMS', userId, actionCode: 'signIn' },
        ...{ idempotencyKey: challengeId, contact, scope: '', request: {}, code, nowMs },
        ...{ expiresAtMs: nowMs + 600_000, outUntilMs: nowMs },
      });
      return counted;
    });
    const text_ = await started.then(
      (counted) => counted.text,
      async (error: unknown) => {
        if (!(error instanceof RefusedText)) throw error;
        await error.record(db);
        return error.text;
      },
    );
    if (text_ === undefined) throw new Error('A text is judged.');
    return { ...text_, challengeId };
  }

  async function enter(tenant: Tenant, challengeId: string, nowMs: number): Promise<boolean> {
    const { kind: result } = await recordProof(db, {
      key: { tenantId: tenant.tenantId, userId: undefined, actionCode: 'signIn', idempotencyKey: challengeId },
      ...{ actionId: undefined, enrols: false, method: 'SMS', authenticatorId: null, assurance: 'restricted' },
      ...{ provesUser: false, leaseId: undefined, remembered: undefined, subject: undefined },
      consume: { kind: 'answer', challengeId, sentAs: challengeId, codeHmac: code.hmac } as never,
      audit: {
        ...{
          eventId: runtime.ids.uuid(),
          happenedAtMs: nowMs,
          actor: { kind: 'test' },
          eventType: 'challenge.verified',
        },
        data: {},
      } as never,
      ...{ provenAtMs: nowMs, nowMs },
    });
    return result === 'accepted';
  }

  test('A26: an attack is judged by the database as it is in memory, text by text: refused, and honest people are not', async () => {
    const tenant = await newTenant({});
    const settings = pumpingSettingsOf(tenant.authenticatorConfigurations, 'SMS');
    const texts = simulatedAttack({
      seed: 11,
      hours: 3,
      texts: 300,
      ranges: 6,
      honestThere: 40,
      honestElsewhere: 60,
    }).map((text) => ({ ...text, user: null, address: null }));
    const due: { atMs: number; challengeId: string }[] = [];
    let honestRefused = 0;
    let attackSent = 0;
    for (const { text, verdict } of replayTexts(texts, () => settings)) {
      const { isAttack, isAttackedRange } = text as SimulatedText;
      due.sort((a, b) => a.atMs - b.atMs);
      while (due[0] !== undefined && due[0].atMs <= text.askedAtMs) {
        const { challengeId, atMs } = due.shift() ?? { challengeId: '', atMs: 0 };
        expect(await enter(tenant, challengeId, atMs)).toBe(true);
      }
      const { reason, result, challengeId } = await ask(tenant, { ...text, nowMs: text.askedAtMs });
      expect({ reason, isRefused: result !== 'sent', at: text.askedAtMs }).toEqual({ ...verdict, at: text.askedAtMs });
      if (result === 'sent' && text.enteredAtMs !== null) due.push({ atMs: text.enteredAtMs, challengeId });
      if (isAttack && result === 'sent') attackSent += 1;
      if (!isAttack && !isAttackedRange && result !== 'sent') honestRefused += 1;
    }
    expect(attackSent).toBeLessThan(60);
    expect(honestRefused).toBeLessThan(8);
    const rows = await db.query(rowsStatement, [tenant.tenantId]);
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(texts.length);
    expect(rows.map(({ reason }) => reason)).toContain('country_breaker');
  });
});
