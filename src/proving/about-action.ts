import type { OpenAction } from './open-action.ts';

/** What the carrier of a message is told of the action that it is for. */
export function aboutAction({ key, row }: OpenAction, verificationMethod: string) {
  const { userId, actionCode, idempotencyKey } = key;
  const { ipAddress, userAgent } = row;
  return {
    verificationMethod,
    userId,
    actionCode,
    idempotencyKey,
    ipAddress: ipAddress ?? undefined,
    userAgent: userAgent ?? undefined,
  };
}
