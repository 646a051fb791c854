import { Refusal } from '../contract/errors.ts';
import { loadOperatorEmails } from '../storage/queries/operators.ts';
import type { ReviewRow } from '../storage/queries/reviews.ts';
import { portalTenantId } from '../storage/queries/tenants.ts';
import type { Sql } from '../storage/sql.ts';

/** Who is an operator no longer. */
export const formerOperator = 'A former operator';

/** Names an operator, who may be one no longer. */
export async function nameOperator(sql: Sql, operatorId: string): Promise<string> {
  const names = await loadOperatorEmails(sql, portalTenantId, [operatorId]);
  return names.get(operatorId) ?? formerOperator;
}

/** Who decided a review that is over. */
export async function nameDecider(sql: Sql, { decidedBy }: Pick<ReviewRow, 'decidedBy'>): Promise<string> {
  return decidedBy === null ? 'API' : nameOperator(sql, decidedBy);
}

/** The refusal to change a review that is over. */
export async function alreadyDecided(sql: Sql, review: ReviewRow | undefined, state: string): Promise<Refusal> {
  if (review === undefined || review.decidedAt === null) {
    return new Refusal('conflict', `The action waits for no review: its state is ${state}.`);
  }
  return new Refusal('conflict', `Already decided by ${await nameDecider(sql, review)}: its state is ${state}.`);
}
