import { Refusal } from '../contract/errors.ts';
import { contactColumns } from '../core/authenticators/contact.ts';
import type { Contact } from '../core/authenticators/contact.ts';
import { challengeLogType } from '../core/events/challenge-log.ts';
import type { ChallengeStep } from '../core/events/challenge-log.ts';
import type { Tenant } from '../storage/published.ts';
import { recordEvent } from '../storage/queries/events.ts';
import type { Sql } from '../storage/sql.ts';
import type { JudgedText } from '../core/pumping/judge-text.ts';
import type { Context } from './context.ts';
import { RefusedText } from './refused-text.ts';
import { tellVerdict } from './tell-verdict.ts';

/** The challenge that a log event is about, as far as it is known. */
export interface LoggedChallenge {
  readonly userId: string | undefined;
  readonly actionCode: string | undefined;
  readonly idempotencyKey: string | undefined;
  readonly verificationMethod: string;
  readonly contact?: Contact | undefined;
  /** Who carried the message. */
  readonly provider?: string | undefined;
}

/** Records what happened to a challenge, and what was decided of its text, if an endpoint of the tenant collects that. Else it costs nothing. */
export async function logChallenge(
  sql: Sql,
  { runtime }: Pick<Context, 'runtime'>,
  { tenantId, logsChallenges }: Tenant,
  step: ChallengeStep,
  { userId, actionCode, idempotencyKey, verificationMethod, contact, provider }: LoggedChallenge,
  errorDescription?: string,
  text?: JudgedText,
): Promise<void> {
  if (!logsChallenges) return;
  const { email, phoneNumber } = contact === undefined ? { email: null, phoneNumber: null } : contactColumns(contact);
  await recordEvent(sql, runtime, {
    tenantId,
    type: 'challenge.log_created',
    userId,
    data: {
      tenantId,
      userId,
      actionCode,
      idempotencyKey,
      createdAt: new Date(runtime.clock.now()).toISOString(),
      type: challengeLogType(verificationMethod, step),
      verificationMethod,
      email: email ?? undefined,
      phoneNumber: phoneNumber ?? undefined,
      provider,
      errorDescription,
      ...(text === undefined
        ? {}
        : { data: { result: text.result, reason: text.reason, countryCode: text.countryCode } }),
    },
  });
}

/** Calls what counts a message, and tells it if it was refused: what the transaction wrote is not stored then. */
export async function loggingLimits<Result>(
  context: Context,
  tenant: Tenant,
  challenge: LoggedChallenge,
  count: () => Promise<Result>,
): Promise<Result> {
  try {
    return await count();
  } catch (error) {
    if (error instanceof RefusedText) {
      await error.record(context.db);
      tellVerdict(context, tenant, error.text);
      await logChallenge(context.db, context, tenant, 'too many messages', challenge, error.message, error.text);
    } else if (error instanceof Refusal && error.code === 'too_many_requests') {
      await logChallenge(context.db, context, tenant, 'too many messages', challenge, error.message);
    }
    throw error;
  }
}
