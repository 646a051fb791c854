/** Publishing rules with a second person, where the tenant asks for one (decision 0053). */
import { stillMay } from '../calls/still-may.ts';
import { Refusal } from '../contract/errors.ts';
import type { RuleDraftRow } from '../storage/queries/rule-drafts.ts';
import { loadTenantSettings } from '../storage/queries/tenant-settings.ts';
import type { Sql } from '../storage/sql.ts';

/** That somebody asks somebody else to publish a draft exactly as it is. */
export interface RuleRequest {
  readonly askedBy: string;
  readonly askedAt: number;
  readonly reason: string | null;
}

/** Whether the tenant wants two people to publish rules. Not as this node knows it: another may have changed it just now. */
export async function rulesNeedTwoPeople(sql: Sql, tenantId: string): Promise<boolean> {
  const { settings } = await loadTenantSettings(sql, tenantId);
  return settings['rulesNeedTwoPeople'] === true;
}

/**
 * Refuses a change of rules that no second person has seen, whoever makes it. Call it under the tenant's lock, in the transaction
 * of the change. @throws {Refusal} `forbidden`
 */
export async function requireNoSecondPerson(sql: Sql, tenantId: string): Promise<void> {
  if (!(await rulesNeedTwoPeople(sql, tenantId))) return;
  throw new Refusal(
    'forbidden',
    'In this tenant two people publish rules: change the draft of the rules in the portal, and ask somebody else to publish it.',
  );
}

/** What is asked of this draft. Undefined if nobody asks, it was changed since, or who asked may not publish any more. */
export async function requestOf(sql: Sql, tenantId: string, draft: RuleDraftRow): Promise<RuleRequest | undefined> {
  const { revision, askedRevision, askedBy, askedAt, askedReason } = draft;
  if (askedRevision !== revision || askedBy === null || askedAt === null) return undefined;
  if (!(await stillMay(sql, tenantId, askedBy, 'configuration:change'))) return undefined;
  return { askedBy, askedAt, reason: askedReason };
}

/** Whether an operator has changed a draft since it began, so that they are not the second person to see it. */
export function hasEdited({ changedBy, editedBy }: RuleDraftRow, operatorId: string): boolean {
  // A node of the release before records only who changed it last.
  return changedBy === operatorId || editedBy?.includes(operatorId) === true;
}

/**
 * The request by which this operator may publish a draft as the second person; undefined if the tenant wants no second person
 * and nobody else asks. Call it under the tenant's lock, in the transaction that publishes. @throws {Refusal} `conflict`, `forbidden`
 */
export async function requireSecondPerson(
  sql: Sql,
  tenantId: string,
  draft: RuleDraftRow,
  operatorId: string,
): Promise<RuleRequest | undefined> {
  const request = await requestOf(sql, tenantId, draft);
  if (!(await rulesNeedTwoPeople(sql, tenantId))) return request?.askedBy === operatorId ? undefined : request;
  // The roles of the call are those of when it began.
  if (!(await stillMay(sql, tenantId, operatorId, 'configuration:change'))) {
    throw new Refusal('forbidden', 'You may not change rules here any more.');
  }
  if (request === undefined) {
    throw new Refusal(
      'conflict',
      'In this tenant two people publish rules. Ask for the publication; somebody else who may change rules then publishes the draft.',
    );
  }
  if (request.askedBy === operatorId || hasEdited(draft, operatorId)) {
    throw new Refusal(
      'conflict',
      'You have changed this draft or asked for its publication, so somebody else has to publish it.',
    );
  }
  return request;
}
