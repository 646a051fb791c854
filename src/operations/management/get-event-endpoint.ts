import { getEventEndpoint as route } from '../../contract/management/event-endpoints.ts';
import { findEventEndpoint } from '../../configuring/find-event-endpoint.ts';
import { operation } from '../operation.ts';
import { eventEndpointView } from '../../views/event-endpoint-view.ts';

export const getEventEndpoint = operation(route, async ({ db }, { caller: { tenant }, params }) =>
  eventEndpointView(await findEventEndpoint(db, tenant.tenantId, params.endpointId)),
);
