import { isUuid } from '../calls/is-uuid.ts';
import { Refusal } from '../contract/errors.ts';
import { loadDelivery } from '../storage/queries/deliveries.ts';
import type { DeliveryWithPayload } from '../storage/queries/deliveries.ts';
import type { Sql } from '../storage/sql.ts';

/** @throws {Refusal} `not_found` */
export async function findEventDelivery(sql: Sql, tenantId: string, deliveryId: string): Promise<DeliveryWithPayload> {
  const id = deliveryId.toLowerCase();
  const row = isUuid(id) ? await loadDelivery(sql, tenantId, id) : undefined;
  if (row === undefined) throw new Refusal('not_found', 'There is no delivery with this deliveryId.');
  return row;
}
