import type { EndpointRow } from '../storage/queries/event-endpoints.ts';
import { eventEndpointView } from './event-endpoint-view.ts';

/** An endpoint for the audit log, which has no contacts. */
export function auditedEndpoint(row: EndpointRow): object {
  const { notifyEmails, ...view } = eventEndpointView(row);
  return { ...view, notifyEmailsCount: notifyEmails.length };
}
