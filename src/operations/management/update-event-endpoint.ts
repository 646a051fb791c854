import { Refusal } from '../../contract/errors.ts';
import { updateEventEndpoint as route } from '../../contract/management/event-endpoints.ts';
import { applyPatch } from '../../configuring/apply-patch.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { findEventEndpoint } from '../../configuring/find-event-endpoint.ts';
import { requireReachableUrl } from '../../configuring/require-reachable-url.ts';
import { lockEndpoint, recordEndpoint } from '../../storage/queries/event-endpoints.ts';
import type { EndpointRow } from '../../storage/queries/event-endpoints.ts';
import { operation } from '../operation.ts';
import { auditedEndpoint } from '../../views/audited-endpoint.ts';
import { eventEndpointView } from '../../views/event-endpoint-view.ts';

export const updateEventEndpoint = operation(route, async (context, request) => {
  const { body, params } = request;
  const { tenantId } = request.caller.tenant;
  const nowMs = context.runtime.clock.now();
  requireReachableUrl(context, body.url, 'url');
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findEventEndpoint(sql, tenantId, params.endpointId, lockEndpoint);
    const patched = applyPatch(row, {
      url: body.url,
      types: body.eventTypes === undefined ? undefined : [...new Set(body.eventTypes)],
      description: body.description,
      sendsPublicKeys: body.includeCredentialPublicKey === null ? false : body.includeCredentialPublicKey,
      contacts: body.notifyEmails === null ? [] : body.notifyEmails,
    });
    requireOwnSetting(row, patched);
    const changed = { ...patched, ...stateAfter(row, body.state, nowMs), updatedAt: nowMs };
    await recordEndpoint(sql, tenantId, changed);
    return { before: auditedEndpoint(row), after: auditedEndpoint(changed), answer: eventEndpointView(changed) };
  });
});

/** @throws {Refusal} `invalid_configuration` if it takes from a setting of the tenant what was to change */
function requireOwnSetting(row: EndpointRow, patched: EndpointRow): void {
  const fixed = ({ url, types, sendsPublicKeys }: EndpointRow) => JSON.stringify([url, types, sendsPublicKeys]);
  if (row.source === 'own' || fixed(row) === fixed(patched)) return;
  throw new Refusal(
    'invalid_configuration',
    `url, eventTypes and includeCredentialPublicKey of this endpoint are those of ${row.source}. Change that setting of the tenant.`,
  );
}

function stateAfter(row: EndpointRow, state: 'active' | 'paused' | undefined, nowMs: number): Partial<EndpointRow> {
  if (state === 'paused' && row.state === 'active') {
    return { state, pausedBecause: 'operator', pausedAt: nowMs, forwardSince: null };
  }
  // Also where it is active, but fails: the operator knows that it works again.
  if (state === 'active' && (row.state === 'paused' || row.failingSince !== null)) {
    const healthy = { pausedBecause: null, pausedAt: null, failingSince: null };
    return { state, ...healthy, forwardSince: nowMs, forwardsRefused: true };
  }
  return {};
}
