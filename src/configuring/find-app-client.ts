import { Refusal } from '../contract/errors.ts';
import { loadAppClient } from '../storage/queries/app-clients.ts';
import type { AppClientRow } from '../storage/queries/app-clients.ts';
import type { Sql } from '../storage/sql.ts';

/** @throws {Refusal} `not_found` */
export async function findAppClient(sql: Sql, tenantId: string, clientId: string): Promise<AppClientRow> {
  const row = /^[A-Za-z0-9._:-]+$/.test(clientId) ? await loadAppClient(sql, tenantId, clientId) : undefined;
  if (row === undefined) throw new Refusal('not_found', 'There is no app client with this clientId.');
  return row;
}
