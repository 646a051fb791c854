/**
 * How statements find actions. An action belongs to one user row, by the row's own id: whoever is created with the user id
 * of a deleted user has another. Callers name an action by user, code and key; statements find its id first, which names
 * the month's table too.
 */

/** A user row's own id. Users of earlier releases have none stored. */
export const ownIdOf = (user: string) => `coalesce(${user}.own_id, early_owner(${user}.user_id))`;

/** The own id of the user that an action belongs to. Actions of earlier releases have none stored. */
export const ownerOf = (action: string) => `coalesce(${action}.owner_id, early_owner(${action}.user_id))`;

/** The own id of the user $2 of the tenant $1; null if there is none. */
export const ownId = `(select ${ownIdOf('u')} from users u where u.tenant_id = $1 and u.user_id = $2)`;

/** Names an action: $1 to $4 of statements that begin with {@link named}. */
export interface ActionKey {
  readonly tenantId: string;
  readonly userId: string;
  readonly actionCode: string;
  readonly idempotencyKey: string;
}

export function keyValues(key: ActionKey) {
  return [key.tenantId, key.userId, key.actionCode, key.idempotencyKey] as const;
}

const uuidPattern = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

/** Where a statement has the names of an action. */
interface Names {
  readonly tenant: string;
  readonly user: string;
  readonly code: string;
  readonly key: string;
}

const given: Names = { tenant: '$1', user: '$2', code: '$3', key: '$4' };

/**
 * The id that a key of a user's action stands for: that of the caller's key, that of an action of an earlier release, whose
 * keys have no row, or the key itself, if the server made it. It may name an action of something else: see {@link isOwn}.
 */
export const idOfKey = (owner: string, { tenant, user, code, key }: Names) => `coalesce(
    (
      select k.action_id from action_keys k
      where k.tenant_id = ${tenant} and k.owner_id = ${owner} and k.action_code = ${code} and k.idempotency_key = ${key}
    ),
    (
      select k.action_id from actions k
      where k.tenant_id = ${tenant} and k.user_id = ${user} and k.action_code = ${code} and k.idempotency_key = ${key}
    ),
    case when ${key} ~ '${uuidPattern}' then ${key}::uuid end
  )`;

/** Whether a row of actions is the user's own, of this code, and under this key. */
export const isOwn = (row: string, owner: string, { code, key }: Omit<Names, 'tenant' | 'user'>) =>
  `${ownerOf(row)} = ${owner} and ${row}.action_code = ${code} and ${row}.idempotency_key = ${key}`;

/** A common table expression with the own id of the user $2 of the tenant $1. */
export const own = `own as materialized (
    select ${ownIdOf('u')} as id from users u where u.tenant_id = $1 and u.user_id = $2
  )`;

/** Common table expressions with the user's own id, and the id that the key stands for. */
export const named = `${own}, named as materialized (select own.id as owner_id, ${idOfKey('own.id', given)} as action_id from own)`;

/** Whether a row of actions is the one that {@link named} stands for. */
export const isNamed = (row: string) => `${row}.tenant_id = $1 and ${row}.action_id = (select action_id from named)
    and ${isOwn(row, '(select owner_id from named)', given)}`;

/** Whether a row of actions is the one with the id `actionId`, and under the names $1 to $4. */
export const isActionWithId = (row: string, actionId: string, owner = ownId) =>
  `${row}.tenant_id = $1 and ${row}.action_id = ${actionId} and ${isOwn(row, owner, given)}`;
