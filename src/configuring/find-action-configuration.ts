import { Refusal } from '../contract/errors.ts';
import { loadActionConfiguration } from '../storage/queries/action-configurations.ts';
import type { ActionConfigurationRow } from '../storage/queries/action-configurations.ts';
import type { Sql } from '../storage/sql.ts';

/** A live action configuration. @throws {Refusal} `not_found`, for an archived one too. */
export async function findActionConfiguration(
  sql: Sql,
  tenantId: string,
  actionCode: string,
): Promise<ActionConfigurationRow> {
  // An invalid code cannot exist, and may have characters that no column can be compared with.
  const row = /^[\w-]+$/.test(actionCode) ? await loadActionConfiguration(sql, tenantId, actionCode) : undefined;
  if (row === undefined || row.archivedAt !== null) {
    throw new Refusal('not_found', 'There is no action configuration with this code.');
  }
  return row;
}
