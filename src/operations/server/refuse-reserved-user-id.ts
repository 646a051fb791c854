import { Refusal } from '../../contract/errors.ts';
import { loadUser } from '../../storage/queries/users.ts';
import type { Sql } from '../../storage/sql.ts';

// What stands in paths where user ids do.
const reservedUserIds: readonly string[] = ['authenticators'];

/**
 * Refuses to make a user whose path would be another route's. One who is there already stays as usable as any.
 * @throws {Refusal} `invalid_request`
 */
export async function refuseReservedUserId(sql: Sql, tenantId: string, userId: string): Promise<void> {
  if (!reservedUserIds.includes(userId) || (await loadUser(sql, tenantId, userId)) !== undefined) return;
  throw new Refusal('invalid_request', `userId must not be "${userId}": that path is another route's.`);
}
