import { Refusal } from '../contract/errors.ts';
import { readAuthority } from '../runtime/read-certificate.ts';
import type { MethodConfiguration } from './configure-method.ts';

/**
 * Refuses a policy for keys that no key could meet, or that proves nothing, before it locks a user out.
 * @throws {Refusal} `invalid_request` naming the member
 */
export function requireUsableKeyPolicy(
  { attestationTrustAnchors: sent }: Readonly<Record<string, unknown>>,
  { settings }: MethodConfiguration,
  nowMs: number,
): void {
  for (const [index, pem] of (Array.isArray(sent) ? sent : []).entries()) {
    const refusal = (sentence: string) =>
      new Refusal('invalid_request', `attestationTrustAnchors[${index}] ${sentence}`);
    const authority = readAuthority(String(pem));
    if (authority === undefined) throw refusal('cannot be read as a certificate in PEM.');
    if (!authority.isAuthority) throw refusal('is not the certificate of an authority: it may not issue certificates.');
    if (authority.validToMs < nowMs) throw refusal('has expired.');
  }
  if (settings['allowedAaguids'] !== undefined && settings['attestationTrustAnchors'] === undefined) {
    throw new Refusal(
      'invalid_request',
      'allowedAaguids needs attestationTrustAnchors: an AAGUID that nobody attests proves nothing.',
    );
  }
}
