import { Refusal } from '../../contract/errors.ts';
import { readAuthority } from '../../runtime/certificates.ts';
import type { MethodConfiguration } from './configure-method.ts';

/**
 * Refuses a policy for keys that nothing could meet or that proves nothing, before anybody is locked out by it.
 * @throws {Refusal} `invalid_request` naming the member
 */
export function checkKeyPolicy(
  { attestationTrustAnchors: sent }: Readonly<Record<string, unknown>>,
  { settings }: MethodConfiguration,
  nowMs: number,
): void {
  for (const [index, pem] of (Array.isArray(sent) ? sent : []).entries()) {
    const refuse = (sentence: string) =>
      new Refusal('invalid_request', `attestationTrustAnchors[${index}] ${sentence}`);
    const authority = readAuthority(String(pem));
    if (authority === undefined) throw refuse('cannot be read as a certificate in PEM.');
    if (!authority.isAuthority) throw refuse('is not the certificate of an authority: it may issue none.');
    if (authority.validToMs < nowMs) throw refuse('has expired.');
  }
  if (settings['allowedAaguids'] !== undefined && settings['attestationTrustAnchors'] === undefined) {
    throw new Refusal(
      'invalid_request',
      'allowedAaguids takes attestationTrustAnchors: an AAGUID that nobody attests proves nothing.',
    );
  }
}
