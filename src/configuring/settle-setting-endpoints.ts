import { authenticatorEventTypes, logEventTypes } from '../core/events/event-types.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { deleteEndpointRow, listEndpoints, recordEndpoint } from '../storage/queries/event-endpoints.ts';
import type { EndpointRow } from '../storage/queries/event-endpoints.ts';
import type { Sql } from '../storage/sql.ts';
import { newEndpoint } from './new-endpoint.ts';

type Given = Pick<EndpointRow, 'source' | 'url' | 'types' | 'sendsPublicKeys'>;

/** Makes the endpoints that stand for settings of the tenant what the settings say. With the tenant locked. */
export async function settleSettingEndpoints(
  sql: Sql,
  runtime: Pick<Runtime, 'ids' | 'clock'>,
  tenantId: string,
  settings: Readonly<Record<string, unknown>>,
): Promise<void> {
  const rows = (await listEndpoints(sql, tenantId)).filter(({ source }) => source !== 'own');
  const given = givenBy(settings);
  for (const row of rows) {
    if (!given.some(({ source }) => source === row.source)) await deleteEndpointRow(sql, tenantId, row.endpointId);
  }
  for (const one of given) {
    const row = rows.find(({ source }) => source === one.source);
    const isSame = row?.url === one.url && row.sendsPublicKeys === one.sendsPublicKeys;
    if (isSame) continue;
    const created = newEndpoint(runtime, { ...one, description: null, contacts: [] });
    await recordEndpoint(sql, tenantId, row === undefined ? created : { ...row, ...one, updatedAt: created.updatedAt });
  }
}

function givenBy(settings: Readonly<Record<string, unknown>>): readonly Given[] {
  const authenticators = settings['authenticatorEventsWebhookConfig'] as
    { readonly url: string; readonly includeCredentialPublicKey?: boolean } | undefined;
  const logs = settings['logEventsWebhookConfig'] as { readonly endpointUrl: string } | undefined;
  const given: Given[] = [];
  if (authenticators !== undefined) {
    given.push({
      source: 'authenticatorEventsWebhookConfig',
      url: authenticators.url,
      types: authenticatorEventTypes,
      sendsPublicKeys: authenticators.includeCredentialPublicKey ?? false,
    });
  }
  if (logs !== undefined) {
    given.push({
      source: 'logEventsWebhookConfig',
      url: logs.endpointUrl,
      types: logEventTypes,
      sendsPublicKeys: false,
    });
  }
  return given;
}
