import { createHash } from 'node:crypto';

/**
 * The id of the n-th user: looks like a UUID, and neighbours in number are far apart in every index. {@link userIdSql}
 * gives the same in SQL.
 */
export function userIdOf(number: number): string {
  const hex = createHash('md5').update(`bench-user-${number}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function userIdSql(number: string): string {
  return `md5('bench-user-' || (${number}))::uuid::text`;
}
