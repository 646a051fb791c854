import { smsChannelOf } from '../core/authenticators/sms-channel.ts';
import type { Tenant } from '../storage/published.ts';
import { deleteRefusedSend, recordSendTaken, recordSendWithheld } from '../storage/queries/challenges/sends.ts';
import type { JudgedText } from '../core/pumping/judge-text.ts';
import { giveBackText } from '../storage/queries/texts.ts';
import { giveBackMessages } from '../storage/queries/sent-messages.ts';
import type { CountedMessages } from '../storage/queries/sent-messages.ts';
import { lockUser } from '../storage/queries/users.ts';
import type { Sql } from '../storage/sql.ts';
import { DatabaseUnavailable } from '../storage/sql.ts';
import type { Context } from '../calls/context.ts';
import { logChallenge } from '../calls/log-challenge.ts';
import type { LoggedChallenge } from '../calls/log-challenge.ts';
import { tellVerdict } from '../calls/tell-verdict.ts';
import { isNotSent, isRefusedByProvider } from './hand-over.ts';
import type { SentBy } from './hand-over.ts';

/** A message that was counted and stored, and is about to be sent. */
export interface CountedSend {
  /** The challenge whose row stores it. */
  readonly challengeId: string;
  /** The user it is sent to, if known; locked while the result is written. */
  readonly userId: string | undefined;
  /** The method whose provider delivers it. */
  readonly channel: string;
  /** What it was counted as. */
  readonly messages: CountedMessages;
  readonly logged: LoggedChallenge;
  /** Further writes in the same transaction, once the message was taken or refused. */
  afterwards?(sql: Sql): Promise<void>;
}

/**
 * How long a send is out at most, in milliseconds: longer than the timeout of any provider. A send without a result by
 * then, because its node has stopped, counts as taken.
 */
export const sendMsMax = 10_000;

/**
 * Sends once, outside any transaction: in doubt, nothing is sent a second time (F19). A message that was certainly
 * refused counts as never requested. In doubt it counts as taken, and ends what was sent before it (ruling 44).
 * @throws what `send` does
 */
export async function sendCounted(
  context: Context,
  tenant: Tenant,
  counted: CountedSend,
  send: () => Promise<SentBy>,
): Promise<void> {
  const { text } = counted.messages;
  if (text !== undefined) tellVerdict(context, tenant, text);
  if (text?.result === 'withheld') return withhold(context, tenant, counted, text);
  let sentBy: SentBy;
  try {
    sentBy = await send();
  } catch (error) {
    await (isNotSent(error) ? takeBack(context, tenant, counted, error) : close(context, tenant, counted));
    throw error;
  }
  await close(context, tenant, counted, sentBy);
}

// How long providers take, so that the time does not tell that nothing was sent.
const pretendedMs = { least: 150, most: 660 };

/** Sends nothing, and answers as if it had. The message before it stays valid. */
async function withhold(context: Context, tenant: Tenant, counted: CountedSend, text: JudgedText): Promise<void> {
  const { random, timers } = context.runtime;
  const part = (random.bytes(1)[0] ?? 0) / 255;
  await timers.wait(pretendedMs.least + Math.round(part * (pretendedMs.most - pretendedMs.least)));
  await note(context, tenant, { userId: counted.userId }, async (sql) => {
    await recordSendWithheld(sql, tenant.tenantId, counted.challengeId);
    await logChallenge(sql, context, tenant, 'too many messages', counted.logged, undefined, text);
  });
}

function close(context: Context, tenant: Tenant, counted: CountedSend, sentBy?: SentBy): Promise<void> {
  return note(context, tenant, counted, async (sql) => {
    const { challengeId, channel } = counted;
    const nowMs = context.runtime.clock.now();
    await recordSendTaken(sql, tenant.tenantId, challengeId, nowMs, smsChannelOf(channel), sentBy);
    await logChallenge(
      sql,
      context,
      tenant,
      'sent',
      { ...counted.logged, provider: sentBy?.provider },
      undefined,
      counted.messages.text,
    );
  });
}

function takeBack(context: Context, tenant: Tenant, counted: CountedSend, error: unknown): Promise<void> {
  const { messageIds, asRefused, text } = counted.messages;
  // An unreachable server reveals nothing about a mailbox, and is not the sender's fault.
  const messages = { messageIds, asRefused: isRefusedByProvider(error) ? asRefused : [] };
  return note(context, tenant, counted, async (sql) => {
    await deleteRefusedSend(sql, tenant.tenantId, counted.challengeId);
    await giveBackMessages(sql, tenant.tenantId, messages);
    if (text !== undefined) await giveBackText(sql, tenant.tenantId, text.textId);
    const description = error instanceof Error ? error.message : undefined;
    await logChallenge(sql, context, tenant, 'not sent', counted.logged, description);
  });
}

/** Writes the result. If the database is unavailable, the message counts as taken a little later. */
async function note(
  { db, warn }: Context,
  { tenantId }: Tenant,
  { userId, afterwards }: Pick<CountedSend, 'userId' | 'afterwards'>,
  write: (sql: Sql) => Promise<void>,
): Promise<void> {
  const noted = db.transaction(async (sql) => {
    // The user is locked before their challenges, as everywhere that locks both.
    if (userId !== undefined) await lockUser(sql, tenantId, userId);
    await write(sql);
    await afterwards?.(sql);
  });
  await noted.catch((error: unknown) => {
    if (!(error instanceof DatabaseUnavailable)) throw error;
    warn(error);
  });
}
