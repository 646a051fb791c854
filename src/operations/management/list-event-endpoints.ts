import { listEventEndpoints as route } from '../../contract/management/event-endpoints.ts';
import { listEndpoints } from '../../storage/queries/event-endpoints.ts';
import { operation } from '../operation.ts';
import { eventEndpointView } from '../../views/event-endpoint-view.ts';

export const listEventEndpoints = operation(route, async ({ db }, { caller: { tenant } }) =>
  (await listEndpoints(db, tenant.tenantId)).map(eventEndpointView),
);
