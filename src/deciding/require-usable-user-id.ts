import { Refusal } from '../contract/errors.ts';
import { loadUser } from '../storage/queries/users.ts';
import type { Sql } from '../storage/sql.ts';

// Segments of paths in the place of user ids.
const reservedUserIds: readonly string[] = ['authenticators'];

/**
 * Refuses to create a user whose path would be another route's. An existing user stays usable.
 * @throws {Refusal} `invalid_request`
 */
export async function requireUsableUserId(sql: Sql, tenantId: string, userId: string): Promise<void> {
  if (!reservedUserIds.includes(userId) || (await loadUser(sql, tenantId, userId)) !== undefined) return;
  throw new Refusal('invalid_request', `userId must not be "${userId}": that path is another route's.`);
}
