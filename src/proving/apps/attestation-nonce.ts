import { hmacSha256 } from '../../runtime/crypto.ts';
import type { Tenant } from '../../storage/published.ts';

/** For how long one nonce is handed out, and for as long again it is taken. */
export const nonceMs = 10 * 60_000;

/**
 * What an app has Apple or Google make a statement for. It is computed from the action and the time, because a statement of
 * Apple's does not say what it was made for. 32 bytes in base64url.
 */
export function attestationNonce({ codeKey }: Tenant, actionId: string, nowMs: number): string {
  const named = JSON.stringify(['attestation', actionId, Math.floor(nowMs / nonceMs)]);
  return hmacSha256(codeKey, named).toString('base64url');
}

/** The nonces that a statement may be for now. */
export function openNonces(tenant: Tenant, actionId: string, nowMs: number): readonly string[] {
  return [nowMs, nowMs - nonceMs].map((atMs) => attestationNonce(tenant, actionId, atMs));
}
