import { Refusal } from '../../contract/errors.ts';
import { deleteEventEndpoint as route } from '../../contract/management/event-endpoints.ts';
import { changeConfiguration } from '../../configuring/change-configuration.ts';
import { findEventEndpoint } from '../../configuring/find-event-endpoint.ts';
import { deleteEndpointRow } from '../../storage/queries/event-endpoints.ts';
import { operation } from '../operation.ts';
import { auditedEndpoint } from '../../views/audited-endpoint.ts';

export const deleteEventEndpoint = operation(route, async (context, request) => {
  const { tenantId } = request.caller.tenant;
  return changeConfiguration(context, route, request, async (sql) => {
    const row = await findEventEndpoint(sql, tenantId, request.params.endpointId);
    if (row.source !== 'own') {
      throw new Refusal(
        'invalid_configuration',
        `This endpoint stands for ${row.source}. Set that setting of the tenant to null.`,
      );
    }
    await deleteEndpointRow(sql, tenantId, row.endpointId);
    return { before: auditedEndpoint(row), after: undefined, answer: { success: true } as const };
  });
});
