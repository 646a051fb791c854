/** Links by which operators help users in: asked for by one operator, approved by another, used once by the user. */
import { sqlTime, statement } from '../sql.ts';
import type { Sql } from '../sql.ts';
import { byTenant } from './by-tenant.ts';
import { purgeOf } from './purge.ts';

export interface HelpRow {
  readonly helpId: string;
  readonly userId: string;
  readonly state: 'waiting' | 'sent' | 'used' | 'ended';
  readonly reason: string;
  /** Where the link goes. */
  readonly email: string;
  /** Operators, by their ids. */
  readonly askedBy: string;
  readonly askedAt: number;
  readonly approvedBy: string | null;
  readonly approvedAt: number | null;
  /** Until when it can be approved; once it is, until when the link works. */
  readonly expiresAt: number;
  readonly usedAt: number | null;
  readonly pageDigest: Buffer | null;
  readonly endedAt: number | null;
  readonly endedBecause: 'refused' | 'stopped' | 'expired' | null;
  readonly endedBy: string | null;
}

const columns = `help_id, user_id, state, reason, email, asked_by, asked_at, approved_by, approved_at,
  expires_at, used_at, page_digest, ended_at, ended_because, ended_by`;

/** A contact of a user to which a link may go. */
export interface HelpContact {
  readonly authenticatorId: string;
  readonly email: string;
  readonly verifiedAt: number;
}

const contactsStatement = statement<HelpContact>(
  'list_help_contacts',
  `select distinct on (coalesce(email_normal, email)) authenticator_id, email, verified_at from authenticators
   where tenant_id = $1 and user_id = $2 and email is not null and verified_at <= $3 and contact_changed_at is null
     and (held_until is null or held_until <= $4)
   order by coalesce(email_normal, email), verified_at, authenticator_id`,
);

/**
 * Addresses of a user that were verified by `verifiedByMs` at the latest, and that no backend has changed since without a
 * proof.
 */
export async function listHelpContacts(
  sql: Sql,
  tenantId: string,
  userId: string,
  { verifiedByMs, nowMs }: { readonly verifiedByMs: number; readonly nowMs: number },
): Promise<readonly HelpContact[]> {
  return sql.query(contactsStatement, [tenantId, userId, sqlTime(verifiedByMs), sqlTime(nowMs)]);
}

const createStatement = statement<HelpRow>(
  'create_help',
  `insert into helps (tenant_id, help_id, user_id, state, reason, email, asked_by, asked_at, expires_at)
   values ($1, $2, $3, 'waiting', $4, $5, $6, $7, $8) returning ${columns}`,
);

/** In a transaction that has locked the user. */
export async function createHelp(
  sql: Sql,
  tenantId: string,
  help: Pick<HelpRow, 'helpId' | 'userId' | 'reason' | 'email' | 'askedBy' | 'askedAt' | 'expiresAt'>,
): Promise<HelpRow> {
  const [row] = await sql.query(createStatement, [
    tenantId,
    help.helpId,
    help.userId,
    help.reason,
    help.email,
    help.askedBy,
    sqlTime(help.askedAt),
    sqlTime(help.expiresAt),
  ]);
  if (row === undefined) throw new Error('An insert gives a row.');
  return row;
}

/** Helps that one list has at most. */
const listedMax = 100;

const ofUserStatement = statement<HelpRow>(
  'list_helps_of_user',
  `select ${columns} from helps where tenant_id = $1 and user_id = $2 order by asked_at desc, help_id limit ${listedMax}`,
);

/** The helps of a user, newest first. */
export async function listHelpsOfUser(sql: Sql, tenantId: string, userId: string): Promise<readonly HelpRow[]> {
  return sql.query(ofUserStatement, [tenantId, userId]);
}

const waitingStatement = statement<HelpRow>(
  'list_waiting_helps',
  `select ${columns} from helps where tenant_id = $1 and state = 'waiting' and expires_at > $2
   order by asked_at, help_id limit ${listedMax}`,
);

/** Those that wait for a second person, oldest first. */
export async function listWaitingHelps(sql: Sql, tenantId: string, nowMs: number): Promise<readonly HelpRow[]> {
  return sql.query(waitingStatement, [tenantId, sqlTime(nowMs)]);
}

const loadStatement = statement<HelpRow>(
  'load_help',
  `select ${columns} from helps where tenant_id = $1 and help_id = $2`,
);

export async function loadHelp(sql: Sql, tenantId: string, helpId: string): Promise<HelpRow | undefined> {
  const [row] = await sql.query(loadStatement, [tenantId, helpId]);
  return row;
}

const byLinkStatement = statement<HelpRow>(
  'load_help_by_link',
  `select ${columns} from helps where tenant_id = $1 and link_digest = $2`,
);

/** The help whose link it is, in any state. */
export async function loadHelpByLink(sql: Sql, tenantId: string, digest: Buffer): Promise<HelpRow | undefined> {
  const [row] = await sql.query(byLinkStatement, [tenantId, digest]);
  return row;
}

const approveStatement = statement<HelpRow>(
  'approve_help',
  `update helps set state = 'sent', approved_by = $3, approved_at = $4, link_digest = $5, expires_at = $6
   where tenant_id = $1 and help_id = $2 and state = 'waiting' and expires_at > $4 and asked_by <> $3
   returning ${columns}`,
);

/** Of all who approve at once, one gets the row, and nobody who has asked for it. */
export async function approveHelpRow(
  sql: Sql,
  tenantId: string,
  helpId: string,
  approval: {
    readonly operatorId: string;
    readonly linkDigest: Buffer;
    readonly nowMs: number;
    readonly linkUntilMs: number;
  },
): Promise<HelpRow | undefined> {
  const { operatorId, linkDigest, nowMs, linkUntilMs } = approval;
  const values = [tenantId, helpId, operatorId, sqlTime(nowMs), linkDigest, sqlTime(linkUntilMs)];
  const [row] = await sql.query(approveStatement, values);
  return row;
}

const takeBackStatement = statement<{ helpId: string }>(
  'take_back_help_approval',
  `update helps set state = 'waiting', approved_by = null, approved_at = null, link_digest = null, expires_at = $4
   where tenant_id = $1 and help_id = $2 and state = 'sent' and link_digest = $3 returning help_id`,
);

/** Whether a link that was certainly not sent is dead now, and the help waits for its approval as before. */
export async function takeBackApproval(
  sql: Sql,
  tenantId: string,
  helpId: string,
  { linkDigest, expiresAtMs }: { readonly linkDigest: Buffer; readonly expiresAtMs: number },
): Promise<boolean> {
  const rows = await sql.query(takeBackStatement, [tenantId, helpId, linkDigest, sqlTime(expiresAtMs)]);
  return rows.length > 0;
}

const useStatement = statement<{ helpId: string }>(
  'use_help',
  `update helps set state = 'used', used_at = $3, page_digest = $4
   where tenant_id = $1 and link_digest = $2 and state = 'sent' and expires_at > $3 returning help_id`,
);

/** Uses a link up. Of all who open it at once, on all nodes, one gets true. */
export async function takeHelpLink(
  sql: Sql,
  tenantId: string,
  used: { readonly linkDigest: Buffer; readonly pageDigest: Buffer; readonly nowMs: number },
): Promise<boolean> {
  const { linkDigest, pageDigest, nowMs } = used;
  return (await sql.query(useStatement, [tenantId, linkDigest, sqlTime(nowMs), pageDigest])).length > 0;
}

const refuseStatement = statement<{ userId: string }>(
  'refuse_help',
  `update helps set state = 'ended', ended_at = $3, ended_because = 'refused', ended_by = $4
   where tenant_id = $1 and help_id = $2 and state in ('waiting', 'sent') and expires_at > $3 returning user_id`,
);

/** Ends a help that waits or was sent, for an operator. False if it is over already. */
export async function refuseHelpRow(
  sql: Sql,
  tenantId: string,
  helpId: string,
  { operatorId, nowMs }: { readonly operatorId: string; readonly nowMs: number },
): Promise<boolean> {
  return (await sql.query(refuseStatement, [tenantId, helpId, sqlTime(nowMs), operatorId])).length > 0;
}

const stopStatement = statement<{ helpId: string }>(
  'stop_helps',
  `update helps set state = 'ended', ended_at = $4, ended_because = 'stopped'
   where tenant_id = $1 and user_id = $2 and (help_id = $3 or state in ('waiting', 'sent')) and state <> 'ended'
   returning help_id`,
);

/** Ends a help of a user, used or not, and all others of theirs that are open. Returns which were ended. */
export async function stopHelps(
  sql: Sql,
  tenantId: string,
  userId: string,
  { helpId, nowMs }: { readonly helpId: string; readonly nowMs: number },
): Promise<readonly string[]> {
  return (await sql.query(stopStatement, [tenantId, userId, helpId, sqlTime(nowMs)])).map((row) => row.helpId);
}

const dueStatement = statement<{ tenantId: string; helpId: string }>(
  'load_due_helps',
  `select tenant_id, help_id from helps where state in ('waiting', 'sent') and expires_at <= $1 order by expires_at limit $2`,
);
const expireStatement = statement<{ userId: string }>(
  'expire_help',
  `update helps set state = 'ended', ended_at = $3, ended_because = 'expired'
   where tenant_id = $1 and help_id = $2 and state in ('waiting', 'sent') and expires_at <= $3 returning user_id`,
);

/** Those whose time is over, by tenant. */
export async function loadDueHelps(
  sql: Sql,
  nowMs: number,
  max: number,
): Promise<ReadonlyMap<string, readonly string[]>> {
  return byTenant(await sql.query(dueStatement, [sqlTime(nowMs), max]), ({ helpId }) => helpId);
}

/** Ends a help whose time is over. Returns whose it was; undefined if it was ended otherwise meanwhile. */
export async function expireHelp(
  sql: Sql,
  tenantId: string,
  helpId: string,
  nowMs: number,
): Promise<string | undefined> {
  const [row] = await sql.query(expireStatement, [tenantId, helpId, sqlTime(nowMs)]);
  return row?.userId;
}

/** Deletes helps that were asked for before a time. */
export const purgeHelps = purgeOf('helps', 'help_id', { condition: 'asked_at <= $1', order: 'asked_at' });
