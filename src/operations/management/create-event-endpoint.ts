import { createEventEndpoint as route } from '../../contract/management/event-endpoints.ts';
import { quotas } from '../../core/quotas.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { newEndpoint } from '../../configuring/new-endpoint.ts';
import { requireReachableUrl } from '../../configuring/require-reachable-url.ts';
import { requireRoom } from '../../configuring/require-room.ts';
import { listEndpoints, recordEndpoint } from '../../storage/queries/event-endpoints.ts';
import { operation } from '../operation.ts';
import { auditedEndpoint } from '../../views/audited-endpoint.ts';
import { eventEndpointView } from '../../views/event-endpoint-view.ts';

export const createEventEndpoint = operation(route, async (context, request) => {
  const { body } = request;
  const { tenantId } = request.caller.tenant;
  requireReachableUrl(context, body.url, 'url');
  const created = newEndpoint(context.runtime, {
    source: 'own',
    url: body.url,
    types: [...new Set(body.eventTypes)],
    description: body.description ?? null,
    sendsPublicKeys: body.includeCredentialPublicKey ?? false,
    contacts: [...new Set(body.notifyEmails ?? [])],
  });
  return changeConfiguration(context, route, request, async (sql) => {
    const existing = await listEndpoints(sql, tenantId);
    requireRoom(quotas.eventEndpoints.max, existing.length + 1, 'event endpoints');
    await recordEndpoint(sql, tenantId, created);
    return { before: undefined, after: auditedEndpoint(created), answer: eventEndpointView(created) };
  });
});
