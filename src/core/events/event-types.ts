/** Every type of event that an endpoint can ask for (server-api 8). The first groups are the wire contract's. */

export const authenticatorEventTypes = [
  'authenticator.created',
  'authenticator.updated',
  'authenticator.deleted',
] as const;

/** Sent in batches, with `record` in place of `data` (server-api 8.6). */
export const logEventTypes = ['action.log_created', 'challenge.log_created'] as const;

/** Sallyport's own. */
const ownEventTypes = [
  'action.denied',
  'action.state_changed',
  'alert.ended',
  'alert.raised',
  'device.theft_detected',
  'endpoint.paused',
  'recovery_code.used',
  'review.decided',
  'rules.published',
  'verification_method.locked',
  'verification_method.unlocked',
] as const;

/** Sent only by "send a test event", so no endpoint asks for it. */
export const testEventType = 'endpoint.test';

export const eventTypes = [...authenticatorEventTypes, ...logEventTypes, ...ownEventTypes] as const;

export type EventType = (typeof eventTypes)[number] | typeof testEventType;

export function isLogType(type: string): boolean {
  return (logEventTypes as readonly string[]).includes(type);
}
