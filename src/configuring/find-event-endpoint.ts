import { isUuid } from '../calls/is-uuid.ts';
import { Refusal } from '../contract/errors.ts';
import { loadEndpoint } from '../storage/queries/event-endpoints.ts';
import type { EndpointRow } from '../storage/queries/event-endpoints.ts';
import type { Sql } from '../storage/sql.ts';

/** By `load`, which may lock it. @throws {Refusal} `not_found` */
export async function findEventEndpoint(
  sql: Sql,
  tenantId: string,
  endpointId: string,
  load: typeof loadEndpoint = loadEndpoint,
): Promise<EndpointRow> {
  const id = endpointId.toLowerCase();
  const row = isUuid(id) ? await load(sql, tenantId, id) : undefined;
  if (row === undefined) throw new Refusal('not_found', 'There is no event endpoint with this endpointId.');
  return row;
}
