import { Refusal } from '../contract/errors.ts';
import type { Context } from '../calls/context.ts';

const usualPorts = new Set(['', '80', '443']);

/**
 * Refuses a URL that would never be called, as far as that is known without a DNS lookup. The address that it leads to
 * is checked at each call (A76).
 * @throws {Refusal} `invalid_configuration`
 */
export function requireReachableUrl(
  { outbound }: Context,
  url: string | null | undefined,
  name = 'verificationWebhookUrl',
): void {
  if (url === undefined || url === null) return;
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isTls = protocol === 'https:';
  if (outbound.isListed({ host, port: Number(port) || (isTls ? 443 : 80) })) return;
  if (!isTls) throw new Refusal('invalid_configuration', `${name} must be https. ${hint}`);
  if (!usualPorts.has(port)) throw new Refusal('invalid_configuration', `${name} must use port 443. ${hint}`);
  if (!outbound.mayName(host)) {
    throw new Refusal('invalid_configuration', `${name} must be a public address. ${hint}`);
  }
}

const hint = 'The operator can permit other addresses in SALLYPORT_OUTBOUND_ALLOW.';
